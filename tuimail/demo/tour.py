"""The scripted tour: one mail is written, held, taken back, changed, sent, accepted, filed and answered; what
came is archived and taken back, mail is searched, a conversation unfolded; and a mail that went to the wrong
person is asked back.

Every step prints what the outbox and the server saw, and is checked: a step that does not hold is said.
"""

import asyncio
import hashlib
from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from tuimail.demo.afterwards import Afterwards
from tuimail.demo.exchange import StandIn
from tuimail.demo.people import PEOPLE
from tuimail.demo.rounds import Rounds
from tuimail.demo.server import PostOffice
from tuimail.demo.telling import LOOK_EVERY, Telling
from tuimail.engine.engine import Engine
from tuimail.mail.folder.folder import Role
from tuimail.mail.folder.view import View
from tuimail.mail.hold.item import Filing, Item, State
from tuimail.mail.letter.draft import Attachment, Draft

UNDO_SECONDS = 3

SUZUKI, TANAKA = PEOPLE["suzuki"], PEOPLE["tanaka"]
SUBJECT = "見積書送付"
FIRST = "鈴木様\n\nお見積書をお送りします。合計は八十万円です。\n\n山田\n"
SECOND = FIRST.replace("八十万円", "十八万円")


class _Sent(Struct, frozen=True):
    """A draft and the outbox item it became."""

    draft: Draft
    item: Item


