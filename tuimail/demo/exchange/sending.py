"""What makes a message leave, and what asks for it back: /send, /sendMail, /recall."""

import json

from tuimail.demo.exchange import messages, recall, transport
from tuimail.demo.exchange.errors import GraphError, bad_request
from tuimail.demo.exchange.wire import Ask, Reply, Request


def send(ask: Ask) -> Reply:
    transport.send(ask.org, ask.box, messages.one(ask))
    return Reply(202, kind="")


def send_mail(ask: Ask) -> Reply:
    """In one step, which gives no id."""
    request = ask.request
    if not request.headers.get("content-type", "").lower().startswith("text/plain"):
        body = json.dumps(request.json().get("message") or {}).encode()
        request = Request("POST", request.path, {}, request.headers, body, request.base)
    one = messages.made(Ask(ask.org, ask.box, request, {}), "drafts")
    transport.send(ask.org, ask.box, one)
    return Reply(202, kind="")


def ask_back(ask: Ask) -> Reply:
    """202 with a body that calls itself JSON and is none."""
    invalid = bad_request("Id is malformed.", "ErrorInvalidIdMalformed")
    try:
        one = messages.one(ask)
    except GraphError:
        raise invalid from None
    if ask.names["id"] == one.immutable and not ask.org.policy.recall_immutable:
        raise invalid
    request = recall.ask(ask.org, ask.box, one)
    said = f"Successfully submitted recall request to Hub server {recall.HUB}, MessageId is {request}."
    return Reply(202, f'{{\n    "{said}"\n}}'.encode())
