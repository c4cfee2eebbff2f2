"""What a front end may do with drafts."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from tuimail.engine.account import Account, Accounts
from tuimail.engine.folders.mailbox import Mailbox
from tuimail.engine.writing.copies import Copies, Filed
from tuimail.mail.errors import DraftError, MailboxError
from tuimail.mail.letter import signature as signatures
from tuimail.mail.letter.draft import Attachment, Draft
from tuimail.mail.letter.envelope import Ref
from tuimail.mail.letter.habits import Habits
from tuimail.mail.letter.identity import Identity, meant
from tuimail.mail.rule.decision import Guise
from tuimail.ports import AddressBook, Clock, Files, Ids, OutboxStore, TemplateShelf

if TYPE_CHECKING:
    from tuimail.mail.letter.letter import Letter
    from tuimail.mail.letter.mailto import Mailto
    from tuimail.mail.letter.template import Template


class Writing(Struct, frozen=True):
    """What a composer works with: how one writes, the address books, and the templates."""

    habits: Habits = Habits()
    books: tuple[AddressBook, ...] = ()
    shelf: TemplateShelf | None = None


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
        writing: Writing,
    ) -> None:
        self._accounts = accounts
        self._mailbox = mailbox
        self._store = store
        self._files = files
        self._clock = clock
        self._ids = ids
        self._shelf = writing.shelf
        self.habits = writing.habits
        self.copies = Copies(accounts, store, files, clock, ids)

    def new(self, account: str | None = None) -> Draft:
        """An empty draft with the account's signature; the first account when none is named."""
        own = self._accounts[account] if account else self._accounts.default
        body = f"\n{signatures.signed(own.signature)}" if own.signature else ""
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
            await self.copies.drop(draft)

    async def file(self, draft: Draft) -> Filed:
        """Keep a copy of a saved draft in the account's Drafts folder, in place of the one before.

        A draft that was sent off or thrown away meanwhile gets none. Raises AttachmentError and
        MailboxError; what `save` kept stays as it is then.
        """
        filed = await self.copies.file(draft)
        if filed.draft.replaces is not None:
            await self._mailbox.sync(filed.draft.account, filed.draft.replaces.folder)
        return filed

    async def take_up(self, ref: Ref) -> Draft:
        """A message of a Drafts folder, to go on with: the local draft it is a copy of, or a new one."""
        from tuimail.mail.letter.compose import draft_of
        from tuimail.mail.letter.redraft import copied

        raw = await self._mailbox.raw(ref)
        same = [draft.id for draft, _ in await self.all() if draft.replaces == ref]
        for draft_id in filter(None, (*same, copied(raw))):
            if (kept := await self.open(draft_id)) is not None:
                return kept
        return replace(draft_of(raw, self._ids.item(), ref.account), replaces=ref)

    async def reply(self, ref: Ref, everyone: bool) -> Draft:
        """An answer to a message, quoting it, from whom it was sent to. Raises MailboxError."""
        from tuimail.mail.letter import reply

        letter = await self._mailbox.letter(ref)
        who, own = self._meant(letter, ref), self._accounts.own()
        draft = reply.reply(letter, ref, own, self._ids.item(), everyone, who.signature, self.habits)
        return self._from(draft, who)

    async def reply_list(self, ref: Ref) -> Draft:
        """An answer to the mailing list a message came by. Raises MailboxError, also when it is of none."""
        from tuimail.mail.letter import reply

        letter = await self._mailbox.letter(ref)
        if not letter.mailing.post:
            raise MailboxError("This message names no mailing list to answer to; nothing was written.")
        who = self._meant(letter, ref)
        draft = reply.reply_list(letter, ref, self._ids.item(), who.signature, self.habits)
        return self._from(draft, who)

    async def forward(self, ref: Ref) -> Draft:
        """A message passed on, its attachments with it. Raises MailboxError."""
        from tuimail.mail.letter import reply

        letter, raw = await self._mailbox.letter(ref), await self._mailbox.raw(ref)
        who = self._meant(letter, ref)
        return self._from(reply.forward(letter, raw, ref, self._ids.item(), who.signature), who)

    async def forward_attached(self, refs: Sequence[Ref]) -> Draft:
        """Messages passed on as files. Raises MailboxError."""
        from tuimail.mail.letter import reply

        letters = [(await self._mailbox.letter(ref), await self._mailbox.raw(ref)) for ref in refs]
        who = self._meant(letters[0][0], refs[0])
        return self._from(reply.forward_attached(letters, refs[0], self._ids.item(), who.signature), who)

    def linked(self, url: str) -> "tuple[Draft, Mailto]":
        """A new draft of what a mailto: link says, and that. Raises DraftError for one that is none."""
        from tuimail.mail.letter.mailto import mailto

        link, draft = mailto(url), self.new()
        if not link.body:
            return link.into(draft), link
        return replace(link.into(draft), body=f"{link.body}\n{draft.body.removeprefix(chr(10))}"), link

    async def attach(self, draft: Draft, path: str) -> Draft:
        """The draft with one more file, which is read again at Send. Raises AttachmentError."""
        from mimetypes import MimeTypes

        data = await self._files.read(path)
        name = path.rstrip("/").rpartition("/")[2]
        kind = MimeTypes(filenames=()).guess_type(name)[0] or "application/octet-stream"
        return replace(draft, attachments=(*draft.attachments, Attachment(name, kind, len(data), path)))

    def identities(self) -> tuple[Identity, ...]:
        """Everybody one may be, those of the first account first."""
        return self._accounts.identities()

    def identity(self, draft: Draft) -> Identity:
        """Who one is in a draft, one that is not in the configuration any more included."""
        own = self._accounts.get(draft.account, self._accounts.default)
        sender = own.sender(draft)
        named = (identity for identity in own.identities if identity.is_at(sender.spec))
        return next(named, Identity(draft.account, sender))

    def written_as(self, draft: Draft, who: Identity, signature: str | None = None) -> Draft:
        """The draft from somebody else, under their signature or the one given."""
        wanted = who.signature if signature is None else signature
        known = {self.identity(draft).signature, *(identity.signature for identity in self.identities())}
        return self._from(replace(draft, body=signatures.swapped(draft.body, known, wanted)), who)

    def dressed(self, draft: Draft, guise: Guise, before: Guise | None = None) -> Draft:
        """The draft as a rule wishes; `before` is what was wished last, whose signature may go."""
        who = next((one for one in self.identities() if one.is_at(guise.identity)), self.identity(draft))
        if before is not None and before.signature is not None:
            body = signatures.swapped(draft.body, {before.signature}, who.signature)
            draft = replace(draft, body=body)
        return self.written_as(draft, who, guise.signature)

    async def templates(self) -> "tuple[Template, ...]":
        """The templates there are, by name. Raises DraftError for one that can't be read."""
        return () if self._shelf is None else await self._shelf.all()

    async def filled(self, draft: Draft, name: str) -> Draft:
        """The draft with a template put in at its cursor. Raises DraftError."""
        from tuimail.mail.letter.template import filled

        for template in await self.templates():
            if template.name == name:
                return filled(template, draft, self.identity(draft).address, self._clock.rfc5322())
        names = ", ".join(template.name for template in await self.templates()) or "none yet"
        raise DraftError(f"There is no template {name!r}; there are: {names}.")

    def _meant(self, letter: "Letter", ref: Ref) -> Identity:
        """Whom a message was sent to; else the account it lies in."""
        return meant(letter, self._accounts.identities(ref.account)) or self._own(ref).identities[0]

    def _own(self, ref: Ref) -> Account:
        return self._accounts[ref.account]

    def _from(self, draft: Draft, who: Identity) -> Draft:
        account = self._accounts.get(who.account)
        own = account is not None and who.is_at(account.address.spec)
        return replace(draft, account=who.account, sender=None if own else who.address)
