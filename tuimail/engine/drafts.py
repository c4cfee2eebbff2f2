"""What a front end may do with drafts."""

from msgspec.structs import replace

from tuimail.engine import places
from tuimail.engine.account import Account, Accounts
from tuimail.engine.finishing import stamp, with_files
from tuimail.engine.mailbox import Mailbox
from tuimail.mail.folder.folder import Role
from tuimail.mail.letter.draft import Attachment, Draft
from tuimail.mail.letter.envelope import Flag, Ref
from tuimail.mail.letter.submission import OWN_HEADER
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
        """Throw a draft away, and its copy on the server. Raises MailboxError when only that one stays."""
        draft = await self._store.draft(draft_id)
        await self._store.drop_draft(draft_id)
        if draft is not None:
            await self._drop_copy(draft)

    async def file(self, draft: Draft) -> Draft:
        """Keep a copy of a saved draft in the account's Drafts folder, in place of the one before.

        The draft that knows its copy. A draft that was sent off or thrown away meanwhile gets none. Raises
        AttachmentError and MailboxError; what `save` kept stays as it is then.
        """
        from tuimail.mail.letter.unfinished import unfinished

        account = self._accounts[draft.account]
        mark = stamp(account.address.spec, self._clock, self._ids)
        wire = unfinished(await with_files(draft, self._files), account.address, mark)
        folder, _ = await places.special(account, Role.DRAFTS, "Drafts")
        uid = await account.source.append(folder.name, wire, frozenset({Flag.DRAFT, Flag.SEEN}))
        uid = uid or next(iter(await account.source.find(folder.name, OWN_HEADER, mark.token)), "")
        filed = replace(draft, replaces=Ref(account.name, folder.name, uid) if uid else None)
        await self._drop_copy(draft if await self._remember(filed) else filed)
        await self._mailbox.sync(account.name, folder.name)
        return filed

    async def take_up(self, ref: Ref) -> Draft:
        """A message of a Drafts folder, to go on with: the local draft it is a copy of, or a new one."""
        from tuimail.mail.letter.compose import draft_of

        for draft, _ in await self.all():
            if draft.replaces == ref and (kept := await self.open(draft.id)) is not None:
                return kept
        taken = draft_of(await self._mailbox.raw(ref), self._ids.item(), ref.account)
        return replace(taken, replaces=ref)

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

    async def _remember(self, filed: Draft) -> bool:
        """Note where the copy is, and nothing else: what was typed meanwhile stays. False for no draft."""
        if filed.id not in [draft.id for draft, _ in await self.all()]:
            return False
        kept = await self.open(filed.id)
        if kept is not None:
            await self.save(replace(kept, replaces=filed.replaces))
        return kept is not None

    async def _drop_copy(self, draft: Draft) -> None:
        if draft.replaces is not None and draft.replaces.account in self._accounts:
            source = self._accounts[draft.replaces.account].source
            await source.remove(draft.replaces.folder, draft.replaces.uid)

    def _own(self) -> frozenset[str]:
        return frozenset(account.address.spec.casefold() for account in self._accounts.values())
