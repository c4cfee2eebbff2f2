"""What a front end may do with incidents. Whatever it answers is on disk by then."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from tuimail.engine.after.practice import Practice
from tuimail.engine.news import AfterChanged, Newsroom
from tuimail.engine.sending.outbox import Outbox
from tuimail.engine.writing.contacts import Contacts
from tuimail.engine.writing.drafts import Drafts
from tuimail.mail.after import incident as moves
from tuimail.mail.after.correction import Language
from tuimail.mail.after.incident import Incident
from tuimail.mail.after.incident_facts import CORRECTION, DRAFTED, OUTBOX, Dossier, about, happened
from tuimail.mail.after.sent_mail import SentMail
from tuimail.mail.errors import OutboxError
from tuimail.mail.hold.item import Entry
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.draft import Draft
from tuimail.ports import AfterStore, Clock, Files, Ids

if TYPE_CHECKING:
    from tuimail.mail.after.incident_export import Form

TRIES = 5

Deed = Callable[[Incident, float], Incident]
"""A move of an incident at an instant (UTC seconds)."""


class Numbers(Struct, frozen=True):
    """Somebody the mail went to, and the telephone numbers that address books have."""

    person: Address
    phones: tuple[str, ...]


class Incidents:
    """One for each misdirected mail. Its trail takes in by itself what was asked and answered about it."""

    def __init__(
        self,
        store: AfterStore,
        outbox: Outbox,
        drafts: Drafts,
        contacts: Contacts,
        files: Files,
        clock: Clock,
        ids: Ids,
        newsroom: Newsroom,
        practice: Practice,
    ) -> None:
        self._store, self._outbox, self._drafts, self._contacts = store, outbox, drafts, contacts
        self._files, self._clock, self._ids, self._newsroom = files, clock, ids, newsroom
        self.practice = practice

    async def open(self, mail: SentMail) -> Incident:
        """The incident of this mail: the one that is there, else a new one. Raises OutboxError."""
        for known in await self._store.incidents():
            if known.mail.message_id == mail.message_id:
                return await self._gathered(known)
        made = moves.opened(self._ids.item(), mail, self._clock.now().wall, self.practice.clocks)
        if not await self._store.put_incident(made):
            raise OutboxError("The incident was not opened: its name is taken. Open it again.")
        self._newsroom.announce(AfterChanged(mail.message_id))
        return await self._gathered(made)

    async def get(self, id_: str) -> Incident | None:
        """The incident as it is on disk, its trail up to date. Raises OutboxError."""
        found = await self._find(id_)
        return await self._gathered(found) if found else None

    async def all(self) -> tuple[Incident, ...]:
        """Newest first, as they are on disk."""
        return await self._store.incidents()

    async def tick(self, id_: str, step: str, note: str = "") -> Incident | None:
        """The step is done. This and what follows: None when there is no such incident."""
        return await self._do(id_, lambda incident, now: moves.tick(incident, step, now, note))

    async def untick(self, id_: str, step: str) -> Incident | None:
        return await self._do(id_, lambda incident, now: moves.untick(incident, step, now))

    async def note(self, id_: str, text: str, step: str = "") -> Incident | None:
        return await self._do(id_, lambda incident, now: moves.note(incident, text, now, step))

    async def meant_for(self, id_: str, typed: str) -> Incident | None:
        """Whom the mail should have gone to, or was about."""
        return await self._do(id_, lambda incident, now: moves.meant_for(incident, typed, now))

    async def clock(self, id_: str, name: str, on: bool) -> Incident | None:
        return await self._do(id_, lambda incident, now: moves.clock(incident, name, on, now))

    async def close(self, id_: str) -> Incident | None:
        return await self._do(id_, moves.closed)

    async def reopen(self, id_: str) -> Incident | None:
        return await self._do(id_, moves.reopened)

    async def report(self, id_: str, language: Language | None = None) -> Draft | None:
        """A saved draft of the report to manager and security, for the composer; None as above."""
        from tuimail.mail.after import incident_report as words

        dossier = await self.dossier(id_)
        if dossier is None:
            return None
        language = language or self.practice.language_of(dossier.incident.mail)
        new = self._drafts.new(dossier.incident.mail.account)
        manager, security = self.practice.manager, self.practice.security
        draft = replace(
            new,
            to=manager or security,
            cc=security if manager else "",
            subject=words.subject(dossier, language),
            body=f"{words.body(dossier, language)}{new.body}",
        )
        await self._drafts.save(draft)
        await self._do(id_, partial(_drafted, to=draft.to))
        return draft

    async def export(self, id_: str, form: "Form", language: Language | None = None) -> str | None:
        """The incident as text in that form; None as above."""
        from tuimail.mail.after.incident_export import export

        dossier = await self.dossier(id_)
        if dossier is None:
            return None
        return export(dossier, form, language or self.practice.language_of(dossier.incident.mail))

    async def save(self, id_: str, form: "Form", folder: str) -> str:
        """The same as a file in `folder`, never over another one; its path. Raises SaveError."""
        from tuimail.mail.after.incident_export import file

        text = await self.export(id_, form)
        return await self._files.save(folder, f"incident-{id_}.{form.value}", file(text or "", form))

    async def numbers(self, mail: SentMail) -> tuple[Numbers, ...]:
        """Everybody it went to, with the telephone numbers there are. Slow address books take a while."""
        return tuple([Numbers(person, await self._contacts.phones(person.spec)) for person in mail.people])

    async def dossier(self, id_: str) -> Dossier | None:
        """The incident with all that is known about its mail; None as above."""
        incident = await self.get(id_)
        if incident is None:
            return None
        name = incident.mail.message_id
        recalls, receipts = await self._store.recalls(name), await self._store.receipts(name)
        return Dossier(incident, recalls, receipts, self.practice.zone())

    async def _do(self, id_: str, deed: Deed) -> Incident | None:
        """Make a move true; when another process was quicker, on what that one made of it."""
        for _ in range(TRIES):
            found = await self._find(id_)
            if found is None:
                return None
            moved = deed(found, self._clock.now().wall)
            if await self._put(moved):
                return await self._gathered(moved)
        raise OutboxError("The incident is being changed elsewhere; nothing was changed here. Try again.")

    async def _gathered(self, incident: Incident) -> Incident:
        """With what happened to its mail since the last look; who was quicker gathered the same."""
        moved = moves.gathered(incident, await self._happened(incident.mail))
        if moved is incident or not await self._put(moved):
            return incident
        return moved

    async def _happened(self, mail: SentMail) -> Sequence[Entry]:
        name = mail.message_id
        recalls, receipts = await self._store.recalls(name), await self._store.receipts(name)
        entries = list(happened(recalls, receipts))
        if mail.item:
            entries += about(OUTBOX, await self._outbox.trail(mail.item))
        for item in await self._outbox.items():
            if item.corrects == name:
                entries += about(CORRECTION, await self._outbox.trail(item.id))
        return entries

    async def _put(self, incident: Incident) -> bool:
        took = await self._store.put_incident(incident)
        if took:
            self._newsroom.announce(AfterChanged(incident.mail.message_id))
        return took

    async def _find(self, id_: str) -> Incident | None:
        return next((one for one in await self._store.incidents() if one.id == id_), None)


def _drafted(incident: Incident, now: float, to: str) -> Incident:
    return moves.record(incident, now, DRAFTED, to)
