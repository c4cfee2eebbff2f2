"""/mailFolders/{id}/messages/delta: what changed in a folder since a link was given, in pages."""

from typing import Any

from tuimail.demo.exchange import messages, odata
from tuimail.demo.exchange.errors import GraphError, bad_request
from tuimail.demo.exchange.message import Message
from tuimail.demo.exchange.wire import Ask, Reply, answer

SPARSE = ("@odata.etag", "id", "isRead", "flag", "categories")


def changes(ask: Ask) -> Reply:
    """The first round tells of everything that is there; a token says from where the next goes on."""
    folder, query = ask.box.folder(ask.names["folder"]).key, ask.request.query
    last = query.get("$skiptoken") or query.get("$deltatoken") or f"{ask.box.sync_state}.0.0"
    since, seen = _point(ask, last)
    found = [entry for entry in ask.box.changes(folder, seen) if _news(ask, folder, since, seen, entry)]
    page = found[: messages.page_size(ask)]
    told: dict[str, Any] = {"value": [_entry(ask, since, one, there) for _, one, there in page]}
    kept = {name: value for name, value in query.items() if "token" not in name}
    if len(page) < len(found):
        token, link = f"{ask.box.sync_state}.{since}.{page[-1][0]}", "@odata.nextLink"
        told[link] = ask.request.link({**kept, "$skiptoken": token})
    else:
        token, link = f"{ask.box.sync_state}.{ask.box.count}.{ask.box.count}", "@odata.deltaLink"
        told[link] = ask.request.link({**kept, "$deltatoken": token})
    return answer(told)


def _news(ask: Ask, folder: str, since: int, seen: int, entry: tuple[int, Message, bool]) -> bool:
    """Not what went before it was ever told of, nor what went and is back under the same id."""
    _, one, there = entry
    if there:
        return True
    now = ask.box.known(one.key)
    back = now is not None and now.folder == folder
    return not (back and ask.request.immutable) and (since > 0 or one.changed <= seen)


def _point(ask: Ask, token: str) -> tuple[int, int]:
    """(where this round began, how far it has come). Raises GraphError 410 for a state long forgotten."""
    state, *point = token.split(".")
    if len(point) != 2 or not all(part.isdigit() for part in (state, *point)):
        raise bad_request("Badly formed token.")
    if int(state) != ask.box.sync_state:
        raise GraphError(410, "syncStateNotFound", "The sync state generation is not found.")
    return int(point[0]), int(point[1])


def _entry(ask: Ask, since: int, one: Message, there: bool) -> dict[str, Any]:
    if not there:
        return {"id": one.named(ask.request.immutable), "@removed": {"reason": "deleted"}}
    shown = odata.shown(ask.box, one, ask.request.query, ask.request.immutable)
    if ask.org.policy.sparse_delta and since and one.born <= since:
        return {name: value for name, value in shown.items() if name in SPARSE}
    return shown
