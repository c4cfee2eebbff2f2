"""The steps of `tuimail drill`. Whatever happens in one of them, the mail is taken back."""

import asyncio
from collections.abc import Callable
from typing import NamedTuple

from msgspec.structs import replace

from tuimail.backends.system import local_zone
from tuimail.engine.account import Account
from tuimail.engine.engine import Engine
from tuimail.mail.errors import OutboxDamaged, TuimailError
from tuimail.mail.hold.item import Item, State
from tuimail.mail.letter.draft import Attachment, Draft
from tuimail.mail.letter.safe import line
from tuimail.mail.rule.decision import Decision
from tuimail.mail.when.schedule import Schedule

SAFE_WINDOW = 3.0
"""An undo window shorter than this is too short to be tried: the mail is scheduled then."""

SCHEDULED_IN = 20.0
LONGEST_WAIT = 60.0
SHORT_WAIT = 5.0
AFTER = 1.5

SUBJECT = "tuimail drill 訓練"
BODY = """\
This mail is a drill of tuimail. It is taken back before it leaves.
これは訓練です。送信前に取り消されます。

.
From the drill, a line with a dot and one that begins with From.
"""
FILE = Attachment("訓練.txt", "text/plain", 11, data=b"drill\r\n\x00\xff\n.")


class Step(NamedTuple):
    """What was looked at, whether it held, and what was seen."""

    about: str
    ok: bool
    line: str


class Broken(Exception):  # noqa: N818 (an outcome of the drill, no error of the program)
    """A step that did not hold; those after it would say nothing."""


