"""An address list cut at its commas, each piece read by RFC 5322 §3.4 and judged, in linear time."""

import re
from collections.abc import Iterator

_DOMAIN = r'(?:[^\s@<>()",;:\\\[\]]{1,255}|\[[\w.:]{2,60}\])'
SPEC = rf'(?:[^\s@<>()",;:\\\[\]]{{1,256}}|"(?:[^"\\@\s]|\\[!-~]){{0,254}}")@{_DOMAIN}'

_SPEC_ONLY = re.compile(SPEC)
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|\\.|[()<>,;:]|[^"\\()<>,;:]+|.', re.DOTALL)
_QUOTED_PAIR = re.compile(r"\\(.)", re.DOTALL)


class Piece:
    """What stands between two commas, as it is read: `spec` and `name` are right unless it is `bad`."""

    def __init__(self) -> None:
        self.written: list[str] = []
        self._name: list[str] = []
        self._bare: list[str] = []
        self._comment: list[str] = []
        self._angle: list[str] = []
        self._opened = self._closed = self._wrong = False

    @property
    def spec(self) -> str:
        if not self._opened:
            return "".join(self._bare).strip()
        inside = "".join(self._angle).strip()
        return inside.rpartition(":")[2] if inside.startswith("@") else inside

    @property
    def name(self) -> str:
        return ("".join(self._name) if self._opened else "".join(self._comment)).strip()

    @property
    def blank(self) -> bool:
        return not (self._opened or self._wrong or "".join(self._bare).strip())

    @property
    def whole(self) -> bool:
        """Nothing is left open or out of place, and the name does not pose as an address while being none."""
        return not self._wrong and self._opened == self._closed and not (self._opened and self._posing())

    @property
    def good(self) -> bool:
        return self.whole and _SPEC_ONLY.fullmatch(self.spec) is not None

    @property
    def inside(self) -> bool:
        """Between < and >, where commas and colons part nothing."""
        return self._opened and not self._closed

    def take(self, mark: str) -> None:
        """One token outside of comments."""
        if mark == "<":
            self._wrong |= self._opened
            self._opened = True
        elif mark == ">":
            self._wrong |= self._closed or not self._opened
            self._closed = True
        elif self._closed:
            self._wrong |= bool(mark.strip())
        elif self._opened:
            self._angle.append(mark)
        else:
            quoted = len(mark) > 1 and mark[0] == '"'
            self._name.append(_QUOTED_PAIR.sub(r"\1", mark[1:-1]) if quoted else mark)
            self._bare.append(mark)

    def comment(self, mark: str) -> None:
        self._comment.append(mark)

    def spoil(self) -> None:
        self._wrong = True

    def group(self) -> None:
        """A colon was met: what came before it named a group."""
        self._wrong |= "@" in "".join(self._bare)
        self._name, self._bare, self._comment = [], [], []

    def _posing(self) -> bool:
        loose = "".join(word for word in self._bare if word[:1] != '"')
        suspects = (word for word in loose.split() if "@" in word.strip("@"))
        return not all(_SPEC_ONLY.fullmatch(word.strip("'")) for word in suspects)


def pieces(value: str) -> Iterator[Piece]:
    """The pieces of a list, parted by commas or semicolons; blank ones are passed over."""
    piece, depth = Piece(), 0
    for mark in _TOKEN.findall(value):
        if mark in ",;" and not depth and not piece.inside:
            if not piece.blank:
                yield piece
            piece = Piece() if piece.written else piece
            continue
        piece.written.append(mark)
        if mark == "(" or depth:
            depth += (mark == "(") - (mark == ")")
            piece.comment(" " if mark in "()" else mark)
        else:
            _place(piece, mark)
    if depth:
        piece.spoil()
    if not piece.blank:
        yield piece


def _place(piece: Piece, mark: str) -> None:
    if mark == ")":
        piece.spoil()
    elif mark == ":" and not piece.inside:
        piece.group()
    else:
        piece.take(mark)
