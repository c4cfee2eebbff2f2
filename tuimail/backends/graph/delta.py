"""What changed in a folder since a link was given for it, and what a walk through all of it has found."""

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from tuimail.backends.graph import rows
from tuimail.backends.graph.refusal import Rejected
from tuimail.backends.graph.rows import Json

LOST = ("syncstatenotfound", "syncstateinvalid", "resyncrequired")
LOST_CODES = (400, 410)


class Page(Struct, frozen=True):
    """A part of an answer: `there` came or changed, `gone` are ids. One of the links is empty."""

    there: tuple[Json, ...]
    gone: tuple[str, ...]
    next: str
    delta: str


class Found(Struct, frozen=True):
    """Several pages together. Of the `unsure` too little is said, or two things: they are to be asked for."""

    there: dict[str, Json] = {}
    gone: frozenset[str] = frozenset()
    unsure: frozenset[str] = frozenset()


def page(answer: Json) -> Page:
    """One answer of a delta function."""
    found = rows.rows(answer)
    return Page(
        there=tuple(each for each in found if "@removed" not in each),
        gone=tuple(rows.key(each) for each in found if "@removed" in each),
        next=rows.link(answer, "nextLink"),
        delta=rows.link(answer, "deltaLink"),
    )


def together(pages: Iterable[Page]) -> Found:
    """What the pages say; of a message that is named several times, the last that is said of it."""
    there: dict[str, Json] = {}
    gone: set[str] = set()
    for each in pages:
        there |= {rows.key(row): row for row in each.there}
        gone |= set(each.gone)
    sparse = {name for name, row in there.items() if not rows.is_whole(row)}
    unsure = sparse | (gone & there.keys())
    whole = {name: row for name, row in there.items() if name not in unsure}
    return Found(whole, frozenset(gone - unsure), frozenset(unsure))


def settled(found: Found, asked: dict[str, Json]) -> Found:
    """The same after the unsure ones were asked for in their folder: who did not answer is gone."""
    return replace(
        found, there=found.there | asked, gone=found.gone | (found.unsure - asked.keys()), unsure=frozenset()
    )


def is_lost(error: Rejected) -> bool:
    """Whether the server does not know a link any more, so that all is to be read anew."""
    return error.code in LOST_CODES or error.name.lower() in LOST
