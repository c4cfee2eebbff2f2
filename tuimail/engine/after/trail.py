"""The trail of an outbox item tells what came after its sending, as long as the item is there."""

from contextlib import suppress

from tuimail.engine.sending.items import Items
from tuimail.mail.errors import OutboxError
from tuimail.mail.hold.item import State
from tuimail.mail.hold.move import move
from tuimail.mail.letter.safe import Safe
from tuimail.ports import Clock

TRIES = 3


async def tell(items: Items, clock: Clock, item_id: str, why: str, answer: Safe = Safe("")) -> None:
    """One more line. The item moves on meanwhile, as when its copy is filed; what can't be told is let go."""
    with suppress(OutboxError):
        for _ in range(TRIES):
            item = await items.fresh(item_id) if item_id else None
            if item is None or item.state is not State.SENT:
                return
            if await items.commit(move(item, clock.now(), why, answer)):
                return
