"""An IMAP server with labels, as Gmail: a message is kept once, and seen in a folder for each label."""

import asyncio
import re
from dataclasses import dataclass, field

from servers.imapdouble import ImapDouble

CAPABILITIES = (
    "IMAP4rev1 AUTH=PLAIN SASL-IR IDLE UIDPLUS MOVE CONDSTORE SPECIAL-USE LIST-STATUS ESEARCH X-GM-EXT-1"
)
ALL, TRASH, SPAM = "[Gmail]/All Mail", "[Gmail]/Trash", "[Gmail]/Spam"
SENT = "[Gmail]/Sent Mail"
USES = {ALL: "\\All", TRASH: "\\Trash", SPAM: "\\Junk", SENT: "\\Sent"}
LABELS = {"INBOX": "\\Inbox", SENT: "\\Sent"}
WORD = re.compile(r'"((?:[^"\\]|\\.)*)"|([^\s()"]+)')
FILED = '"17-Jul-2024 02:44:25 +0000"'


@dataclass(eq=False)
class Kept:
    """A message; `place` is ALL, TRASH or SPAM, `uids` are those it has by folder."""

    raw: bytes
    thread: int
    labels: set[str]
    flags: set[str] = field(default_factory=set)
    place: str = ALL
    uids: dict[str, int] = field(default_factory=dict)


class Gmail(ImapDouble):
    """Its folders are `own` labels beside those it has anyway. All names are in modified UTF-7.

    X-GM-LABELS leaves out the label of the selected folder, and STORE does not take that one off. A MOVE out
    of a folder does; nothing but the trash and the spam takes a message out of All Mail. A
    label that was added is no change of the message: HIGHESTMODSEQ of the folders that had it stays.
    """

    def __init__(self, *own: str) -> None:
        super().__init__(capabilities=CAPABILITIES)
        self.folders = ["INBOX", *USES, *own]
        self.kept: list[Kept] = []
        self._next = dict.fromkeys(self.folders, 1)
        self._changes = dict.fromkeys(self.folders, 1)

    def deliver(self, subject: str, thread: int, *labels: str) -> Kept:
        head = f"From: a@example.jp\r\nSubject: {subject}\r\nMessage-ID: <{len(self.kept)}@x>\r\n\r\nbody\r\n"
        self.kept.append(Kept(head.encode(), thread, set(labels)))
        self._number()
        return self.kept[-1]

    def inside(self, folder: str) -> list[Kept]:
        """The messages of a folder, oldest first."""
        return sorted((each for each in self.kept if folder in each.uids), key=lambda each: each.uids[folder])

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        writer.write(self.greeting)
        session = _Session(self)
        while line := await self._command(reader, writer):
            tag, _, words = line.decode("latin-1").rstrip("\r\n").partition(" ")
            if words.upper() == "IDLE":
                writer.write(b"+ idling\r\n")
                await self._line(reader, writer)
            writer.write(session.answer(words, tag))
            await writer.drain()

    def is_in(self, mail: Kept, folder: str) -> bool:
        if folder in (ALL, TRASH, SPAM):
            return mail.place == folder
        return mail.place == ALL and LABELS.get(folder, folder) in mail.labels

    def bring(self, mail: Kept, old: str, to: str) -> int:
        """Move a message; its uid there."""
        mail.labels.discard(LABELS.get(old, old))
        mail.place = to if to in (TRASH, SPAM) else ALL
        if to not in (ALL, TRASH, SPAM):
            mail.labels.add(LABELS.get(to, to))
        self._number()
        return mail.uids[to]

    def label(self, mail: Kept, sign: str, labels: set[str]) -> None:
        mail.labels = mail.labels | labels if sign == "+" else mail.labels - labels
        for new in labels - {*self.folders, *LABELS.values()}:
            self.folders.append(new)
            self._next[new] = self._changes[new] = 1
        self._number()

    def flag(self, mail: Kept, sign: str, flags: set[str]) -> None:
        mail.flags = mail.flags | flags if sign == "+" else mail.flags - flags
        for folder in mail.uids:
            self._changes[folder] += 1

    def status(self, folder: str) -> tuple[int, int, int, int]:
        """Messages, unseen, the next uid, the highest modseq."""
        here = self.inside(folder)
        unseen = sum("\\Seen" not in each.flags for each in here)
        return len(here), unseen, self._next[folder], self._changes[folder]

    def _number(self) -> None:
        for folder in self.folders:
            for mail in self.kept:
                is_in = self.is_in(mail, folder)
                if is_in == (folder in mail.uids):
                    continue
                self._changes[folder] += 1
                if is_in:
                    mail.uids[folder] = self._next[folder]
                    self._next[folder] += 1
                else:
                    del mail.uids[folder]