class Tour:
    """Plays on a started engine whose servers are `office` and `exchange`. `say` prints a line."""

    def __init__(
        self, engine: Engine, office: PostOffice, exchange: StandIn, say: Callable[[str], None]
    ) -> None:
        self._engine, self._office, self._telling = engine, office, Telling(say)
        self._exchange = exchange

    async def play(self) -> bool:
        """The whole tour; True when every step held."""
        sent = await self._write()
        back = await self._take_back(sent)
        again = await self._send_again(back)
        await self._leave(again)
        await self._file(again)
        await self._answered(again)
        inbox, archive = await self._folder(Role.INBOX), await self._folder(Role.ARCHIVE)
        await Rounds(self._engine, self._telling, inbox, archive).play()
        await Afterwards(self._engine, self._telling, self._exchange, self._engine.accounts[1]).play()
        self._close()
        return not self._telling.broken

    async def _write(self) -> _Sent:
        self._telling.title("A mail is written, and Send is pressed")
        draft = replace(
            self._engine.drafts.new(),
            to=SUZUKI.header,
            bcc=TANAKA.spec,
            subject=SUBJECT,
            body=FIRST,
            attachments=(
                Attachment("見積書.csv", "text/csv", 27, data="品名,金額\r\n棚,180000\r\n".encode()),
            ),
            cursor=(2, 21),
        )
        self._telling.say(f"  to {draft.to}, blind copy to {draft.bcc}")
        self._telling.say(f"  「{draft.subject}」 with {draft.attachments[0].name}")
        item = await self._engine.outbox.send(draft)
        self._saw(item)
        self._telling.hold("it waits on this computer", item.state is State.WAITING)
        await self._count_down(item, until=UNDO_SECONDS / 2)
        return _Sent(draft, item)

    async def _take_back(self, sent: _Sent) -> Draft:
        self._telling.title("The amount is wrong: u takes it back")
        back = await self._engine.outbox.undo()
        self._saw(await self._fresh(sent.item))
        self._telling.hold(
            "the draft is what was sent off: text, blind copy, file, cursor", back == sent.draft
        )
        await asyncio.sleep(max(0.0, self._left(sent.item)) + 0.5)
        self._telling.say("  … the moment it would have left is over")
        self._server_saw(0)
        self._telling.hold("nothing left this computer", not self._office.log)
        return back or sent.draft

    async def _send_again(self, back: Draft) -> _Sent:
        self._telling.title("It is changed and sent again")
        draft = replace(back, body=SECOND)
        item = await self._engine.outbox.send(draft)
        self._telling.say("  八十万円 is now 十八万円")
        self._saw(item)
        await self._count_down(item, until=0)
        return _Sent(draft, item)

    async def _leave(self, sent: _Sent) -> None:
        self._telling.title("It leaves")
        accepted = await self._until(sent.item, lambda item: item.state is State.SENT)
        self._server_saw(0)
        self._saw(await self._fresh(sent.item))
        for entry in await self._engine.outbox.trail(sent.item.id):
            self._telling.say(
                f"    {entry.after:<8} {' · '.join(part for part in (entry.why, entry.answer) if part)}"
            )
        self._telling.hold("the server accepted it, once", accepted and len(self._office.deliveries) == 1)
        if self._office.deliveries:
            delivery = self._office.deliveries[0]
            self._telling.hold("both people got it", set(delivery.recipients) == {SUZUKI.spec, TANAKA.spec})
            self._telling.hold("the blind copy is nowhere in it", TANAKA.spec.encode() not in delivery.wire)
            frozen = await self._engine.outbox.wire(sent.item.id)
            self._telling.hold("the server saw the bytes that were frozen at Send", delivery.wire == frozen)

    async def _file(self, sent: _Sent) -> None:
        self._telling.title("A copy is filed")
        filed = await self._until(sent.item, lambda item: item.filing is Filing.DONE)
        copies = await self._copies(sent.item)
        for copy in copies:
            self._telling.say(f"  Sent: {len(copy)} bytes, sha256 {hashlib.sha256(copy).hexdigest()[:16]}")
        self._telling.hold("there is one copy in Sent", filed and len(copies) == 1)
        wires = [delivery.wire for delivery in self._office.deliveries]
        self._telling.hold("it is, byte for byte, what the server took", copies == wires)

    async def _answered(self, sent: _Sent) -> None:
        self._telling.title("Somebody answers")
        folder = await self._folder(Role.INBOX)

        async def answer() -> str:
            await self._engine.mailbox.sync(self._account, folder)
            rows = await self._engine.mailbox.page(View(self._account, folder), 0, 5)
            replies = (
                row for row in rows if row.sender.spec == SUZUKI.spec and row.subject.endswith(SUBJECT)
            )
            return next((f"{row.sender.name}: {row.subject}" for row in replies), "")

        found = await self._telling.wait(answer)
        self._telling.say(f"  INBOX: {found or 'nothing'}")
        self._telling.hold("the answer is in the inbox", bool(found))

    def _close(self) -> None:
        self._telling.say("")
        if self._telling.broken:
            self._telling.say(
                f"{len(self._telling.broken)} of the steps did not hold: {'; '.join(self._telling.broken)}"
            )
        else:
            self._telling.say("Every step held. Try it yourself in a terminal: make demo")

    @property
    def _account(self) -> str:
        return self._engine.accounts[0].name

    def _saw(self, item: Item) -> None:
        due = f", leaves in {self._left(item):.0f} s" if item.due else ""
        self._telling.say(f"  outbox: {item.state.value}{due} ({item.why})")

    def _server_saw(self, start: int) -> None:
        for line in self._office.log[start:] or ["nothing"]:
            self._telling.say(f"  server: {line}")

    def _left(self, item: Item) -> float:
        return item.due.left(self._engine.now()) if item.due else 0.0

    async def _count_down(self, item: Item, until: float) -> None:
        shown = -1
        while (left := self._left(item)) > until:
            seconds = -int(-left // 1)
            if seconds != shown:
                shown = seconds
                bar = "■" * seconds + "□" * (UNDO_SECONDS - seconds)
                self._telling.say(f"    held 0:{seconds:02} {bar}  u takes it back")
            await asyncio.sleep(LOOK_EVERY)

    async def _fresh(self, item: Item) -> Item:
        return await self._engine.outbox.item(item.id) or item

    async def _until(self, item: Item, reached: Callable[[Item], bool]) -> bool:
        async def look() -> bool:
            return reached(await self._fresh(item))

        return await self._telling.wait(look)

    async def _folder(self, role: Role) -> str:
        folders = await self._engine.accounts[0].source.folders()
        return next(folder.name for folder in folders if folder.role is role)

    async def _copies(self, item: Item) -> list[bytes]:
        source, folder = self._engine.accounts[0].source, await self._folder(Role.SENT)
        uids = await source.find(folder, "Message-ID", item.message_id)
        return [await source.body(folder, uid) for uid in uids]
