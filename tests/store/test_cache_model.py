"""The cache beside a plain model of it: whatever is put, moved, flagged and dropped, both show the same."""

import asyncio
import os
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tuimail.mail.folder.folder import Folder, Role
from tuimail.mail.folder.query import parse
from tuimail.mail.folder.view import Order, View
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.envelope import Envelope, Flag, Ref
from tuimail.mail.letter.safe import Safe
from tuimail.store.cache import CacheFile

EXAMPLES = int(os.environ.get("TUIMAIL_CACHE_EXAMPLES", "25"))
"""The long form: TUIMAIL_CACHE_EXAMPLES=2000."""

PLACES = (("work", "INBOX"), ("work", "Archive"), ("home", "INBOX"))
SEEN, NONE = frozenset({Flag.SEEN}), frozenset()
VIEWS = [
    View(account, folder, parse(query), role, threaded, order)
    for account, folder, role in [
        ("work", "INBOX", Role.NONE),
        ("work", "Archive", Role.NONE),
        ("work", "", Role.NONE),
        ("", "", Role.INBOX),
        ("", "", Role.NONE),
    ]
    for query in ("", "acme")
    for threaded in (False, True)
    for order in Order
]


def envelope(place: tuple[str, str], number: int, about: tuple[int, ...], seen: bool) -> Envelope:
    """A message whose every detail follows from its place and number, but for what it answers."""
    mixed = (number * 7 + PLACES.index(place)) % 97
    return Envelope(
        ref=Ref(*place, f"7.{number}"),
        sender=Address(f"p{mixed % 5}@example.jp", f"P{mixed % 5}"),
        to=(),
        cc=(),
        subject=Safe(("acme " if mixed % 3 else "other ") + str(mixed % 4)),
        received=float(mixed * 400_000 + PLACES.index(place)),
        size=mixed % 6,
        flags=SEEN if seen else NONE,
        message_id=f"<{PLACES.index(place)}.{number}>" if number % 5 else "",
        references=tuple(f"<{n % 3}.{n}>" for n in about),
    )


class Model:
    """The same as the cache, slowly: a list of (envelope, group), and sets of names that belong together."""

    def __init__(self) -> None:
        self.rows: dict[Ref, Envelope] = {}
        self.group: dict[Ref, int] = {}
        self.names: dict[tuple[str, str], int] = {}
        self.next = 0

    def put(self, e: Envelope) -> None:
        stray = next((r for r, o in self.rows.items() if self._stands_for(r, o, e)), None)
        if stray is not None:
            self.group[e.ref] = self.group.pop(stray)
            del self.rows[stray]
        names = {(e.ref.account, name) for name in (e.message_id, *e.references) if name}
        groups = {self.names[name] for name in names if name in self.names}
        if not names and e.ref in self.group:
            groups = {self.group[e.ref]}
        self.next += 1
        into = min(groups, default=self.next)
        for table in (self.names, self.group):
            table.update({key: into for key, group in table.items() if group in groups})
        self.names.update(dict.fromkeys(names, into))
        self.rows[e.ref], self.group[e.ref] = e, into

    def _stands_for(self, ref: Ref, old: Envelope, e: Envelope) -> bool:
        here = ref.uid.startswith("~") and (ref.account, ref.folder) == (e.ref.account, e.ref.folder)
        return here and e.ref not in self.rows and bool(e.message_id) and old.message_id == e.message_id

    def drop(self, ref: Ref) -> None:
        self.rows.pop(ref, None)
        self.group.pop(ref, None)

    def rename(self, old: Ref, new: Ref) -> None:
        if old in self.rows:
            self.rows[new] = replace(self.rows.pop(old), ref=new)
            self.group[new] = self.group.pop(old)

    def shown(self, view: View) -> list[Envelope]:
        inside = [e for e in self.rows.values() if self._is_in(e, view)]
        newest = sorted(inside, key=lambda e: e.received, reverse=True)
        if view.threaded:
            heads: dict[int, Envelope] = {}
            for e in newest:
                heads.setdefault(self.group[e.ref], e)
            newest = list(heads.values())
        keys = {
            Order.NEWEST: lambda e: -e.received,
            Order.OLDEST: lambda e: e.received,
            Order.SENDER: lambda e: e.sender.name.lower(),
            Order.SUBJECT: lambda e: e.subject.lower(),
            Order.LARGEST: lambda e: -e.size,
        }
        return sorted(newest, key=keys[view.order])

    def _is_in(self, e: Envelope, view: View) -> bool:
        return (
            view.account in ("", e.ref.account)
            and view.folder in ("", e.ref.folder)
            and (view.role is Role.NONE or e.ref.folder == "INBOX")
            and (not view.query.terms or "acme" in e.subject)
        )

    def members(self, view: View, head: Envelope) -> list[Envelope]:
        group = self.group[head.ref]
        inside = [e for e in self.rows.values() if self.group[e.ref] == group and self._is_in(e, view)]
        return sorted(inside, key=lambda e: e.received)


NUMBERS = st.integers(1, 30)
ABOUT = st.lists(st.integers(1, 30), max_size=3).map(tuple)
MESSAGES = st.builds(envelope, st.sampled_from(PLACES), NUMBERS, ABOUT, st.booleans())
PICKS = st.lists(st.integers(0, 60), min_size=1, max_size=6)
DEEDS = st.one_of(
    st.tuples(st.just("put"), st.lists(MESSAGES, min_size=1, max_size=12, unique_by=lambda e: e.ref)),
    st.tuples(st.sampled_from(["drop", "read", "unread", "move", "settle", "forget"]), PICKS),
    st.tuples(st.just("clear"), st.sampled_from(PLACES)),
)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(DEEDS, max_size=14))
def test_the_cache_shows_what_the_model_shows(deeds):
    asyncio.run(walk(deeds))


