"""`tuimail demo`: the client on a built-in world, or a scripted tour of it."""

import argparse
import asyncio
import tempfile
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from tuimail.cli import screen
from tuimail.cli.exits import CANT_CREATE, USAGE, Fault
from tuimail.cli.parser import Parser
from tuimail.demo import world
from tuimail.mail.letter.safe import line

TOUR_ANSWER_PAUSE = 1.0


def main(args: list[str], config: str | None) -> int:
    """Open the demo. The user's configuration, mail and keyring are never looked at."""
    options = _parser().parse_args(args)
    touring = options.tour or not screen.has_terminal()
    try:
        with _place(options.keep) as root:
            return _tour(Path(root)) if touring else _screen(Path(root))
    except OSError as error:
        if error.filename is None:
            raise
        raise Fault(
            CANT_CREATE, f"{line(str(error.filename))}: {error.strerror}; the demo needs a folder"
        ) from None


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="tuimail demo",
        description="The client on a built-in world: a Maildir on disk, a mail server on this computer, "
        "people who answer. No account, no network. Without a terminal it plays the tour.",
    )
    parser.add_argument("--tour", action="store_true", help="play a scripted tour and print what happened")
    parser.add_argument("--keep", metavar="DIR", help="keep the world in DIR, and come back to it")
    return parser


def _place(keep: str | None) -> AbstractContextManager[str]:
    """The folder of the world; one that is thrown away unless it is kept."""
    if keep is None:
        return tempfile.TemporaryDirectory(prefix="tuimail-demo-", ignore_cleanup_errors=True)
    root = _whole(keep)
    if not world.fits(root):
        raise Fault(
            CANT_CREATE, f"{line(keep)} holds other things than the demo's world; give a folder of its own"
        )
    return nullcontext(str(root))


def _whole(keep: str) -> Path:
    try:
        if keep:
            return Path(keep).expanduser().resolve()
    except RuntimeError:
        pass
    raise Fault(USAGE, f"--keep {line(keep)!r} names no folder; see tuimail demo --help")


def _screen(root: Path) -> int:
    with world.opened(root) as here:
        return screen.run(here.config, here.paths) or 0


def _tour(root: Path) -> int:
    from tuimail.demo import tour

    with world.opened(root, tour.UNDO_SECONDS, TOUR_ANSWER_PAUSE) as here:
        return 0 if asyncio.run(_play(here)) else 1


async def _play(here: world.World) -> bool:
    from tuimail import wiring
    from tuimail.demo.tour import Tour

    engine = wiring.build(here.config, here.paths, "the tour")
    await engine.start()
    try:
        return await Tour(engine, here.office, here.exchange, lambda text: print(text, flush=True)).play()
    finally:
        await engine.close()
