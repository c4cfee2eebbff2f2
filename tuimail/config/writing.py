"""Accounts put into config.toml and taken out of it; every other byte of the file stays as it is."""

import json
import os
import tomllib
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from tuimail import toml_lines
from tuimail.mail.errors import ConfigError
from tuimail.mail.letter.safe import line

Entry = Mapping[str, Any]
"""An account as config.toml has it: texts, numbers, and tables of those."""

PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700
NEW = "# tuimail: docs/config.md has every key. No password belongs in here.\n"


def add(path: Path, entry: Entry) -> None:
    """Put an account at the end of the file, which is made if there is none. Raises ConfigError."""
    _change(path, lambda text: added(text, entry), make=True)


def remove(path: Path, name: str) -> None:
    """Take an account out of the file. Raises ConfigError."""
    _change(path, lambda text: removed(text, name))


def added(text: str, entry: Entry) -> str:
    """The text with one more `[[accounts]]` at its end. Raises ConfigError."""
    if "accounts" in tomllib.loads(text) and not _numbers(text):
        raise ConfigError(
            "accounts is written as a list here; put the new one in by hand, or use [[accounts]]"
        )
    start = text if not text or text.endswith("\n") else f"{text}\n"
    return f"{start}{chr(10) if start else ''}{block(entry)}"


def removed(text: str, name: str) -> str:
    """The text without that account, its tables below, and the blank line before it. Raises ConfigError."""
    accounts = tomllib.loads(text).get("accounts", [])
    number = next((n for n, one in enumerate(accounts) if one.get("name") == name), -1)
    if number < 0 or number not in _numbers(text):
        raise ConfigError(f"there is no [[accounts]] block of {line(name)} in the file; nothing was changed")
    for where, start, end in reversed(toml_lines.sections(text)):
        if where[:2] == ("accounts", number):
            start -= text[max(0, start - 2) : start] == "\n\n" or (start == 1 and text[0] == "\n")
            text = text[:start] + text[end:]
    return text


def block(entry: Entry) -> str:
    """An account as it stands in the file."""
    pairs = "".join(f"{key} = {_value(value)}\n" for key, value in entry.items())
    return f"[[accounts]]\n{pairs}"


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        inner = ", ".join(f"{key} = {_value(one)}" for key, one in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _numbers(text: str) -> set[object]:
    """The accounts that have a `[[accounts]]` of their own."""
    return {
        where[1] for where, _, _ in toml_lines.sections(text) if where[0] == "accounts" and len(where) > 1
    }


def _change(path: Path, change: Callable[[str], str], make: bool = False) -> None:
    """The file with its text changed, if it is right then; a link stays one. Raises ConfigError."""
    from tuimail.config import understood

    target = path.resolve()
    try:
        if make:
            target.parent.mkdir(PRIVATE_FOLDER, parents=True, exist_ok=True)
        before = NEW.encode() if make and not target.exists() else target.read_bytes()
        after = _changed(path, before, change)
        if "accounts" in tomllib.loads(after.decode().replace("\r\n", "\n")):
            understood(path, after)
        _write(target, after)
    except OSError as error:
        raise ConfigError(f"{path}: {(error.strerror or str(error)).lower()}; it is as it was") from None


def _changed(path: Path, before: bytes, change: Callable[[str], str]) -> bytes:
    """The bytes after the change, with the line ends that they had."""
    try:
        text = before.decode()
        tomllib.loads(text)
    except ValueError:
        raise ConfigError(
            f"{path}: it is not right as it is; see tuimail doctor, nothing was changed"
        ) from None
    if "\r\n" not in text:
        return change(text).encode()
    if text.count("\r\n") != text.count("\n"):
        raise ConfigError(f"{path}: its lines end in two ways; change it by hand, nothing was changed")
    return change(text.replace("\r\n", "\n")).replace("\n", "\r\n").encode()


def _write(path: Path, data: bytes) -> None:
    """The whole file or none of it, readable by its owner alone."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        with suppress(FileNotFoundError):
            draft.unlink()
