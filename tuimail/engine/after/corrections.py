"""Mail that puts sent mail right: drafts of it, ready for the composer, and what became of them."""

from collections.abc import Sequence
from contextlib import suppress

from msgspec import Struct
from msgspec.structs import replace

from tuimail.engine.account import Account, Accounts
from tuimail.engine.after.originals import Originals
from tuimail.engine.sending.items import Items
from tuimail.engine.writing.drafts import Drafts
from tuimail.mail.after import correction_draft as made
from tuimail.mail.after.correction import Audience, Language, Scenario, Wish
from tuimail.mail.after.correction_draft import MEANT_FOR, MISSING, RESEND, Author, Manner, Original
from tuimail.mail.after.correction_people import Circle, audience, circles, concerned
from tuimail.mail.after.correction_text import language
from tuimail.mail.after.sent_mail import SentMail
from tuimail.mail.errors import DraftError, OutboxError
from tuimail.mail.hold.item import Item, State
from tuimail.mail.letter.address import Address, check, typed
from tuimail.mail.letter.draft import Attachment, Draft
from tuimail.mail.letter.template import Template
from tuimail.ports import Ids, OutboxStore, TemplateShelf

KNOWN = frozenset({*Scenario, MEANT_FOR, RESEND, MISSING})

MOST = 200
"""So many messages of their own are written at once; more people share one as blind copies."""

NO_TEXT = "The text of that mail is not at hand; nothing was written. Open it in its Sent folder first."
THEIRS = "Those files went to the wrong people, who don't get them once more; nothing was written."
AS_WISHED = Wish()


class Outlook(Struct, frozen=True):
    """What a correction would be like: its language, its wording, and the recipients of each message.

    With `mixed`, each message has the wording for its own recipients.
    """

    language: Language
    audience: Audience
    circles: tuple[Circle, ...]
    mixed: bool = False


class Made(Struct, frozen=True):
    """What puts one mail right so far: drafts not sent off, and outbox items."""

    drafts: tuple[Draft, ...]
    items: tuple[Item, ...]


