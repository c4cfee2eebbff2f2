"""/mailFolders: the tree, and what is made, named and dropped in it."""

from tuimail.demo.exchange import odata, resource
from tuimail.demo.exchange.errors import bad_request, denied
from tuimail.demo.exchange.mailbox import ROOT
from tuimail.demo.exchange.wire import Ask, Reply, answer

PAGE = 10


def listed(ask: Ask) -> Reply:
    """The folders below one, those of the root unless the path names another."""
    parent = ask.box.folder(ask.names.get("folder", ROOT)).key
    query = ask.request.query
    found = [one for one in ask.box.folders.values() if one.parent == parent != one.key]
    start, size = odata.number(query, "$skip", 0), odata.number(query, "$top", PAGE)
    shown = [resource.folder(ask.box, one, ask.request.beta) for one in found[start : start + size]]
    more = {"@odata.nextLink": ask.request.link({**query, "$skip": str(start + size)})}
    return answer({"value": shown, **(more if start + size < len(found) else {})})


def look(ask: Ask) -> Reply:
    return answer(resource.folder(ask.box, ask.box.folder(ask.names["folder"]), ask.request.beta))


def create(ask: Ask) -> Reply:
    parent = ask.box.folder(ask.names.get("folder", ROOT)).key
    made = ask.box.create(_name(ask), parent)
    return answer(resource.folder(ask.box, made, ask.request.beta), 201)


def rename(ask: Ask) -> Reply:
    folder = ask.box.rename(ask.box.folder(ask.names["folder"]), _name(ask))
    return answer(resource.folder(ask.box, folder, ask.request.beta))


def delete(ask: Ask) -> Reply:
    folder = ask.box.folder(ask.names["folder"])
    if folder.known:
        raise denied("A distinguished folder can't be deleted.")
    ask.box.drop(folder)
    return Reply(204)


def _name(ask: Ask) -> str:
    name = ask.request.json().get("displayName")
    if not isinstance(name, str) or not name:
        raise bad_request("displayName is required.", "ErrorInvalidArgument")
    return name
