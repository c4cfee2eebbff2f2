"""A reader's way through a list."""

from collections.abc import Sequence

from tuimail.mail.letter.envelope import Envelope
from tuimail.ui.widgets.message_list import MessageList


class Walk:
    """Goes from row to row, and through every message of a conversation that is folded.

    Called, it is a `doors.Step`.
    """

    def __init__(self, messages: MessageList) -> None:
        self._messages = messages
        self._here: Sequence[Envelope] = ()
        self._at = 0

    async def begin(self) -> Envelope | None:
        """The message under the cursor; of a conversation, the first unread one, or else the newest."""
        return await self._enter(len(await self._messages.here()) - 1, unread=True)

    async def __call__(self, rows: int, unread: bool = False, peek: bool = False) -> Envelope | None:
        await self._catch_up()
        if peek:
            found = self._beyond(rows)
            return self._messages.beside(rows) if found is None else self._here[found]
        inside = self._beyond(rows, unread)
        if inside is not None:
            self._at = inside
            return self._here[inside]
        if unread:
            return await self._enter(0, unread=True) if await self._messages.to_unread(rows) else None
        return await self._on(rows)

    async def _catch_up(self) -> None:
        """What was here may have gone: then one stands on what followed it."""
        await self._messages.caught_up()
        here = await self._messages.here()
        places = {envelope.ref: place for place, envelope in enumerate(here)}
        left = (places[one.ref] for one in self._here[self._at :] if one.ref in places)
        self._here, self._at = here, next(left, max(0, len(here) - 1))

    async def _on(self, rows: int) -> Envelope | None:
        before = self._messages.cursor
        await self._messages.go(self._messages.validate_cursor(before + rows))
        return None if self._messages.cursor == before else await self._enter(0 if rows > 0 else -1)

    async def _enter(self, at: int, unread: bool = False) -> Envelope | None:
        """Stand on a message of the row under the cursor, on an unread one rather."""
        self._here = await self._messages.here()
        if not self._here:
            return None
        unseen = (place for place, one in enumerate(self._here) if unread and not one.seen)
        self._at = next(unseen, at % len(self._here))
        return self._here[self._at]

    def _beyond(self, rows: int, unread: bool = False) -> int | None:
        """The place of the next message, or the next unread one, of the same row."""
        at = self._at + rows
        while 0 <= at < len(self._here):
            if not unread or not self._here[at].seen:
                return at
            at += 1 if rows > 0 else -1
        return None
