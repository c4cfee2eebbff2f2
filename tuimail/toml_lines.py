"""The line of every key in a TOML text (https://toml.io/en/v1.0.0), which `tomllib` does not tell."""

import re
from collections.abc import Mapping

Step = str | int
Where = tuple[Step, ...]
Section = tuple[Where, int, int]
"""The path of a header's table, where its first line begins, and where its last one ends, as offsets."""

_BLANK = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}|' r"'''.*?'{3,5}|" r'"(?:\\.|[^"\\\n])*"|' r"'[^'\n]*'",
    re.DOTALL,
)
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR = re.compile(r"[^,\]}#\n]*")


def lines(text: str) -> Mapping[Where, int]:
    """Path -> line, counted from 1; arrays are entered by number. `text` must be valid TOML."""
    return _Scanner(text).scan()


def sections(text: str) -> tuple[Section, ...]:
    """Every `[table]` and `[[table]]` with its pairs, in order; comments and blanks after it are not in it.

    `text` must be valid TOML whose lines end in \\n.
    """
    scanner = _Scanner(text)
    scanner.scan()
    return tuple(scanner.sections)


class _Scanner:
    """Walks a text that `tomllib` has accepted, so that nothing has to be checked twice."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.found: dict[Where, int] = {}
        self.tables: dict[Where, int] = {}
        self.sections: list[Section] = []

    def scan(self) -> Mapping[Where, int]:
        table: Where = ()
        while self._more():
            if self.text.startswith("[", self.at):
                start = self.text.rfind("\n", 0, self.at) + 1
                table = self._header()
                self.sections.append((table, start, self._line_end()))
            else:
                self._pair(table)
                if self.sections:
                    self.sections[-1] = (*self.sections[-1][:2], self._line_end())
        return self.found

    def _line_end(self) -> int:
        end = self.text.find("\n", self.at)
        return len(self.text) if end < 0 else end + 1

    def _more(self) -> bool:
        self._take(_BLANK)
        return self.at < len(self.text)

    def _take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.at)
        if match is None:
            return ""
        self.at = match.end()
        return match.group()

    def _note(self, path: Where) -> None:
        line = self.text.count("\n", 0, self.at) + 1
        for length in range(1, len(path) + 1):
            self.found.setdefault(path[:length], line)

    def _header(self) -> Where:
        """`[a.b]` or `[[a.b]]`: names before it that are arrays of tables mean their last element."""
        array = self.text.startswith("[[", self.at)
        self.at += 2 if array else 1
        path: Where = ()
        keys = self._key()
        for key in keys[:-1]:
            path = (*path, key)
            path = (*path, self.tables[path] - 1) if path in self.tables else path
        path = (*path, keys[-1])
        if array:
            self.tables[path] = self.tables.get(path, 0) + 1
            path = (*path, self.tables[path] - 1)
        self._note(path)
        self.at += 2 if array else 1
        return path

    def _key(self) -> Where:
        """A dotted key; quotes around its parts are taken off."""
        parts: list[str] = []
        while True:
            self._take(_SPACE)
            quoted = self._take(_STRING)
            parts.append(quoted[1:-1] if quoted else self._take(_BARE_KEY))
            self._take(_SPACE)
            if not self.text.startswith(".", self.at):
                return tuple(parts)
            self.at += 1

    def _pair(self, table: Where) -> None:
        start = self.at
        path = (*table, *self._key())
        after, self.at = self.at, start
        self._note(path)
        self.at = after + 1
        self._take(_SPACE)
        self._value(path)

    def _value(self, path: Where) -> None:
        match self.text[self.at : self.at + 1]:
            case "[":
                self._array(path)
            case "{":
                self._inline_table(path)
            case _:
                self._take(_STRING) or self._take(_SCALAR)

    def _array(self, path: Where) -> None:
        self.at += 1
        number = 0
        while self._more() and not self.text.startswith("]", self.at):
            self._note((*path, number))
            self._value((*path, number))
            number += 1
            self._comma()
        self.at += 1

    def _inline_table(self, path: Where) -> None:
        self.at += 1
        while self._more() and not self.text.startswith("}", self.at):
            self._pair(path)
            self._comma()
        self.at += 1

    def _comma(self) -> None:
        self._take(_BLANK)
        if self.text.startswith(",", self.at):
            self.at += 1
