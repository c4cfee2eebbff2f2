"""A message as a tree of parts (RFC 2046), found by one bounded walk over its bytes.

The walk is our own: the standard parser recurses without a bound and takes seconds for many small parts.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from msgspec import Struct

from tuimail.mail.letter import params
from tuimail.mail.letter.fields import Fields, split

DEPTH_LIMIT = 50
PARTS_LIMIT = 1_000
BOUNDARY_LIMIT = 2_048
LOOKS_LIMIT = 200_000

_TYPE = re.compile(r"[!-.0-~]+/[!-.0-~]+")
_LEADING = re.compile(rb"(?:[ \t\r]*+\n)++(?=[!-9;-~]{1,100}[ \t]*:)")
_FIRST_BOUNDARY = re.compile(rb"^--([^\s-][^\s]{0,200})[ \t]*\r?$", re.MULTILINE)


class Node(Struct, frozen=True):
    """A part: a leaf with its body at raw[start:end] and its number among the leaves, or a multipart."""

    fields: Fields
    type: str
    params: dict[str, str]
    disposition: str
    filename: str
    encoding: str
    start: int
    end: int
    index: int = -1
    children: tuple["Node", ...] = ()

    @property
    def attached(self) -> bool:
        """Whether its sender meant it as a file, not as text to read."""
        return self.disposition == "attachment" or (bool(self.filename) and self.disposition != "inline")

    def leaves(self) -> Iterator["Node"]:
        if not self.children:
            yield self
        for child in self.children:
            yield from child.leaves()


@dataclass(slots=True)
class _Walk:
    raw: bytes
    faults: list[str] = field(default_factory=list)
    leaves: int = 0
    looks: int = 0

    def fault(self, text: str) -> None:
        if text not in self.faults:
            self.faults.append(text)

    def part(self, start: int, end: int, default: str, depth: int) -> Node:
        fields = split(self.raw, start, end)
        if fields.cut:
            self.fault("The header has too many or too long fields; the rest of it is left out.")
        kind, parameters = params.parse(fields.first(b"content-type"))
        kind = kind if _TYPE.fullmatch(kind) else default
        children: tuple[Node, ...] = ()
        if kind.startswith("multipart/"):
            children = self.children(kind, parameters.get("boundary", ""), fields.body, end, depth)
            kind = kind if children else "text/plain"
        return self.node(fields, kind, parameters, end, children)

    def node(
        self, fields: Fields, kind: str, parameters: dict[str, str], end: int, children: tuple[Node, ...]
    ) -> Node:
        disposition, details = params.parse(fields.first(b"content-disposition"))
        if not children:
            self.leaves += 1
        return Node(
            fields=fields,
            type=kind,
            params=parameters,
            disposition=disposition,
            filename=details.get("filename") or parameters.get("name", ""),
            encoding=params.parse(fields.first(b"content-transfer-encoding"))[0],
            start=fields.body,
            end=end,
            index=-1 if children else self.leaves - 1,
            children=children,
        )

    def children(self, kind: str, boundary: str, start: int, end: int, depth: int) -> tuple[Node, ...]:
        if depth >= DEPTH_LIMIT:
            self.fault(f"Parts are nested more than {DEPTH_LIMIT} deep; what lies deeper is shown as text.")
            return ()
        default = "message/rfc822" if kind == "multipart/digest" else "text/plain"
        found: list[Node] = []
        for part_start, part_end in self.spans(boundary, start, end):
            if self.leaves >= PARTS_LIMIT:
                self.fault(f"The message has more than {PARTS_LIMIT:,} parts; the rest is left out.")
                break
            found.append(self.part(part_start, part_end, default, depth + 1))
        if not found:
            self.fault("The message says it has parts, but they are not to be found; it is shown as text.")
        return tuple(found)

    def spans(self, boundary: str, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Where the parts between the boundary's lines are; the last may lack its closing line."""
        mark = b"--" + boundary.rstrip().encode("utf-8", "replace")
        if not 2 < len(mark) <= BOUNDARY_LIMIT:
            first = _FIRST_BOUNDARY.search(self.raw, start, min(end, start + 10_000))
            if not first:
                return
            mark = b"--" + first[1]
        opened = -1
        for line_start, line_end, closing in self.marks(mark, start, end):
            if opened >= 0:
                yield opened, _before_break(self.raw, opened, line_start)
            opened = line_end
            if closing:
                return
        if opened >= 0:
            self.fault("The end of the message is missing.")
            yield opened, end

    def marks(self, mark: bytes, start: int, end: int) -> Iterator[tuple[int, int, bool]]:
        """The lines that are this boundary and nothing else, and whether they close it."""
        at = start
        while (at := self.raw.find(mark, at, end)) >= 0 and self.looks < LOOKS_LIMIT:
            self.looks += 1
            break_at = self.raw.find(b"\n", at, min(end, at + len(mark) + 80))
            line_end = break_at + 1 if break_at >= 0 else end
            tail = self.raw[at + len(mark) : min(line_end, at + len(mark) + 80)].strip()
            if tail in (b"", b"--") and (at == start or self.raw[at - 1 : at] == b"\n"):
                yield at, line_end, tail == b"--"
                at = line_end
            else:
                at += len(mark)


def _before_break(raw: bytes, start: int, line_start: int) -> int:
    """The line break before a boundary belongs to the boundary (RFC 2046 §5.1.1)."""
    at = line_start - 1 if raw[line_start - 1 : line_start] == b"\n" else line_start
    at = at - 1 if raw[at - 1 : at] == b"\r" else at
    return max(at, start)


def whole(raw: bytes) -> bytes:
    """The message with line breaks the walk knows: lone CRs count where there are no LFs."""
    return raw if b"\n" in raw else raw.replace(b"\r", b"\n")


def walk(raw: bytes) -> tuple[Node, tuple[str, ...]]:
    """The tree of `whole(raw)`, and in words what is wrong with it. Never raises."""
    walk = _Walk(raw)
    blank = _LEADING.match(raw)
    root = walk.part(blank.end() if blank else 0, len(raw), "text/plain", 0)
    return root, tuple(walk.faults)
