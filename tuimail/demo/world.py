"""The built-in world: your two Maildirs in a folder, everybody else's, a post office and an Exchange."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from msgspec import Struct

from tuimail.config import Account, Config, Graph, NewMail, Outbox, Server, Ui
from tuimail.demo import letters, maildir, office
from tuimail.demo.colleagues import YOU_THERE
from tuimail.demo.exchange import StandIn
from tuimail.demo.people import YOU
from tuimail.demo.server import HOST, PostOffice
from tuimail.paths import PRIVATE_FOLDER, Paths

SIGNATURE = "山田 花子\n木漏れ日書房 / Komorebi Books, Kanazawa"
SIGNATURE_THERE = "山田 花子\n風町書店協同組合 / Kazemachi Cooperative"
FOLDERS = ("Sent", "Drafts", "Archive", "Junk", "Trash")
MARK = ".tuimail-demo"


class World(Struct, frozen=True):
    """What a client needs to live in it: a configuration and places of its own, apart from the user's."""

    config: Config
    paths: Paths
    office: PostOffice
    exchange: StandIn


@contextmanager
def opened(
    root: Path,
    undo_seconds: int = 10,
    pause: float = 4.0,
    now: datetime | None = None,
    clock: Callable[[], float] = time.time,
) -> Iterator[World]:
    """The world in `root`, seeded on the first visit with mail that ends just before `now`.

    People answer after `pause` seconds; the post office is closed again at the end. The Exchange goes by
    `clock`, in UTC seconds.
    """
    mail = root / "Mail"
    root.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    (root / MARK).touch()
    if not mail.exists():
        _seed(mail, now or datetime.now().astimezone())
    there, people = root / "Office", root / "people"
    if not there.exists():
        _make(there)
        office.seed(there, people, now or datetime.now().astimezone())
    post = PostOffice(you=mail, people=people, pause=pause).open()
    exchange = office.joined(post, there, people, clock)
    try:
        config = _config(root, post.port, exchange.url, undo_seconds)
        yield World(config, Paths.under(root), post, exchange)
    finally:
        exchange.close()
        post.close()


def fits(root: Path) -> bool:
    """Whether a world may be in `root`: one is, or nothing. Raises OSError when it is no folder."""
    return not root.exists() or (root / MARK).exists() or not any(root.iterdir())


def _config(root: Path, port: int, url: str, undo_seconds: int) -> Config:
    account = Account(
        name="demo",
        address=YOU.spec,
        display_name=YOU.name,
        maildir=str(root / "Mail"),
        smtp=Server(HOST, port, "none"),
        auth="none",
        internal_domains=(YOU.domain,),
        signature=SIGNATURE,
    )
    there = Account(
        name="office",
        address=YOU_THERE.spec,
        display_name=YOU_THERE.name,
        maildir=str(root / "Office"),
        graph=Graph(url),
        auth="none",
        internal_domains=(YOU_THERE.domain,),
        signature=SIGNATURE_THERE,
    )
    return Config(
        (account, there),
        Outbox(undo_seconds=undo_seconds),
        new_mail=NewMail(notify=False),
        ui=Ui(download_folder=str(root / "Downloads")),
    )


def _make(mail: Path) -> None:
    for folder in ("INBOX", *FOLDERS):
        maildir.make(_home(mail, folder))


def _seed(mail: Path, now: datetime) -> None:
    _make(mail)
    for seed in letters.seeds(now):
        flags = "".join(sorted(seed.flags))
        maildir.put(_home(mail, seed.folder), seed.raw, seed.received, flags)


def _home(mail: Path, folder: str) -> Path:
    """Maildir++: the inbox is the Maildir itself, each folder a dotted name inside it."""
    return mail if folder == "INBOX" else mail / f".{folder.replace('/', '.')}"
