"""What was read of a damaged outbox.db: rows told apart by their shape, and what becomes of each.

Of two that say the same thing the newer is believed. No unfinished mail leaves before a person has said so.
"""

import sqlite3
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256

from tuimail.mail.hold.item import Filing, Item, State
from tuimail.mail.hold.moment import Moment
from tuimail.mail.hold.move import Move, move
from tuimail.mail.hold.restored import SALVAGED, ask
from tuimail.mail.letter.draft import Draft
from tuimail.store import draft_row, item_row
from tuimail.store.pages import Row, Value

SEQ_LEAP = 1_000_000
"""So far ahead of every number read is the next one: those that were lost must not come again."""

NEEDS_ITS_BYTES = (State.WAITING, State.PAUSED, State.SENDING, State.FAILED)
Real = float | int


@dataclass(slots=True)
class Mail:
    """An item, what its row said besides, and its bytes if they are whole."""

    item: Item
    changed: float
    draft: str
    wire: tuple[str, str, bytes] | None = None


class Haul:
    """The rows by kind; `wall` is UTC seconds."""

    def __init__(self, rows: Iterable[Row], wall: float) -> None:
        self._now = Moment(wall, 0.0, "")
        self._mails: dict[str, Mail] = {}
        self._wires: dict[str, list[Row]] = {}
        self._drafts: dict[str, tuple[Real, str]] = {}
        self._files: dict[str, dict[int, list[bytes]]] = {}
        self._rest: list[tuple[str, Row]] = []
        self._broken: list[tuple[str, str, object]] = []
        self._seq = 0
        for row in rows:
            self._take(tuple(_clean(value) for value in row))
        self._match()

    def store(self, connection: sqlite3.Connection) -> str:
        """Write all of it into a new outbox; what was saved, as a sentence."""
        seq = self._seq + SEQ_LEAP
        connection.execute("UPDATE counters SET value = ? WHERE name = 'seq'", (seq,))
        for statement, row in self._rest:
            connection.execute(statement, row)
        mails = sum(
            _store_mail(connection, mail, ask(mail.item, self._now, SALVAGED), seq)
            for mail in sorted(self._mails.values(), key=lambda mail: -mail.changed)
        )
        sent = {mail.draft for mail in self._mails.values() if mail.item.state is State.SENT}
        drafts = sum(self._store_draft(connection, draft_id) for draft_id in self._drafts.keys() - sent)
        connection.execute("DELETE FROM trail WHERE item NOT IN (SELECT id FROM items)")
        connection.executemany("INSERT INTO damaged VALUES (?, ?, ?)", self._broken)
        lost = f"; {len(self._broken)} rows could not be read" if self._broken else ""
        return f"{_count(mails, 'mail')} and {_count(drafts, 'draft')} were saved{lost}."

    def _take(self, row: Row) -> None:
        match row:
            case (str(), int(), str(state), float() | int(), str(), str(), *_) if state in tuple(State):
                self._take_item(row)
            case (str(item), str(), str(), bytes(), *_):
                self._wires.setdefault(item, []).append(row)
            case (str(draft), int(n), bytes(data)):
                self._files.setdefault(draft, {}).setdefault(n, []).append(data)
            case (str(draft), float() | int() as saved, str(body)) if body.startswith("{"):
                self._take_draft(draft, saved, body)
            case ("seq", int(seq)):
                self._seq = max(self._seq, seq)
            case _:
                self._take_as_it_is(row)

    def _take_as_it_is(self, row: Row) -> None:
        match row:
            case (int(), str(), float() | int(), str(), str(), str(), str()):
                self._rest.append(("INSERT OR IGNORE INTO trail VALUES (?, ?, ?, ?, ?, ?, ?)", row))
            case (str(), float() | int(), str()):
                self._rest.append(("INSERT OR IGNORE INTO stops VALUES (?, ?, ?)", row))
            case (str("item" | "wire" | "draft" | "file"), str(), str() | bytes()):
                self._rest.append(("INSERT INTO damaged VALUES (?, ?, ?)", row))

    def _take_item(self, row: Row) -> None:
        item_id, _, _, changed, body, draft, *seq = row
        assert isinstance(body, str)
        try:
            item = item_row.item(body)
        except sqlite3.DataError:
            self._broken.append(("item", str(item_id), body))
            return
        known = self._mails.get(item.id)
        if known is None or known.item.version < item.version:
            self._mails[item.id] = Mail(item, _real(changed), str(draft))
        self._seq = max(self._seq, *(n for n in seq if isinstance(n, int)), 0)

    def _take_draft(self, draft_id: str, saved: Real, body: str) -> None:
        try:
            draft_row.draft(body, {})
        except sqlite3.DataError:
            self._broken.append(("draft", draft_id, body))
            return
        self._drafts[draft_id] = max(self._drafts.get(draft_id, (saved, body)), (saved, body))

    def _match(self) -> None:
        """Bytes to their items. A mail without them is no longer one; its draft shows again."""
        for mail in list(self._mails.values()):
            mail.wire = next(filter(None, (_whole(row, mail.item) for row in self._wires_of(mail))), None)
            if mail.wire is None and mail.item.state in NEEDS_ITS_BYTES:
                del self._mails[mail.item.id]
                if mail.draft not in self._drafts:
                    self._broken.append(("item", mail.item.id, item_row.values(mail.item, 0)[4]))

    def _wires_of(self, mail: Mail) -> list[Row]:
        return self._wires.get(mail.item.id, [])

    def _store_draft(self, connection: sqlite3.Connection, draft_id: str) -> bool:
        """Whether it is among the drafts, not of a mail."""
        saved, body = self._drafts[draft_id]
        draft_row.write(connection, self._with_files(body), saved)
        query = "SELECT 1 FROM items WHERE draft = ? AND state <> 'undone'"
        return connection.execute(query, (draft_id,)).fetchone() is None

    def _with_files(self, body: str) -> Draft:
        """The draft with those of its files that are whole."""
        bare = draft_row.draft(body, {})
        found = self._files.get(bare.id, {})
        files = {}
        for n, versions in found.items():
            for data in versions:
                trial = {n: data}
                draft_row.altered(body, trial)
                files.update(trial)
        lost = draft_row.altered(body, files)
        self._broken += [("file", bare.id, name) for name in lost]
        return draft_row.draft(body, files)


