"""The mail that a correction is about: which was sent last, and what it said."""

import asyncio
from contextlib import suppress
from datetime import datetime
from email.utils import parsedate_to_datetime

from tuimail.engine.account import Accounts
from tuimail.engine.after.sent import SentMails
from tuimail.engine.folders.mailbox import Mailbox
from tuimail.mail.after.correction_draft import Original
from tuimail.mail.after.sent_mail import SentMail
from tuimail.mail.errors import MailboxError, TuimailError
from tuimail.mail.folder.folder import Role
from tuimail.mail.folder.view import View
from tuimail.mail.letter.draft import Attachment
from tuimail.ports import Clock, MailCache, OutboxStore

LOOKED_AT = 20
"""So many of the last mails are looked through for one that puts no other right."""

LEEWAY = 120.0
"""Seconds by which the copy in Sent may seem newer than what left from here: it is filed afterwards."""


class Originals:
    """Finds sent mail and its text: in the outbox, else where its copy lies."""

    def __init__(
        self,
        accounts: Accounts,
        sent: SentMails,
        mailbox: Mailbox,
        store: OutboxStore,
        cache: MailCache,
        clock: Clock,
    ) -> None:
        self._accounts, self._sent, self._mailbox = accounts, sent, mailbox
        self._store, self._cache, self._clock = store, cache, clock
        self._read: tuple[Original, bytes] | None = None

    async def last(self) -> SentMail | None:
        """The mail sent last, here or elsewhere, that puts no other right; None before the first."""
        here = next((one for one in await self._sent.latest(LOOKED_AT) if not one.corrects), None)
        own = self._accounts.own()
        for row in await self._cache.page(View("", "", role=Role.SENT), 0, LOOKED_AT):
            if here is not None and row.received <= here.sent + LEEWAY:
                break
            if row.sender.spec.lower() in own:
                with suppress(MailboxError):
                    there = await self._sent.of(row.ref)
                    if not there.corrects:
                        return there
        return here

    async def of(self, mail: SentMail) -> Original:
        """The mail with its text, where that is at hand. The last one that was read is kept."""
        if self._read is None or self._read[0].mail != mail or self._read[0].letter is None:
            self._read = await self._found(mail)
        return self._read[0]

    async def files(self, mail: SentMail) -> tuple[Attachment, ...]:
        """The files it carried, with their contents."""
        from tuimail.mail.letter.parse import files

        original = await self.of(mail)
        if original.letter is None or self._read is None:
            return ()
        return files(self._read[1], original.letter)

    async def _found(self, mail: SentMail) -> tuple[Original, bytes]:
        from tuimail.mail.letter import parse

        raw = await self._raw(mail)
        letter = await asyncio.to_thread(parse.parse, raw) if raw else None
        zone = parsedate_to_datetime(self._clock.rfc5322()).tzinfo
        sent = letter.date if letter is not None else None
        return Original(mail, letter, sent or datetime.fromtimestamp(mail.sent, zone)), raw

    async def _raw(self, mail: SentMail) -> bytes:
        if mail.item:
            with suppress(TuimailError):
                return (await self._store.submission(mail.item)).wire
        if mail.ref is not None:
            with suppress(TuimailError):
                return await self._mailbox.raw(mail.ref)
        return b""
