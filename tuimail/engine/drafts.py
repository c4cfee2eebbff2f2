"""What a front end may do with drafts."""

from dataclasses import replace

from tuimail.engine.account import Account, Accounts
from tuimail.engine.mailbox import Mailbox
from tuimail.mail.letter.draft import Attachment, Draft
from tuimail.mail.letter.envelope import Ref
from tuimail.ports import Clock, Files, Ids, OutboxStore

SIGNATURE_MARK = "-- "


class Drafts:
    """New and kept drafts. A kept one is on disk before `save` answers."""

    def __init__(
        self,
        accounts: Accounts,
        mailbox: Mailbox,
        store: OutboxStore,
        files: Files,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._accounts = accounts
        self._mailbox = mailbox
        self._store = store
        self._files = files
        self._clock = clock
        self._ids = ids

    def new(self, account: str | None = None) -> Draft:
        """An empty draft with the account's signature; the first account when none is named."""
        own = self._accounts[account] if account else self._accounts.default
        body = f"\n\n{SIGNATURE_MARK}\n{own.signature}" if own.signature else ""
        return Draft(id=self._ids.item(), account=own.name, body=body)

    async def save(self, draft: Draft) -> None:
        await self._store.save_draft(draft, self._clock.now())

    async def all(self) -> tuple[tuple[Draft, float], ...]:
        """The local drafts, newest first, without the contents of their files; wall time of each save."""
        return await self._store.drafts()

    async def open(self, draft_id: str) -> Draft | None:
        return await self._store.draft(draft_id)

    async def drop(self, draft_id: str) -> None:
        await self._store.drop_draft(draft_id)

    async def reply(self, ref: Ref, everyone: bool) -> Draft:
        """An answer to a message, quoting it. Raises MailboxError."""
        from tuimail.mail.letter import reply

        account = self._accounts[ref.account]
        letter = await self._mailbox.letter(ref)
        return reply.reply(letter, ref, self._own(), self._ids.item(), everyone, account.signature)

    async def forward(self, ref: Ref) -> Draft:
        """A message passed on, its attachments with it. Raises MailboxError."""
        from tuimail.mail.letter import reply

        account: Account = self._accounts[ref.account]
        letter, raw = await self._mailbox.letter(ref), await self._mailbox.raw(ref)
        return reply.forward(letter, raw, ref, self._ids.item(), account.signature)

    async def attach(self, draft: Draft, path: str) -> Draft:
        """The draft with one more file, which is read again at Send. Raises AttachmentError."""
        from mimetypes import MimeTypes

        data = await self._files.read(path)
        name = path.rstrip("/").rpartition("/")[2]
        kind = MimeTypes(filenames=()).guess_type(name)[0] or "application/octet-stream"
        return replace(draft, attachments=(*draft.attachments, Attachment(name, kind, len(data), path)))

    def _own(self) -> frozenset[str]:
        return frozenset(account.address.spec.casefold() for account in self._accounts.values())