def _store_mail(connection: sqlite3.Connection, mail: Mail, asked: Move | None, seq: int) -> bool:
    if mail.wire is None and mail.item.filing is Filing.DUE:
        asked = move(
            mail.item, Moment(mail.changed, 0, ""), "the bytes of its copy are lost", filing=Filing.DONE
        )
    item = asked.new if asked else mail.item
    values = (*item_row.values(item, mail.changed), mail.draft, seq)
    with suppress(sqlite3.IntegrityError):
        connection.execute("INSERT INTO items VALUES (?, ?, ?, ?, ?, ?, ?)", values)
        if mail.wire:
            sender, recipients, wire = mail.wire
            row = (item.id, sender, recipients, wire, sha256(wire).hexdigest())
            connection.execute("INSERT INTO wires VALUES (?, ?, ?, ?, ?)", row)
        if asked:
            entry = asked.entry
            connection.execute(
                "INSERT INTO trail (item, at, before, after, why, answer) VALUES (?, ?, ?, ?, ?, ?)",
                (item.id, entry.at, entry.before, entry.after, entry.why, entry.answer),
            )
        return True
    return False


def _whole(row: Row, item: Item) -> tuple[str, str, bytes] | None:
    """The wire of a row, if it is as it was frozen."""
    _, sender, recipients, wire, *checksum = row
    if not (isinstance(sender, str) and isinstance(recipients, str) and isinstance(wire, bytes)):
        return None
    good = sha256(wire).hexdigest() in checksum if any(checksum) else len(wire) == item.size
    return (sender, recipients, wire) if good else None


def _clean(value: Value) -> Value:
    """Text that can be stored again; what of it is no UTF-8 any more is lost."""
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return value


def _real(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
