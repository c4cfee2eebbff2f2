"""The rules of config.toml and of its `rules_file`; what is wrong is said with file, line and key.

What a rule may say is loaded with the first file that has one.
"""

import os
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tuimail import toml
from tuimail.mail.errors import ConfigError
from tuimail.mail.letter.safe import line

if TYPE_CHECKING:
    from tuimail.mail.rule.rule import Rule
    from tuimail.mail.when.calendar import Calendar
    from tuimail.rule_keys import RuleKeys
    from tuimail.rule_values import Ground

_NO_GUARDS = "guards are not part of this version, so nothing finds anything: take it out"
REFUSED = {"rules.when.findings": _NO_GUARDS, "rules.when.not.findings": _NO_GUARDS}

_Stamps = dict[Path, tuple[int, ...]]


class TomlRules:
    """`ports.RuleBook` on config.toml: its `[[rules]]`, then those of its `rules_file`.

    The files are read again once they changed, so that a program that runs for weeks sees an edit.
    """

    def __init__(
        self,
        config: Path,
        accounts: Collection[str],
        calendar: "Callable[[], Calendar]",
        identities: Collection[str] = (),
    ) -> None:
        self._identities = identities
        self._config = config
        self._accounts = accounts
        self._calendar = calendar
        self._kept: tuple[_Stamps, tuple[Rule, ...]] | None = None

    def read(self) -> "tuple[Rule, ...]":
        """The rules as the files have them now. Raises ConfigError; then they are read again next time."""
        if self._kept is not None and all(_stamp(path) == stamp for path, stamp in self._kept[0].items()):
            return self._kept[1]
        stamps: _Stamps = {}
        rules = tuple(self._all(stamps))
        self._kept = stamps, rules
        return rules

    def _all(self, stamps: _Stamps) -> "Iterator[Rule]":
        text = _opened(self._config, stamps)
        if not text.data.keys() & {"rules", "rules_file"}:
            return
        from tuimail.rule_keys import ConfigRules
        from tuimail.rule_values import Ground

        ground, names = Ground(self._accounts, self._calendar(), self._identities), set[str]()
        keys = text.into(ConfigRules)
        yield from _rules(text, keys.rules, ground, names)
        if keys.rules_file is not None:
            yield from _file(_opened(_beside(self._config, keys.rules_file, text), stamps), ground, names)


def read_file(
    path: Path, accounts: Collection[str], calendar: "Calendar", identities: Collection[str] = ()
) -> "tuple[Rule, ...]":
    """The rules of a file that holds nothing else. Raises ConfigError."""
    from tuimail.rule_values import Ground

    return tuple(_file(_opened(path, {}), Ground(accounts, calendar, identities), set()))


def _file(text: toml.Toml, ground: "Ground", names: set[str]) -> "Iterator[Rule]":
    from tuimail.rule_keys import RuleFile

    yield from _rules(text, text.into(RuleFile).rules, ground, names)


def _opened(path: Path, stamps: _Stamps) -> toml.Toml:
    stamps[path] = _stamp(path)
    try:
        if path.exists() and not path.is_file():
            raise ConfigError(f"{path}: it is no file; no rule was read")
        return toml.read(path, REFUSED)
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}; no rule was read") from None


def _stamp(path: Path) -> tuple[int, ...]:
    """What differs after a change; nothing for a file that is not there."""
    try:
        found = os.stat(path)  # noqa: PTH116 (a tenth of the time, before every sending)
    except OSError:
        return ()
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino


def _beside(config: Path, name: str, text: toml.Toml) -> Path:
    try:
        return config.parent / Path(name).expanduser()
    except RuntimeError:
        raise text.wrong(("rules_file",), f"there is no home folder for {line(name, 80)}", "a file") from None


def _rules(
    text: toml.Toml, tables: "tuple[RuleKeys, ...]", ground: "Ground", names: set[str]
) -> "Iterator[Rule]":
    from tuimail.rule_values import Place, rule

    for number, keys in enumerate(tables):
        place = Place(text, ("rules", number), ground)
        if keys.name in names:
            raise place.at("name").wrong(f"{line(keys.name)} is taken by a rule above", "a name of its own")
        names.add(keys.name)
        yield rule(place, keys)
