"""A filled form as config.toml has it."""

from typing import Any

from tuimail.mail.letter.address import check
from tuimail.mail.setup.form import COMMON, Form
from tuimail.mail.setup.server import Kind, typed
from tuimail.mail.setup.setting import Way


def entry(form: Form) -> dict[str, Any]:
    """The keys and values of its `[[accounts]]`; what is as it is anyway is left out. Raises ConfigError."""
    found: dict[str, Any] = {"name": form.name, "address": form.address.strip()}
    if form.display_name.strip():
        found["display_name"] = form.display_name.strip()
    found |= _login(form)
    if form.by_graph:
        return found | {"graph": {}}
    if form.user.strip() not in (form.address.strip(), check(form.address.strip())):
        found["user"] = form.user.strip()
    return found | {kind.value: _server(getattr(form, kind), kind) for kind in Kind}


def _login(form: Form) -> dict[str, Any]:
    auth = {} if form.auth == "password" else {"auth": form.auth}
    match form.way:
        case Way.COMMAND:
            return auth | {"password_command": form.command.strip()}
        case Way.TOKEN:
            return auth | {"token_command": form.command.strip()}
        case Way.MICROSOFT:
            tenant = form.tenant.strip()
            named = {} if tenant == COMMON else {"tenant": tenant}
            return auth | {"oauth": {"client_id": form.client_id.strip(), **named}}
        case Way.GOOGLE:
            return auth | {"oauth": {"client_file": form.client_file.strip()}}
        case _:
            return auth


def _server(text: str, kind: Kind) -> dict[str, Any]:
    server = typed(text, kind)
    return {"host": server.host, "port": server.port, "security": server.security}