class Corrections:
    """Everything here answers with saved local drafts, or changes nothing."""

    def __init__(
        self,
        accounts: Accounts,
        drafts: Drafts,
        originals: Originals,
        items: Items,
        store: OutboxStore,
        ids: Ids,
        shelf: TemplateShelf | None,
    ) -> None:
        self._accounts, self._drafts, self._originals = accounts, drafts, originals
        self._items, self._store, self._ids, self._shelf = items, store, ids, shelf

    async def last(self) -> SentMail | None:
        """The mail sent last, here or elsewhere, that puts no other right; None before the first."""
        return await self._originals.last()

    async def drafts(self, mail: SentMail, scenario: str, wish: Wish = AS_WISHED) -> tuple[Draft, ...]:
        """The drafts, one a message, saved. Raises DraftError, OutboxError; then none is kept."""
        written = await self.written(mail, scenario, wish)
        try:
            for draft in reversed(written):
                await self._drafts.save(draft)
        except OutboxError:
            for draft in written:
                with suppress(OutboxError):
                    await self._store.drop_draft(draft.id)
            raise
        return written

    async def written(self, mail: SentMail, scenario: str, wish: Wish = AS_WISHED) -> tuple[Draft, ...]:
        """The same, to look at: nothing is saved."""
        original = await self._originals.of(mail)
        outlook = self._outlook(original, scenario, wish)
        if len(outlook.circles) > MOST:
            raise DraftError(
                f"{len(outlook.circles):,} messages are too many at once; nothing was written."
                " Choose one mail for all, or fewer people."
            )
        if wish.keep_files and scenario == Scenario.PERSON:
            raise DraftError(THEIRS)
        kept = await self._originals.files(mail) if wish.keep_files else ()
        files = (*await self._files(wish.files), *kept)
        templates, drafts = await self.templates(), list[Draft]()
        for circle in outlook.circles:
            wording = wish.audience or audience(circle.people, self._domains(mail.account))
            manner = Manner(scenario, outlook.language, wording, wish.edited, files)
            drafts.append(self._draft(original, circle, manner, templates))
        return tuple(drafts)

    async def outlook(
        self, mail: SentMail, scenario: str = Scenario.OTHER, wish: Wish = AS_WISHED
    ) -> Outlook:
        """What `drafts` would write, in which language, to whom."""
        original = await self._originals.of(mail)
        return self._outlook(original, scenario, wish)

    async def meant_for(
        self, mail: SentMail, to: str = "", wish: Wish = AS_WISHED, save: bool = True
    ) -> Draft:
        """An apology to the one the mail was meant for, or was about; `to` as typed."""
        original = await self._originals.of(mail)
        people = typed(to) if to else ()
        manner = self._manner(original, people, MEANT_FOR, wish)
        return await self._alone(original, Circle(people), manner, save)

    async def resend(self, mail: SentMail, to: str = "", wish: Wish = AS_WISHED, save: bool = True) -> Draft:
        """The mail once more, with its files, for the right person. Raises DraftError."""
        original = await self._originals.of(mail)
        if original.letter is None:
            raise DraftError(NO_TEXT)
        people = typed(to) if to else ()
        manner = self._manner(original, people, RESEND, wish)
        manner = replace(manner, files=await self._originals.files(mail))
        return await self._alone(original, Circle(people), manner, save)

    async def text(self, mail: SentMail) -> str:
        """What the mail said, to be edited. Raises DraftError."""
        original = await self._originals.of(mail)
        if original.letter is None:
            raise DraftError(NO_TEXT)
        return str(original.letter.text)

    async def of(self, message_id: str) -> Made:
        """What puts this mail right so far, newest first; nothing of it may have left yet."""
        await self._items.load()
        items = tuple(item for item in self._items.all() if message_id and item.corrects == message_id)
        drafts = [
            draft for draft, _ in await self._store.drafts() if message_id and draft.corrects == message_id
        ]
        return Made(tuple(drafts), tuple(item for item in items if item.state is not State.UNDONE))

    async def added(self) -> tuple[str, ...]:
        """The scenarios that somebody added by templates of their own, by name. Raises DraftError."""
        names = {template.name.partition(".")[0] for template in await self.templates()}
        return tuple(sorted(names - KNOWN))

    async def templates(self) -> tuple[Template, ...]:
        """All templates as they are now. Raises DraftError for one that can't be read."""
        return await self._shelf.all() if self._shelf is not None else ()

    def _outlook(self, original: Original, scenario: str, wish: Wish) -> Outlook:
        people = self._people(original.mail, scenario, wish)
        manner = self._manner(original, people, scenario, wish)
        apart = circles(original.mail, people, scenario, wish.each)
        domains = self._domains(original.mail.account)
        wordings = {wish.audience or audience(circle.people, domains) for circle in apart}
        return Outlook(manner.language, manner.audience, apart, len(wordings) > 1)

    def _people(self, mail: SentMail, scenario: str, wish: Wish) -> tuple[Address, ...]:
        """Those who were chosen, by the names the mail gave them; or those concerned."""
        if wish.to is None:
            return concerned(mail, scenario, self._accounts.own(), self._domains(mail.account))
        known = {person.spec.lower(): person for person in mail.people}
        found = tuple(known.get(spec.lower()) or Address(check(spec)) for spec in wish.to)
        if not found:
            raise DraftError("Nobody was chosen; nothing was written.")
        return found

    def _manner(self, original: Original, people: Sequence[Address], scenario: str, wish: Wish) -> Manner:
        spoken = wish.language or language(original.letter, original.mail.subject)
        wording = wish.audience or audience(
            people or original.mail.people, self._domains(original.mail.account)
        )
        return Manner(scenario, spoken, wording)

    def _draft(self, original: Original, to: Circle, manner: Manner, templates: Sequence[Template]) -> Draft:
        name = made.template_name(manner.scenario, original)
        template = made.chosen(templates, name, manner.language, manner.audience)
        return made.correction(original, to, manner, template, self._author(original.mail), self._ids.item())

    async def _alone(self, original: Original, to: Circle, manner: Manner, save: bool) -> Draft:
        """The one draft of somebody who did not get the mail."""
        draft = self._draft(original, to, manner, await self.templates())
        if save:
            await self._drafts.save(draft)
        return draft

    def _author(self, mail: SentMail) -> Author:
        """Whoever wrote the mail, under their signature."""
        own = self._account(mail.account)
        for who in self._accounts.identities(own.name):
            if who.account == own.name and who.is_at(mail.sender.spec):
                sender = None if who.is_at(own.address.spec) else who.address
                return Author(who.address, who.signature, sender)
        return Author(own.address, own.signature)

    async def _files(self, paths: Sequence[str]) -> tuple[Attachment, ...]:
        draft = Draft("", "")
        for path in paths:
            draft = await self._drafts.attach(draft, path)
        return draft.attachments

    def _domains(self, name: str) -> tuple[str, ...]:
        own = self._account(name)
        return own.domains or (own.address.spec.rpartition("@")[2].lower(),)

    def _account(self, name: str) -> Account:
        return self._accounts.get(name, self._accounts.default)
