"""What is done to messages by Graph: one by one, and only to those that are in the folder named."""

import base64
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tuimail.backends.graph import rows
from tuimail.backends.graph.calls import Calls, each
from tuimail.backends.graph.folders import Folders
from tuimail.backends.graph.http import at, query
from tuimail.backends.graph.refusal import Rejected
from tuimail.backends.graph.rows import Json
from tuimail.mail.errors import MailboxRefused
from tuimail.mail.letter.envelope import Flag
from tuimail.mail.letter.safe import line

GONE = (404, 410)
NO_SUCH_DEED = (400, 405, 501)
NO_SUCH_NAMES = ("resourcenotfound", "unknownerror", "")
NEVER_DONE = 0
TRASH = "deleteditems"

Fields = Mapping[str, str]

KEPT: dict[str, Json] = {
    Flag.SEEN: {"isRead": True},
    Flag.FLAGGED: {"flag": {"flagStatus": "flagged"}},
    Flag.ANSWERED: rows.verb(rows.REPLIED),
    Flag.FORWARDED: rows.verb(rows.FORWARDED),
}
DROPPED: dict[str, Json] = {
    Flag.SEEN: {"isRead": False},
    Flag.FLAGGED: {"flag": {"flagStatus": "notFlagged"}},
    Flag.ANSWERED: rows.verb(NEVER_DONE),
    Flag.FORWARDED: rows.verb(NEVER_DONE),
}
"""What each flag is in a message's JSON. Of answered and forwarded Exchange remembers what came last."""


def changes(add: Iterable[str], drop: Iterable[str]) -> Json:
    """The flags as changes of a message's JSON. Raises MailboxRefused for one that Graph can't keep."""
    changed: Json = {}
    for wanted, kept in ((drop, DROPPED), (add, KEPT)):
        for flag in sorted(wanted):
            if flag not in kept:
                raise MailboxRefused(f"Microsoft 365 keeps no mark such as {line(flag, 40)}")
            changed |= kept[flag]
    return changed


class Deeds:
    """Every method raises MailboxError; what was begun before an error is brought to its end."""

    def __init__(self, calls: Calls, folders: Folders) -> None:
        self._calls, self._folders = calls, folders
        self._erases_at_once = True

    async def present(self, folder: str, uids: Sequence[str], fields: Fields, at_once: int = 3) -> list[Json]:
        """Those of the messages that are in the folder, with these fields (`parentFolderId` among them)."""
        here = await self._folders.id(folder)

        async def asked(uid: str) -> Json | None:
            try:
                given = await self._calls.json("GET", query(at(uid), **fields))
            except Rejected as error:
                if error.code in GONE:
                    return None
                raise
            return {**given, "id": uid} if given.get("parentFolderId") == here else None

        return [given for given in await each(asked, uids, at_once) if given is not None]

    async def flag(self, folder: str, uids: Sequence[str], add: Iterable[str], drop: Iterable[str]) -> None:
        """Flags on, and flags off."""
        if changed := changes(add, drop):
            await self._to_each(folder, uids, lambda uid: self._done("PATCH", at(uid), changed))

    async def move(self, folder: str, uids: Sequence[str], to: str) -> dict[str, str]:
        """Old id to new one, for those that went: an immutable id stays what it was."""
        target = {"destinationId": await self._folders.id(to)}
        went: dict[str, str] = {}

        async def moved(uid: str) -> None:
            given = await self._done("POST", f"{at(uid)}/move", target)
            if given is not None:
                went[uid] = rows.key(given)

        await self._to_each(folder, uids, moved)
        return went

    async def erase(self, folder: str, uids: Sequence[str]) -> None:
        """For good: past the bin, and past what people can restore by themselves, where the server can.

        A server without `permanentDelete` has them moved to Deleted Items and deleted there: they are then
        among the recoverable items for as long as the organisation keeps those.
        """
        await self._to_each(folder, uids, self._erase)

    async def file(self, path: str, wire: bytes, flags: frozenset[str]) -> str:
        """A message by its bytes; its id. Whatever is filed so is a draft to Exchange."""
        made = await self._calls.json(
            "POST", path, body=base64.b64encode(wire), headers={"Content-Type": "text/plain"}
        )
        uid = rows.key(made)
        wanted = changes(flags & KEPT.keys(), ())
        wanted |= {"isRead": Flag.SEEN in flags} if (Flag.SEEN in flags) is not made.get("isRead") else {}
        if uid and wanted:
            await self._done("PATCH", at(uid), wanted)
        return uid

    async def _to_each(self, folder: str, uids: Sequence[str], deed: Any) -> None:
        there = await self.present(folder, uids, {"select": rows.WHERE})
        await each(deed, [rows.key(given) for given in there])

    async def _erase(self, uid: str) -> None:
        if self._erases_at_once:
            try:
                await self._calls.ask("POST", f"{at(uid)}/permanentDelete")
                return
            except Rejected as error:
                if _is_gone(error):
                    return
                if not _is_unknown(error):
                    raise
                self._erases_at_once = False
        if await self._done("POST", f"{at(uid)}/move", {"destinationId": TRASH}) is not None:
            await self._done("DELETE", at(uid), None)

    async def _done(self, method: str, path: str, payload: Json | None) -> Json | None:
        """What was answered; None for a message that is gone."""
        try:
            if method == "DELETE":
                await self._calls.ask(method, path)
                return {}
            return await self._calls.json(method, path, payload)
        except Rejected as error:
            if _is_gone(error):
                return None
            raise


def _is_gone(error: Rejected) -> bool:
    return error.code in GONE and not _is_unknown(error)


def _is_unknown(error: Rejected) -> bool:
    """Whether the server does not know the deed, where one of the same name for a message is known."""
    return error.code in NO_SUCH_DEED or (error.code == GONE[0] and error.name.lower() in NO_SUCH_NAMES)
