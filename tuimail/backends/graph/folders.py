"""The folders of a mailbox: named by the steps that lead to them, known to Graph by their ids."""

from collections.abc import Iterable, Sequence
from urllib.parse import quote, unquote

from msgspec import Struct

from tuimail.backends import roles
from tuimail.backends.graph import rows
from tuimail.backends.graph.calls import Calls, each
from tuimail.backends.graph.http import ME, query
from tuimail.backends.graph.refusal import Rejected
from tuimail.backends.graph.rows import Json
from tuimail.backends.roles import Place
from tuimail.mail.errors import MailboxRefused
from tuimail.mail.folder.folder import Folder
from tuimail.mail.letter.safe import line

INBOX = "INBOX"
"""The name of the inbox, in whatever language it is shown."""

WELL_KNOWN = {
    "inbox": "",
    "drafts": "\\Drafts",
    "sentitems": "\\Sent",
    "archive": "\\Archive",
    "junkemail": "\\Junk",
    "deleteditems": "\\Trash",
}
"""Names under which Graph knows a folder in any language, and what each is for (RFC 6154)."""

ROOT = f"{ME}/mailFolders"
ASKED = "id,displayName,parentFolderId,childFolderCount,totalItemCount,unreadItemCount,isHidden"
PAGE = 250
DEEPEST = 30
LONGEST_STEP, LONGEST_TITLE = 255, 200
CONFLICT = 409
MISSING = (400, 404)


class Found(Struct, frozen=True):
    """A folder as Graph tells of it. `path` are the steps of its name, sanitised."""

    id: str
    path: tuple[str, ...]
    total: int
    unread: int
    children: int

    @property
    def name(self) -> str:
        return "/".join(step.replace("%", "%25").replace("/", "%2F") for step in self.path)


class Folders:
    """What names stand for. Every method raises MailboxError."""

    def __init__(self, calls: Calls, account: str) -> None:
        self._calls, self._account = calls, account
        self._ids: dict[str, str] = {}
        self._known: dict[str, str] = {}

    async def all(self) -> tuple[Folder, ...]:
        """As they are now; hidden ones and searches are left out."""
        if not self._known:
            self._known = await self._well_known()
        found = await self._tree()
        self._ids = {}
        for folder in found:
            self._ids.setdefault(folder.name, folder.id)
        return listed(self._account, found, self._known)

    async def id(self, name: str) -> str:
        """The id of a folder. Raises MailboxRefused when there is none of this name."""
        if name not in self._ids:
            await self.all()
        if name not in self._ids:
            raise MailboxRefused(f"{self._calls.server.host} has no folder {line(name, 100)}")
        return self._ids[name]

    async def path(self, name: str) -> str:
        """Where a folder is asked for."""
        return f"{ROOT}/inbox" if name == INBOX else place(await self.id(name))

    async def create(self, name: str) -> None:
        """Make the folder, and those above it, where they are not there."""
        steps = name.split("/")
        above = ""
        for number in range(1, len(steps) + 1):
            here = "/".join(steps[:number])
            try:
                above = await self.id(here)
            except MailboxRefused:
                above = await self._made(here, f"{place(above)}/childFolders" if above else ROOT)

    def forget(self) -> None:
        """Names are looked up anew."""
        self._ids = {}

    async def _made(self, name: str, where: str) -> str:
        title = unquote(name.rpartition("/")[2])
        try:
            made = await self._calls.json("POST", where, {"displayName": title})
        except Rejected as error:
            if error.code != CONFLICT:
                raise
            self.forget()
            return await self.id(name)
        self._ids[name] = rows.key(made)
        return self._ids[name]

    async def _well_known(self) -> dict[str, str]:
        """Ids, and what each is for; a mailbox need not have them all."""

        async def asked(name: str) -> str:
            try:
                return rows.key(await self._calls.json("GET", query(f"{ROOT}/{name}", select="id")))
            except Rejected as error:
                if error.code not in MISSING:
                    raise
                return ""

        return dict(zip(await each(asked, WELL_KNOWN), WELL_KNOWN.values(), strict=True))

    async def _tree(self) -> list[Found]:
        """Level by level."""
        inbox = next((id for id, role in self._known.items() if not role), "")
        top = [_found(given, (), inbox) for given in await self._level(ROOT)]
        level = sorted(top, key=lambda folder: folder.id != inbox)
        found = level
        for _ in range(DEEPEST):
            parents = [folder for folder in level if folder.children]
            below = await each(self._below, parents)
            level = [
                _found(given, parent.path, inbox)
                for parent, children in zip(parents, below, strict=True)
                for given in children
            ]
            found = found + level
        return found

    async def _below(self, folder: Found) -> list[Json]:
        return await self._level(f"{place(folder.id)}/childFolders")

    async def _level(self, path: str) -> list[Json]:
        found: list[Json] = []
        link = query(path, select=ASKED, top=str(PAGE))
        while link:
            answer = await self._calls.json("GET", link)
            found += [given for given in rows.rows(answer) if is_shown(given)]
            link = rows.link(answer, "nextLink")
        return found


def place(id: str) -> str:
    """The path of a folder by its id."""
    return f"{ROOT}/{quote(id, safe='')}"


def is_shown(given: Json) -> bool:
    """Whether it is a folder for people: neither hidden nor a search."""
    kind = given.get("@odata.type")
    return given.get("isHidden") is not True and not str(kind).lower().endswith("searchfolder")


def listed(account: str, found: Sequence[Found], known: dict[str, str]) -> tuple[Folder, ...]:
    """The folders in their order. Of two that would be called the same the first counts."""
    unique = list({folder.name: folder for folder in reversed(found)}.values())
    places = [Place(folder.path, frozenset(_attributes(known.get(folder.id, "")))) for folder in unique]
    return roles.ordered(
        Folder(
            account,
            folder.name,
            line("/".join(place.own), LONGEST_TITLE),
            role,
            folder.total,
            folder.unread,
        )
        for folder, place, role in zip(unique, places, roles.assign(places), strict=True)
    )


def _attributes(role: str) -> Iterable[str]:
    return (role,) if role else ()


def _found(given: Json, above: tuple[str, ...], inbox: str) -> Found:
    id, title = rows.key(given), given.get("displayName")
    step = line(title if isinstance(title, str) else "", LONGEST_STEP).strip() or "(no name)"
    names = ("totalItemCount", "unreadItemCount", "childFolderCount")
    total, unread, children = (rows.count(given, name) for name in names)
    return Found(id, (INBOX,) if id == inbox else (*above, step), total, unread, children)
