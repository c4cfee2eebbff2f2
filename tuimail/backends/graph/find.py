"""Messages by one header: by Message-ID in all of a folder, by a header of ours where Exchange kept it."""

import re
from collections.abc import Iterable

from tuimail.backends.graph import rows
from tuimail.backends.graph.calls import Calls
from tuimail.backends.graph.http import query, text
from tuimail.backends.graph.rows import Json
from tuimail.mail.errors import MailboxRefused

INTERNET_HEADERS = "{00020386-0000-0000-C000-000000000046}"
"""The set of named properties that Exchange keeps headers in (MS-OXPROPS §1.3.2)."""

PAGE = 100
NEWEST = 25
"""So many of the last messages have their headers read when the server finds nothing by them."""

_HEADER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


async def find(calls: Calls, folder: str, header: str, value: str) -> tuple[str, ...]:
    """The ids of the messages in the folder (a path) whose header has exactly this value, oldest first."""
    if not _HEADER.fullmatch(header):
        raise MailboxRefused("that is not the name of a header; nothing was asked")
    if header.lower() == "message-id":
        return _ids(await _where(calls, folder, f"internetMessageId eq {text(value)}"))
    named = text(f"String {INTERNET_HEADERS} Name {header}")
    kept = f"singleValueExtendedProperties/Any(ep: ep/id eq {named} and ep/value eq {text(value)})"
    return _ids(await _where(calls, folder, kept)) or _ids(await _read(calls, folder, header, value))


async def _where(calls: Calls, folder: str, condition: str) -> list[Json]:
    """All pages of what a filter lets through."""
    link = (
        f"{folder}/messages?$filter={condition.replace(' ', '%20')}&$select=id,receivedDateTime&$top={PAGE}"
    )
    found: list[Json] = []
    while link:
        answer = await calls.json("GET", link)
        found += rows.rows(answer)
        link = rows.link(answer, "nextLink")
    return found


async def _read(calls: Calls, folder: str, header: str, value: str) -> list[Json]:
    """Those of the newest that have the header as it came over the network."""
    fields = {"select": "id,receivedDateTime,internetMessageHeaders", "orderby": rows.NEWEST_FIRST}
    answer = await calls.json("GET", query(f"{folder}/messages", **fields, top=str(NEWEST)))
    return [given for given in rows.rows(answer) if _has(given, header, value)]


def _has(given: Json, header: str, value: str) -> bool:
    headers = given.get("internetMessageHeaders")
    pairs = headers if isinstance(headers, list) else []
    return any(
        str(pair.get("name")).lower() == header.lower() and str(pair.get("value")).strip() == value.strip()
        for pair in pairs
        if isinstance(pair, dict)
    )


def _ids(found: Iterable[Json]) -> tuple[str, ...]:
    return tuple(rows.key(given) for given in sorted(found, key=rows.received))