async def walk(deeds) -> None:
    with tempfile.TemporaryDirectory() as name:
        cache, model = CacheFile(Path(name) / "cache.db"), Model()
        for account in ("work", "home"):
            await cache.put_folders(account, [Folder(account, "INBOX", Safe("Inbox"), Role.INBOX)])
        for deed, what in deeds:
            await DOING[deed](cache, model, what)
            await compare(cache, model, VIEWS[:: 7 + len(model.rows) % 5])
        await compare(cache, model, VIEWS)
        await cache.close()


async def put(cache, model, envelopes):
    """But for copies of what was moved: how those of one instant stand is a matter of who came first."""
    there = {e.received: ref for ref, e in model.rows.items()}
    envelopes = [e for e in envelopes if there.get(e.received, e.ref) == e.ref]
    await cache.put(envelopes)
    for e in sorted(envelopes, key=lambda e: (e.ref.account, e.ref.folder, e.received)):
        model.put(e)


def picked(model, numbers):
    refs = sorted(model.rows, key=lambda r: (r.account, r.folder, r.uid))
    return list(dict.fromkeys(refs[n % len(refs)] for n in numbers)) if refs else []


async def drop(cache, model, numbers):
    for ref in picked(model, numbers):
        await cache.drop(ref.account, ref.folder, [ref.uid])
        model.drop(ref)


def marking(add, drop):
    async def mark(cache, model, numbers):
        for ref in picked(model, numbers):
            before = await cache.mark(ref.account, ref.folder, [ref.uid], add, drop)
            assert before == {ref.uid: model.rows[ref].flags}
            model.rows[ref] = model.rows[ref].flagged((model.rows[ref].flags | add) - drop)

    return mark


async def move(cache, model, numbers):
    refs = picked(model, numbers)
    to = PLACES[numbers[0] % 2][1]
    moved = await cache.move(refs, to)
    assert set(moved) == {ref for ref in refs if ref.folder != to}
    for old, new in moved.items():
        model.rename(old, new)


async def settle(cache, model, numbers):
    for ref in [r for r in picked(model, numbers) if r.uid.startswith("~")]:
        uid = f"7.{numbers[0] % 30 + 1}"
        there = Ref(ref.account, ref.folder, uid)
        await cache.settle(ref, uid)
        model.drop(there)
        model.rename(ref, there)


async def forget(cache, model, numbers):
    for ref in [r for r in picked(model, numbers) if r.uid.startswith("~")]:
        await cache.settle(ref, "")
        model.drop(ref)


async def clear(cache, model, place):
    await cache.clear(*place)
    for ref in [r for r in model.rows if (r.account, r.folder) == place]:
        model.drop(ref)


DOING = {
    "put": put,
    "drop": drop,
    "read": marking(SEEN, NONE),
    "unread": marking(NONE, SEEN),
    "move": move,
    "settle": settle,
    "forget": forget,
    "clear": clear,
}


async def compare(cache, model, views) -> None:
    strays = {ref for ref in model.rows if ref.uid.startswith("~")}
    assert set(await cache.strays()) == strays
    for account, folder in PLACES:
        known = [r for r in model.rows if (r.account, r.folder) == (account, folder) and r not in strays]
        listing = await cache.listing(account, folder)
        assert listing.flags == {r.uid: model.rows[r].flags for r in known}
    for view in views:
        shown = model.shown(view)
        members = {e.ref: model.members(view, e) for e in shown}
        await (compare_threads if view.threaded else compare_messages)(cache, view, shown, members)
        unread = [any(not m.seen for m in members[e.ref]) if view.threaded else not e.seen for e in shown]
        assert await cache.count(view) == (len(shown), sum(unread))
        await compare_rows(cache, view, shown, unread)


async def compare_messages(cache, view, shown, members) -> None:
    pages = [await cache.page(view, start, 5) for start in range(0, len(shown) + 1, 5)]
    rows = [replace(e, thread=0) for page in pages for e in page]
    assert [e.ref for e in rows] == [e.ref for e in shown]
    assert rows == shown
    assert set(await cache.refs(view)) == {e.ref for e in shown}


async def compare_threads(cache, view, shown, members) -> None:
    found = await cache.threads(view, 0, len(shown) + 5)
    assert found[1:3] == await cache.threads(view, 1, 2)
    assert [t.newest.ref for t in found] == [e.ref for e in shown]
    assert len({t.key for t in found}) == len(found)
    for thread, head in zip(found, shown, strict=True):
        inside = members[head.ref]
        assert (thread.total, thread.unread) == (len(inside), sum(not e.seen for e in inside))
        assert set(thread.people) == {e.sender for e in inside}
        assert thread.people[0] == inside[0].sender
        assert [e.ref for e in await cache.thread(view, thread.key)] == [e.ref for e in inside]


async def compare_rows(cache, view, shown, unread) -> None:
    for n in range(0, len(shown), 4):
        assert await cache.row(view, shown[n].ref) == n
        ahead = next((m for m in range(n, len(shown)) if unread[m]), None)
        behind = next((m for m in range(n, -1, -1) if unread[m]), None)
        assert await cache.unread(view, n) == ahead
        assert await cache.unread(view, n, back=True) == behind
    assert await cache.row(view, Ref("work", "INBOX", "7.99")) is None
    assert await cache.unread(view, len(shown)) is None
