"""The part of OData 4 that mail clients use: $filter, $search, $orderby, $select, $expand, pages."""

import re
from collections.abc import Callable, Sequence
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from tuimail.demo.exchange import mime, resource
from tuimail.demo.exchange.errors import bad_request
from tuimail.demo.exchange.mailbox import Mailbox
from tuimail.demo.exchange.message import Message

_CLAUSE = re.compile(r"^(?P<name>[A-Za-z/]+) (?P<how>eq|ne|ge|gt|le|lt) (?P<value>.+)$")
_STARTS = re.compile(r"^startswith\((?P<name>[A-Za-z/]+), *'(?P<value>.*)'\)$")
_ANY = re.compile(
    r"^singleValueExtendedProperties/any\((\w+): *\1/id eq '(?P<id>[^']+)'"
    r" and \1/value (?P<how>eq|ne) '(?P<value>.*)'\)$",
    re.IGNORECASE,
)
_EXPANDED = re.compile(r"singleValueExtendedProperties\(\$filter=(?P<filter>.*)\)", re.IGNORECASE)
_IDS = re.compile(r"id eq '([^']+)'")
_WORD = re.compile(r'(NOT )?(?:([a-z]+):)?(?:"([^"]*)"|([^\s"]+))')
_HOW: dict[str, Callable[[Any, Any], bool]] = {"eq": eq, "ne": ne, "ge": ge, "gt": gt, "le": le, "lt": lt}

Test = Callable[[Message, dict[str, Any]], bool]


def shown(box: Mailbox, one: Message, query: dict[str, str], immutable: bool) -> dict[str, Any]:
    """A message as the query wants it: what it selects, and what it expands."""
    whole = resource.message(box, one, immutable)
    if "$select" in query:
        names = [name.strip() for name in query["$select"].split(",")]
        found = {name: whole[name] for name in ("@odata.etag", "id", *names) if name in whole}
    else:
        found = {name: value for name, value in whole.items() if name not in resource.ONLY_ASKED}
    expanded = _EXPANDED.search(query.get("$expand", ""))
    if expanded and (told := resource.properties(one, _IDS.findall(expanded["filter"]))):
        found["singleValueExtendedProperties"] = told
    return found


def chosen(box: Mailbox, messages: Sequence[Message], query: dict[str, str]) -> list[Message]:
    """Those that the query asks for, in its order. Raises GraphError for what Graph refuses."""
    wanted, order = query.get("$filter", ""), query.get("$orderby", "")
    if "$search" in query:
        if wanted or order:
            raise bad_request("The query parameter '$search' can't be used with '$filter' or '$orderby'.")
        return [one for one in messages if _says(one, query["$search"])]
    tests = [_test(clause) for clause in _clauses(wanted)] if wanted else []
    if wanted and order and order.split()[0] not in wanted:
        raise bad_request(
            "The restriction or sort order is too complex for this operation.", "InefficientFilter"
        )
    pairs = [(one, resource.message(box, one)) for one in messages] if tests or order else []
    if not pairs:
        return list(messages)
    found = [pair for pair in pairs if all(test(*pair) for test in tests)]
    if order:
        name, _, way = order.partition(" ")
        found.sort(key=lambda pair: str(_value(pair[1], name)), reverse=way.strip().lower() == "desc")
    return [one for one, _ in found]


def number(query: dict[str, str], name: str, default: int, most: int = 1000) -> int:
    """A count of the query. Raises GraphError when it is none."""
    text = query.get(name, str(default))
    if not text.isdigit() or int(text) > most:
        raise bad_request(f"Invalid value for '{name}'.", "ErrorInvalidUrlQuery")
    return int(text)


def _clauses(text: str) -> list[str]:
    """The parts between `and`, outside of quotes and brackets."""
    parts, depth, quoted = [""], 0, False
    for word in re.split(r"('|\(|\)| and )", text):
        quoted ^= word == "'"
        if not quoted:
            depth += (word == "(") - (word == ")")
        if word == " and " and not quoted and not depth:
            parts.append("")
        else:
            parts[-1] += word
    return [part.strip() for part in parts]


def _test(clause: str) -> Test:
    if found := _ANY.match(clause):
        return _property_test(found["id"], found["how"], found["value"])
    if found := _STARTS.match(clause):
        name, start = found["name"], found["value"].replace("''", "'")
        return lambda one, json: str(_value(json, name)).startswith(start)
    if not (found := _CLAUSE.match(clause)):
        raise bad_request(f"Invalid filter clause: {clause}", "ErrorInvalidUrlQueryFilter")
    name, how, value = found["name"], _HOW[found["how"]], _literal(found["value"])
    return lambda one, json: how(_value(json, name), value)


def _property_test(name: str, how: str, value: str) -> Test:
    if name.lower().startswith("systemtime 0x3fef"):
        raise bad_request("The property can't be used in a filter.", "ErrorInvalidProperty")
    compare = _HOW[how.lower()]
    return lambda one, json: compare(resource.extended(one, name.lower()), value.replace("''", "'"))


def _literal(text: str) -> Any:
    if text in ("true", "false"):
        return text == "true"
    return text[1:-1].replace("''", "'") if text.startswith("'") else text


def _value(json: dict[str, Any], name: str) -> Any:
    found: Any = json
    for part in name.split("/"):
        if not isinstance(found, dict) or part not in found:
            raise bad_request(f"Could not find a property named '{part}'.")
        found = found[part]
    return found


def _says(one: Message, search: str) -> bool:
    """Whether all of a query in KQL holds: words and phrases, where they stand, joined by AND, with NOT."""
    mail = mime.parsed(one.raw)
    places = {"subject": mail.subject, "from": f"{mail.sender.name} {mail.sender.spec}", "body": mail.text}
    places["to"] = " ".join(f"{person.name} {person.spec}" for person in mail.to)
    clause = search[1:-1].replace('\\"', '"') if search.startswith('"') else search
    for unwanted, where, phrase, word in _WORD.findall(clause):
        within = places.get(where, " ".join(places.values()))
        if word != "AND" and ((phrase or word).rstrip("*").lower() in within.lower()) is bool(unwanted):
            return False
    return True
