"""Which function answers which path."""

import re
from collections.abc import Callable

from tuimail.demo.exchange import attachments as files
from tuimail.demo.exchange import delta, folders, messages, people, sending
from tuimail.demo.exchange.errors import GraphError
from tuimail.demo.exchange.organisation import Organisation
from tuimail.demo.exchange.wire import Ask, Reply, Request

Endpoint = Callable[[Ask], Reply]

_OWNER = re.compile(r"^/(?:me|users/(?P<owner>[^/]+))(?=/|$)")
_ONE = "/messages/(?P<id>[^/]+)"
_FOLDER = "/mailFolders/(?P<folder>[^/]+)"


class Routes:
    """The table of one server, with the uploads that are open on it."""

    def __init__(self, org: Organisation, me: str) -> None:
        self._org, self._me = org, me
        self._uploads = files.Uploads()
        self._table = [(method, re.compile(f"^{path}$"), then) for method, path, then in self._rows()]

    def answer(self, request: Request) -> Reply:
        """Raises GraphError."""
        if request.path.startswith("/uploads/"):
            return self._upload(request)
        path, spec = request.path, self._me
        if owner := _OWNER.match(path):
            path, spec = "/me" + path[owner.end() :], owner["owner"] or self._me
        then, names = self._found(request, path)
        try:
            box = self._org.mailbox(spec)
        except KeyError:
            raise GraphError(404, "ErrorInvalidUser", f"The requested user '{spec}' is invalid.") from None
        if self._org.policy.on_premises and path not in ("/me", "/organization"):
            raise GraphError(404, "extensionError", "The mailbox is located on premises.")
        return then(Ask(self._org, box, request, names))

    def _found(self, request: Request, path: str) -> tuple[Endpoint, dict[str, str]]:
        fits = [(method, found, then) for method, row, then in self._table if (found := row.match(path))]
        for method, found, then in fits:
            if method == request.method and (then is not sending.ask_back or request.beta):
                return then, {name: text for name, text in found.groupdict().items() if text}
        status = 405 if fits and not any(then is sending.ask_back for _, _, then in fits) else 400
        raise GraphError(status, "BadRequest", f"Resource not found for the segment '{path.split('/')[-1]}'.")

    def _upload(self, request: Request) -> Reply:
        name = request.path.removeprefix("/uploads/")
        if request.method == "PUT":
            return self._uploads.put(name, request.headers.get("content-range", ""), request.body)
        return self._uploads.look(name) if request.method == "GET" else self._uploads.drop(name)

    def _rows(self) -> list[tuple[str, str, Endpoint]]:
        rows: list[tuple[str, str, Endpoint]] = [
            ("GET", "/me", people.me),
            ("GET", "/organization", people.organization),
            ("POST", "/me/getMailTips", people.mail_tips),
            ("POST", "/me/sendMail", sending.send_mail),
            ("GET", "/me/mailFolders", folders.listed),
            ("POST", "/me/mailFolders", folders.create),
            ("GET", f"/me{_FOLDER}", folders.look),
            ("PATCH", f"/me{_FOLDER}", folders.rename),
            ("DELETE", f"/me{_FOLDER}", folders.delete),
            ("GET", f"/me{_FOLDER}/childFolders", folders.listed),
            ("POST", f"/me{_FOLDER}/childFolders", folders.create),
            ("GET", f"/me{_FOLDER}/messages/delta", delta.changes),
            ("POST", f"/me{_FOLDER}{_ONE}/recall", sending.ask_back),
        ]
        return rows + [row for start in ("/me", f"/me{_FOLDER}") for row in self._of_messages(start)]

    def _of_messages(self, start: str) -> list[tuple[str, str, Endpoint]]:
        return [
            ("GET", f"{start}/messages", messages.listed),
            ("POST", f"{start}/messages", messages.create),
            ("GET", f"{start}{_ONE}", messages.look),
            ("PATCH", f"{start}{_ONE}", messages.change),
            ("DELETE", f"{start}{_ONE}", messages.delete),
            ("GET", rf"{start}{_ONE}/\$value", messages.value),
            ("POST", f"{start}{_ONE}/send", sending.send),
            ("POST", f"{start}{_ONE}/move", messages.move),
            ("POST", f"{start}{_ONE}/copy", messages.copy),
            ("POST", f"{start}{_ONE}/permanentDelete", messages.erase),
            ("GET", f"{start}{_ONE}/attachments", files.listed),
            ("POST", f"{start}{_ONE}/attachments", files.add),
            ("GET", f"{start}{_ONE}/attachments/(?P<file>[^/]+)", files.look),
            ("GET", rf"{start}{_ONE}/attachments/(?P<file>[^/]+)/\$value", files.value),
            ("POST", f"{start}{_ONE}/attachments/createUploadSession", self._begin_upload),
        ]

    def _begin_upload(self, ask: Ask) -> Reply:
        return files.begin(ask, self._uploads)
