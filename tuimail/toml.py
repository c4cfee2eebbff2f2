"""TOML into frozen Structs; what is wrong is said with file, line, key and the accepted values."""

import difflib
import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import Struct, inspect

from tuimail import toml_lines
from tuimail.mail.errors import ConfigError
from tuimail.toml_lines import Where

T = TypeVar("T")

_SYNTAX = re.compile(r"(?P<what>.*?) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)")
_STEP = re.compile(r"\.([^.\[]+)|\[(\d+)\]")
_UNKNOWN = re.compile(r"unknown field `(.*?)`(?: - at|$)")
_MISSING = re.compile(r"required field `(.*?)`(?: - at|$)")


class Toml(Struct, frozen=True):
    """A TOML file and the line of each of its keys. `refused` has a line for keys that need their own."""

    name: str
    data: Mapping[str, Any]
    lines: Mapping[Where, int]
    refused: Mapping[str, str]

    def into(self, kind: type[T]) -> T:
        """The file as a Struct; raises ConfigError for the first thing that is wrong."""
        self._refuse()
        try:
            return msgspec.convert(self.data, kind)
        except msgspec.ValidationError as error:
            raise self._complaint(str(error), kind) from None

    def wrong(self, where: Where, what: str, accepted: str = "") -> ConfigError:
        """The error for the key at `where`: one line with file, line, key and what is accepted."""
        tail = f"; accepted: {accepted}" if accepted else ""
        return ConfigError(f"{self.name}:{self._line(where)}: {_dotted(where)}: {what}{tail}")

    def _line(self, where: Where) -> int:
        while where and where not in self.lines:
            where = where[:-1]
        return self.lines.get(where, 1)

    def _refuse(self) -> None:
        for where in sorted(self.lines, key=lambda known: self.lines[known]):
            line = self.refused.get(_dotted(where))
            if line is not None:
                raise self.wrong(where, line)

    def _complaint(self, message: str, kind: type) -> ConfigError:
        where = _steps(message)
        expected = _expected(kind, where)
        if unknown := _UNKNOWN.search(message):
            return self._unknown((*where, unknown[1]), expected)
        if missing := _MISSING.search(message):
            where = (*where, missing[1])
            return self.wrong(where, "is missing", accepted(_expected(kind, where)))
        return self.wrong(where, f"{_shown(self._at(where))} is not accepted", accepted(expected))

    def _unknown(self, where: Where, table: inspect.Type) -> ConfigError:
        known = _fields(table)
        near = difflib.get_close_matches(str(where[-1]), known, n=1)
        hint = f", did you mean {near[0]}?" if near else ""
        return self.wrong(where, f"there is no such key{hint}", ", ".join(known))

    def _at(self, where: Where) -> object:
        found: Any = self.data
        for step in where:
            found = found[step]
        return found


def read(path: Path, refused: Mapping[str, str]) -> Toml:
    """Read a file; raises ConfigError when it is not UTF-8 or not TOML, OSError when it can't be read."""
    return parsed(path, path.read_bytes(), refused)


def parsed(path: Path, data: bytes, refused: Mapping[str, str]) -> Toml:
    """The same for what is to be in the file. Raises ConfigError."""
    try:
        text = data.decode()
        return Toml(str(path), tomllib.loads(text), toml_lines.lines(text.replace("\r\n", "\n")), refused)
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path}:{line}: the file is not UTF-8 from here on; save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(_syntax(path, str(error))) from None


def accepted(kind: inspect.Type) -> str:
    """The values a key takes, in words."""
    match kind:
        case inspect.Metadata(extra={"accepted": words}):
            return str(words)
        case inspect.Metadata(type=inner):
            return accepted(inner)
        case inspect.UnionType(types=types):
            return " or ".join(accepted(t) for t in types if not isinstance(t, inspect.NoneType))
        case inspect.LiteralType(values=values):
            return " | ".join(str(value) for value in values)
        case inspect.IntType(ge=low, le=high) if low is not None:
            return f"{low} to {high}"
        case inspect.StructType() | inspect.VarTupleType(item_type=inspect.StructType()):
            return f"a table with {', '.join(_fields(kind))}"
        case inspect.VarTupleType():
            return 'a list of texts such as ["one", "two"]'
    return _PLAIN.get(type(kind), "text in quotes")


_PLAIN: Mapping[type, str] = {inspect.BoolType: "true | false", inspect.IntType: "a whole number"}


def _syntax(path: Path, message: str) -> str:
    match = _SYNTAX.fullmatch(message)
    if match is None:
        return f"{path}: not TOML: {message}"
    place = f"{match['line']}:{match['column']}" if match["line"] else "end of file"
    return f"{path}:{place}: not TOML: {match['what']}; see https://toml.io for how a value is written"


def _steps(message: str) -> Where:
    path = message.rpartition(" - at `$")[2].rstrip("`") if " - at `$" in message else ""
    return tuple(int(number) if number else name for name, number in _STEP.findall(path))


def _dotted(where: Where) -> str:
    return ".".join(s if s.isprintable() else ascii(s) for s in where if isinstance(s, str))


def _expected(kind: type, where: Where) -> inspect.Type:
    """The type that the key at `where` should have had."""
    found = inspect.type_info(kind)
    for step in where:
        found = _inner(found, step)
    return found


def _inner(kind: inspect.Type, step: str | int) -> inspect.Type:
    match _bare(kind):
        case inspect.VarTupleType(item_type=item):
            return item
        case inspect.StructType(fields=fields):
            return next(f.type for f in fields if f.encode_name == step)
    return kind


def _bare(kind: inspect.Type) -> inspect.Type:
    match kind:
        case inspect.Metadata(type=inner):
            return _bare(inner)
        case inspect.UnionType(types=types):
            return next(_bare(t) for t in types if not isinstance(t, inspect.NoneType))
    return kind


def _fields(kind: inspect.Type) -> list[str]:
    match _bare(kind):
        case (
            inspect.StructType(fields=fields)
            | inspect.VarTupleType(item_type=inspect.StructType(fields=fields))
        ):
            return [field.encode_name for field in fields]
    return []


def _shown(value: object) -> str:
    """A short value as typed; a long one is not repeated."""
    words = json.dumps(value, default=str)
    return words if len(words) <= 40 else "this value"