class _Session:
    """A connection, with the folder it has selected as it was last told of it."""

    def __init__(self, server: Gmail) -> None:
        self._server = server
        self._folder = ""
        self._told: list[int] = []
        self._by_uid = False

    def answer(self, words: str, tag: str) -> bytes:
        self._by_uid = words.startswith("UID ")
        verb, _, rest = words.removeprefix("UID ").partition(" ")
        method = getattr(self, f"_{verb.lower()}", None)
        said, code = (method(rest) if method else ("", "")) or ("", "")
        if verb not in ("FETCH", "SEARCH", "SELECT"):
            said += self._news()
        return f"{said}{tag} OK {code}done\r\n".encode("latin-1")

    def _capability(self, _: str) -> tuple[str, str]:
        return f"* CAPABILITY {CAPABILITIES}\r\n", ""

    def _list(self, _: str) -> tuple[str, str]:
        said = '* LIST (\\HasChildren \\NonExistent \\NoSelect) "/" "[Gmail]"\r\n'
        for name in self._server.folders:
            said += f'* LIST (\\HasNoChildren {USES.get(name, "")}) "/" "{name}"\r\n'
            said += self._status(f'"{name}"')[0]
        return said, ""

    def _status(self, rest: str) -> tuple[str, str]:
        name = _words(rest)[0]
        numbers = "MESSAGES {} UNSEEN {} UIDNEXT {} HIGHESTMODSEQ {}".format(*self._server.status(name))
        return f'* STATUS "{name}" ({numbers})\r\n', ""

    def _select(self, rest: str) -> tuple[str, str]:
        self._folder = _words(rest)[0]
        total, _, following, changes = self._server.status(self._folder)
        self._told = self._uids()
        codes = f"* OK [UIDVALIDITY 7]\r\n* OK [UIDNEXT {following}]\r\n* OK [HIGHESTMODSEQ {changes}]\r\n"
        return f"* {total} EXISTS\r\n{codes}", "[READ-WRITE] "

    def _fetch(self, rest: str) -> tuple[str, str]:
        which, _, items = rest.partition(" ")
        said = ""
        for number, mail in enumerate(self._server.inside(self._folder), 1):
            if _holds(which, mail.uids[self._folder] if self._by_uid else number):
                said += f"* {number} FETCH ({self._items(mail, items)})\r\n"
        return said, ""

    def _items(self, mail: Kept, items: str) -> str:
        labels = mail.labels - {LABELS.get(self._folder, self._folder)}
        quoted = " ".join('"' + each.replace("\\", "\\\\") + '"' for each in sorted(labels))
        said = f"X-GM-THRID {mail.thread} X-GM-LABELS ({quoted}) " if "X-GM-LABELS" in items else ""
        said += f"UID {mail.uids[self._folder]} FLAGS ({' '.join(sorted(mail.flags))})"
        if "INTERNALDATE" in items:
            said += f" INTERNALDATE {FILED} RFC822.SIZE {len(mail.raw)}"
        if asked := re.search(r"BODY\.PEEK(\[.*\])", items):
            head, _, _ = mail.raw.partition(b"\r\n\r\n")
            text = mail.raw if asked[1] == "[]" else head + b"\r\n\r\n"
            said += f" BODY{asked[1]} {{{len(text)}}}\r\n{text.decode('latin-1')}"
        return said

    def _store(self, rest: str) -> tuple[str, str]:
        which, what, given = rest.split(" ", 2)
        words = set(_words(given))
        for mail in self._chosen(which):
            if "LABELS" in what:
                self._server.label(mail, what[0], words - {LABELS.get(self._folder, self._folder)})
            else:
                self._server.flag(mail, what[0], words)
        return "", ""

    def _move(self, rest: str) -> tuple[str, str]:
        which, _, to = rest.partition(" ")
        to = _words(to)[0]
        pairs = [(m.uids[self._folder], self._server.bring(m, self._folder, to)) for m in self._chosen(which)]
        old, new = (",".join(str(pair[side]) for pair in pairs) for side in (0, 1))
        return f"* OK [COPYUID 7 {old} {new}]\r\n", ""

    def _search(self, rest: str) -> tuple[str, str]:
        asked = _words(rest)[-1].encode()
        found = [m.uids[self._folder] for m in self._server.inside(self._folder) if asked in m.raw]
        return f'* ESEARCH (TAG "x") UID{" ALL " + ",".join(map(str, found)) if found else ""}\r\n', ""

    def _chosen(self, which: str) -> list[Kept]:
        here = self._server.inside(self._folder)
        return [mail for mail in here if _holds(which, mail.uids[self._folder])]

    def _uids(self) -> list[int]:
        return [mail.uids[self._folder] for mail in self._server.inside(self._folder)]

    def _news(self) -> str:
        now, said = self._uids() if self._folder else [], ""
        for number in range(len(self._told), 0, -1):
            if self._told[number - 1] not in now:
                said += f"* {number} EXPUNGE\r\n"
        if set(now) - set(self._told):
            said += f"* {len(now)} EXISTS\r\n"
        self._told = now
        return said


def _words(said: str) -> list[str]:
    return [re.sub(r"\\(.)", r"\1", m[1]) if m[1] is not None else m[2] for m in WORD.finditer(said)]


def _holds(which: str, number: int) -> bool:
    for part in which.split(","):
        first, _, end = part.partition(":")
        if int(first) <= number <= (number if end == "*" else int(end or first)):
            return True
    return False