class Drill:
    """One drill. `other` is a second engine on the same files: what it finds is really on disk."""

    def __init__(
        self, engine: Engine, other: Engine, own: Account, hear: Callable[[Step], None], quick: bool
    ) -> None:
        self._engine = engine
        self._other = other
        self._own = own
        self._hear = hear
        self._quick = quick
        self._item: Item | None = None

    async def play(self) -> None:
        """All steps, up to the first that does not hold; then whatever is left of it is put away."""
        draft = self._draft()
        try:
            draft = await self._asked(draft)
            item = await self._queued(draft)
            await self._found(item)
            await self._undone(item, draft)
            await self._stayed(item)
        except Broken:
            pass
        except TuimailError as error:
            self._hear(Step("error", False, line(str(error))))
        finally:
            await self._put_away(draft)

    def _draft(self) -> Draft:
        me = self._own.address.spec
        return replace(
            self._engine.drafts.new(self._own.name),
            to=me,
            bcc=me,
            subject=SUBJECT,
            body=BODY,
            attachments=(FILE,),
            cursor=(2, 3),
        )

    async def _asked(self, draft: Draft) -> Draft:
        """The rules are asked; where the undo window is too short to be tried, a time is chosen."""
        await self._engine.drafts.save(draft)
        decision = await self._engine.outbox.weigh(draft)
        rules = await self._rules()
        if decision.blocks:
            self._say("rules", False, f"they refuse the drill's mail: {' · '.join(decision.blocks)}")
        if _window(decision) >= SAFE_WINDOW:
            self._say("rules", True, f"{rules}; held for at least {_window(decision):g} s")
            return draft
        if decision.by_server:
            self._say("rules", False, "a rule hands mail to the server at once: nothing can be tried safely")
        at = self._engine.now().wall + SCHEDULED_IN
        said = f"{rules}; the undo window of {decision.undo_seconds:g} s is too short to be tried"
        self._say("rules", True, f"{said}: scheduled {SCHEDULED_IN:g} s ahead instead")
        return replace(draft, schedule=Schedule(at, local_zone(), "drill"))

    async def _rules(self) -> str:
        try:
            count = len(await self._engine.checks.rules())
        except TuimailError as error:
            return line(str(error))
        return {0: "there are none", 1: "one was asked"}.get(count, f"{count} were asked")

    async def _queued(self, draft: Draft) -> Item:
        item = self._item = await self._engine.outbox.send(draft, confirmed=True)
        self._say("queued", True, f"{item.id} to {self._own.address.spec}, {item.size:,} bytes")
        return item

    async def _found(self, item: Item) -> None:
        """Another connection finds it held, byte for byte, with nobody but its recipient in sight."""
        found = await self._other.outbox.item(item.id)
        if found is None or not found.held:
            state = "is not there" if found is None else f"is {found.state.value}"
            self._say("held", False, f"a second look from another connection: it {state}")
            return
        wire = await self._other.outbox.wire(item.id)
        whole = wire == await self._engine.outbox.wire(item.id) and len(wire) == item.size
        self._say("on disk", whole, "another connection reads " + ("it whole" if whole else "other bytes"))
        left = found.left(self._engine.now())
        paused = found.state is State.PAUSED
        words = f"paused, {found.why}" if paused else f"{left:.1f} s left of {found.hold:.0f}, {found.why}"
        self._say("held", paused or 0 < left <= found.hold, words)

    async def _undone(self, item: Item, draft: Draft) -> None:
        back = await self._engine.outbox.undo(item.id)
        if back is None:
            found = await self._other.outbox.item(item.id)
            self._say("undone", False, f"it was too late: {found.state.value if found else 'it is gone'}")
        self._say("undone", True, "it was taken back")
        kept = await self._other.drafts.open(draft.id)
        listed = draft.id in [each.id for each, _ in await self._other.drafts.all()]
        if kept is None or not listed:
            self._say("draft", False, "it is not among your drafts")
            return
        other = [name for name in Draft.__struct_fields__ if getattr(kept, name) != getattr(draft, name)]
        words = f"differs in {', '.join(other)}" if other else "is among your drafts, equal in every field"
        self._say("draft", not other, words)

    async def _stayed(self, item: Item) -> None:
        """Until just after it would have left, nobody has claimed it, and there are no bytes to send."""
        waited = await self._wait(item)
        found, trail = await self._other.outbox.item(item.id), await self._other.outbox.trail(item.id)
        claimed = any(State.SENDING in (entry.before, entry.after) for entry in trail)
        undone = found is not None and found.state is State.UNDONE
        try:
            await self._other.outbox.wire(item.id)
        except OutboxDamaged:
            self._say("stayed", undone and not claimed, f"{waited}; nobody claimed it, its bytes are gone")
        else:
            self._say("stayed", False, f"{waited}; its bytes are still in the outbox")

    async def _wait(self, item: Item) -> str:
        """Wait as long as makes sense; what was waited for, in words."""
        if self._quick:
            return "not waited for"
        left = item.left(self._engine.now())
        if item.due is None or left > LONGEST_WAIT:
            await asyncio.sleep(SHORT_WAIT)
            return f"it would wait for longer than a minute: looked again after {SHORT_WAIT:g} s"
        await asyncio.sleep(max(left, 0.0) + AFTER)
        return f"{AFTER:g} s after it would have left"

    async def _put_away(self, draft: Draft) -> None:
        """Take it back if it is still held, then remove it: nothing of the drill stays."""
        outbox = self._engine.outbox
        try:
            item = await outbox.item(self._item.id) if self._item else None
            if item is not None and item.can_be_taken_back and await outbox.undo(item.id) is None:
                await outbox.pause(item.id)
            await self._engine.drafts.drop(draft.id)
            gone = await self._engine.drafts.open(draft.id) is None
            gone = gone and (item is None or await outbox.delete(item.id))
        except TuimailError as error:
            self._hear(Step("tidied", False, line(str(error))))
            return
        words = "the drill's mail is removed" if gone else "the drill's mail could not be removed"
        self._hear(Step("tidied", gone, words))

    def _say(self, about: str, ok: bool, words: str) -> None:
        """Tell of a step. Raises Broken for one that did not hold."""
        self._hear(Step(about, ok, line(words)))
        if not ok:
            raise Broken


def _window(decision: Decision) -> float:
    """Seconds for which the mail is surely held; a paused one is held for good."""
    if decision.pauses:
        return LONGEST_WAIT
    return max([decision.undo_seconds, *(delay.seconds for delay in decision.delays)])
