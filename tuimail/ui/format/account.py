"""The words of the steps to an account."""

from collections.abc import Iterable, Sequence

from tuimail.engine.setup import ORDER, Setup, Tried
from tuimail.mail.letter.safe import line
from tuimail.mail.setup.form import Step
from tuimail.mail.setup.setting import Way
from tuimail.ui.format.cells import Piece, Row, Tone, wrap

WELCOME = (
    "Every mail you send waits here for some seconds, so you can take it back.",
    "Say who you are: tuimail finds your servers, and tries them.",
)
DEMO = "To look around first, f2 opens a built-in world: no account, no network."
UNFOUND = "Nothing was found for this address. Your provider's help pages name the servers."


def place(step: Step) -> str:
    """How far one is."""
    if step is Step.SAVED:
        return step.value
    return f"{ORDER.index(step) + 1} of {len(ORDER) - 1}: {step.value}"


def about(setup: Setup, first: bool, width: int) -> Iterable[Row]:
    """What there is to know before the questions of a step."""
    for words, tone in _about(setup, first):
        for one in wrap(words, width - 4):
            yield (Piece(f"  {one}", tone),)
        yield ()


def _about(setup: Setup, first: bool) -> Iterable[tuple[str, Tone]]:
    match setup.step:
        case Step.ADDRESS if first:
            yield WELCOME[0], Tone.STRONG
            yield WELCOME[1], Tone.PLAIN
            yield DEMO, Tone.MUTED
        case Step.SERVERS:
            yield from _found(setup)
        case Step.LOGIN:
            known = (_help(setup), setup.no_keyring)
            yield from ((_sentence(words), Tone.PLAIN) for words in known if words)


def _found(setup: Setup) -> Iterable[tuple[str, Tone]]:
    if setup.setting is None:
        yield UNFOUND, Tone.PLAIN
        return
    at = f" ({setup.found.index(setup.setting) + 1} of {len(setup.found)}, alt+o for the next)"
    yield f"Found by {line(setup.setting.source)}{at if len(setup.found) > 1 else ''}.", Tone.PLAIN
    if not setup.setting.user and setup.setting.help:
        yield _sentence(setup.setting.help), Tone.PLAIN
    if doubt := setup.setting.doubt:
        yield doubt, Tone.STRONG
    if setup.setting.graph:
        yield "By Microsoft Graph mail can be asked back after it left (recall).", Tone.MUTED


def _sentence(words: str) -> str:
    return words[0].upper() + words[1:]


def _help(setup: Setup) -> str:
    return setup.setting.help if setup.setting else ""


def results(tried: Sequence[Tried], width: int) -> Iterable[Row]:
    """What was tried so far."""
    for one in tried:
        mark = Piece("  ok     " if one.good else "  wrong  ", Tone.ACCENT if one.good else Tone.ALERT)
        lines = wrap(one.line, width - 22)
        yield mark, Piece(f"{one.what:<10} ", Tone.STRONG), Piece(lines[0] if lines else "")
        yield from ((Piece(" " * 20 + more),) for more in lines[1:])
        yield ()


def kept(setup: Setup, width: int) -> Iterable[Row]:
    """The last page."""
    said = f"{line(setup.form.name)} is kept: its servers in your config.toml, {_secret(setup)}."
    for one in wrap(said, width - 4):
        yield (Piece(f"  {one}", Tone.STRONG),)


def _secret(setup: Setup) -> str:
    """Where what one logs in with is."""
    if setup.form.signs_in:
        return "the sign-in encrypted, its key in the keyring"
    by_keyring = setup.form.way == Way.PASSWORD
    return "the password in the keyring" if by_keyring else "and the command that prints its secret"
