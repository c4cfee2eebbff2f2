"""The part of the tour that reads: one archives and takes it back, looks for a word, unfolds a thread."""

from tuimail.demo.telling import Telling
from tuimail.engine.engine import Engine
from tuimail.mail.folder.folder import Role
from tuimail.mail.folder.query import parse
from tuimail.mail.folder.thread import tree
from tuimail.mail.folder.view import View
from tuimail.mail.letter.envelope import Envelope

SOUGHT = "見積"


class Rounds:
    """Goes through the mail of a started engine whose inbox and archive are the folders of these names."""

    def __init__(self, engine: Engine, telling: Telling, inbox: str, archive: str) -> None:
        self._engine, self._telling = engine, telling
        self._inbox, self._archive = inbox, archive
        self._account = engine.accounts[0].name

    async def play(self) -> None:
        """All of it."""
        view = View(self._account, self._inbox)
        await self._archived(view)
        await self._searched()
        await self._unfolded(View(self._account, self._inbox, threaded=True))

    async def _archived(self, view: View) -> None:
        self._telling.title("It is archived, and u takes that back, too")
        (mail,) = await self._engine.mailbox.page(view, 0, 1)
        before, _ = await self._engine.mailbox.count(view)
        await self._engine.triage.archive([mail.ref])
        after, _ = await self._engine.mailbox.count(view)
        self._telling.say(f"  INBOX: {before} messages, now {after}")
        self._telling.hold("it is out of the inbox at once", after == before - 1)
        self._telling.hold("its file lies in the archive", await self._lies(mail, self._archive))
        self._telling.say(f"  {await self._engine.triage.undo()}")
        back, _ = await self._engine.mailbox.count(view)
        self._telling.hold("it is in the inbox again", back == before)
        self._telling.hold("its file lies there again", await self._lies(mail, self._inbox))

    async def _searched(self) -> None:
        self._telling.title(f"Somebody looks for {SOUGHT}, in all folders")
        for folder in await self._engine.mailbox.folders(self._account):
            if folder.role not in (Role.JUNK, Role.TRASH):
                await self._engine.mailbox.sync(self._account, folder.name)
        view = View(self._account, "", parse(SOUGHT))
        searched = await self._engine.search.ask(view)
        found = await self._engine.mailbox.page(view, 0, 100)
        self._telling.say(f"  {len(found)} of {searched.total} messages")
        for mail in found[:4]:
            self._telling.say(f"    {mail.sender.name}: {mail.subject}")
        says = [await self._says(mail) for mail in found]
        self._telling.hold(f"{SOUGHT} stands in each of them", bool(found) and all(says))
        self._telling.hold("in some it stands in the text alone", any(SOUGHT not in m.subject for m in found))

    async def _unfolded(self, view: View) -> None:
        self._telling.title("A conversation is unfolded")
        threads = await self._engine.mailbox.threads(view, 0, 50)
        longest = max(threads, key=lambda thread: thread.total)
        branches = tree(await self._engine.mailbox.thread(view, longest.key))
        for branch in branches:
            lead = f"{branch.lines} " if branch.lines else ""
            self._telling.say(f"    {lead}{branch.envelope.sender.name}: {branch.envelope.subject}")
        self._telling.hold(
            "every answer hangs below what it answers",
            len(branches) == longest.total > 1 and all(branch.depth for branch in branches[1:]),
        )

    async def _lies(self, mail: Envelope, folder: str) -> bool:
        """Whether the message is in that folder of the Maildir before patience ends."""
        source = self._engine.accounts[0].source

        async def look() -> bool:
            return bool(await source.find(folder, "Message-ID", mail.message_id))

        return await self._telling.wait(look)

    async def _says(self, mail: Envelope) -> bool:
        letter = await self._engine.mailbox.letter(mail.ref)
        names = " ".join(part.name for part in letter.parts)
        people = " ".join(str(person.name) for person in (mail.sender, *mail.to))
        return SOUGHT in f"{mail.subject}\n{letter.text}\n{names}\n{people}"
