"""The `tuimail` command: finds the command asked for and loads that one alone."""

import gc
import os
import sys
from collections.abc import Callable, Sequence

from tuimail import __version__

PRIVATE_UMASK = 0o077

COMMANDS = {
    "demo": "the client on a built-in world: no account, no network",
    "compose": "write a mail, from a template or a mailto: link if you like",
    "show": "print a message as the reader shows it",
    "search": "find mail in what is on this computer",
    "send": "queue a message from a file or stdin",
    "sendmail": "take the place of sendmail(1)",
    "outbox": "list, show, take back, send now, put off, pause or delete what is in the outbox",
    "undo": "take back the newest held mail, or with --batch all that came with it",
    "recall": "ask Exchange to delete what was delivered, and see what became of it",
    "correct": "write what puts right a mail that left, in Japanese or English",
    "incident": "what is done about misdirected mail: steps, deadlines, record; what was caught before",
    "templates": "see the texts one writes with, and copy one for editing",
    "rules": "check the rules, ask why a mail waits, try them on what was sent",
    "agent": "the background sender: run, status, install, uninstall",
    "account": "make, list, try and remove accounts; passwords and sign-ins",
    "drill": "a safe self-test: queue a mail to yourself and take it back",
    "doctor": "what is set up, what is wrong, what to do",
}
"""Each is a module of this package with `main(args, config) -> exit code`."""

CALLED_AS = {"sendmail": ("sendmail",), "mailq": ("sendmail", "-bp")}
"""What a link to this program does that has one of these names."""

MAILTO = "mailto:"
"""What a link begins with that the system hands to its mail program."""

OPTIONS = ("--config", "--help", "--version")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; its exit code follows sysexits.h."""
    os.umask(PRIVATE_UMASK)
    args = list(_called() if argv is None else argv)
    if args in (["--version"], ["-V"]):
        print(f"tuimail {__version__}")
        return 0
    from tuimail.cli import exits

    return exits.guarded(lambda: _run(args))


def _called() -> Sequence[str]:
    """The arguments, after those that the program's name stands for."""
    return (*CALLED_AS.get(os.path.basename(sys.argv[0]), ()), *sys.argv[1:])  # noqa: PTH119 (pathlib is slow to load)


def _run(args: list[str]) -> int:
    config, args = _config_option(args)
    if not args:
        gc.disable()  # until the first paint, which turns it on again: a tenth of the start went into it
        return _load("screen")([], config)
    name, *rest = args
    if name in ("-h", "--help", "help"):
        print(_help())
        return 0
    if name[: len(MAILTO)].lower() == MAILTO:
        name, rest = "compose", args
    if name not in COMMANDS and _is_file(name):
        name, rest = "read", args
    elif name not in COMMANDS:
        from tuimail.cli.parser import usage_error

        kind, known = ("option", OPTIONS) if name.startswith("-") else ("command", COMMANDS)
        raise usage_error(f"{name!r} is no {kind} of tuimail", name, known)
    return _load(name)(rest, config)


def _is_file(name: str) -> bool:
    """Whether it names a message in a file, there or not; the names of commands have neither sign."""
    return os.path.isfile(name) or "/" in name or name.endswith(".eml")  # noqa: PTH113 (pathlib is slow to load)


def _config_option(args: list[str]) -> tuple[str | None, list[str]]:
    """`--config FILE`, which stands before the command."""
    name, equals, file = args[0].partition("=") if args else ("", "", "")
    if name != "--config":
        return None, args
    rest = args[1:]
    if not equals:
        file, *rest = rest or [""]
    if not file:
        from tuimail.cli.exits import USAGE, Fault

        raise Fault(USAGE, "--config needs a file; see tuimail --help")
    return file, rest


def _load(module: str) -> Callable[[list[str], str | None], int]:
    from importlib import import_module

    found: Callable[[list[str], str | None], int] = import_module(f"tuimail.cli.{module}").main
    return found


def _help() -> str:
    rows = "\n".join(f"  {name:<10} {does}" for name, does in COMMANDS.items())
    return (
        "usage: tuimail [--config FILE] [COMMAND ... | mailto:LINK | FILE]\n\n"
        "Without a command it is the mail client; on a FILE, with the message in it open.\n\n"
        f"{rows}\n\n"
        "  --config FILE   read this instead of the config.toml in your config folder\n"
        "  --version       print the version\n\n"
        "tuimail COMMAND --help tells more about each."
    )
