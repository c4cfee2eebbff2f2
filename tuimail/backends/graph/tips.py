"""Mail tips as Graph gives them (getMailTips), read as they really come."""

from collections.abc import Sequence
from typing import Any

from tuimail.backends.graph.http import ME, Graph
from tuimail.mail.after.tip import Scope, Tip
from tuimail.mail.letter.safe import Safe, block, line

OPTIONS = (
    "recipientScope, externalMemberCount, totalMemberCount, automaticReplies, mailboxFullStatus, "
    "deliveryRestriction, moderationStatus"
)
BATCH, MOST = 50, 200
"""Addresses in one question; and in all, beyond which Exchange does not look at each."""

TOO_MANY = "there are too many recipients to ask about each"
NOTHING = "the server said nothing about this address"
EXTERNAL = ("external", "externalpartner", "externalnonpartner", "externalnonparther")
"""The last one as the documentation misspells it."""


async def ask(graph: Graph, specs: Sequence[str]) -> tuple[Tip, ...]:
    """One for each address, in order. Raises MailboxError."""
    found: dict[str, Tip] = {}
    asked = list(dict.fromkeys(specs))
    for start in range(0, min(len(asked), MOST), BATCH):
        batch = asked[start : min(start + BATCH, MOST)]
        payload = {"EmailAddresses": batch, "MailTipsOptions": OPTIONS}
        answer = await graph.json("POST", f"{ME}/getMailTips", payload)
        found |= {tip.spec.lower(): tip for tip in _tips(answer.get("value"))}
    late = frozenset(asked[MOST:])
    return tuple(_tip_of(spec, found, late) for spec in specs)


def _tip_of(spec: str, found: dict[str, Tip], late: frozenset[str]) -> Tip:
    tip = found.get(spec.lower())
    if tip is None:
        return Tip(spec, trouble=line(TOO_MANY if spec in late else NOTHING))
    return Tip(spec, *(getattr(tip, name) for name in Tip.__struct_fields__[1:]))


def _tips(value: Any) -> list[Tip]:
    rows = value if isinstance(value, list) else []
    return [_tip(row) for row in rows if isinstance(row, dict)]


def _tip(row: dict[str, Any]) -> Tip:
    spec = str(_object(row.get("emailAddress")).get("address", ""))
    if error := _object(row.get("error")):
        said = error.get("message") or error.get("code") or NOTHING
        return Tip(spec, trouble=line(str(said), 200))
    return Tip(
        spec,
        scope(row.get("recipientScope")),
        members=_count(row.get("totalMemberCount")),
        outsiders=_count(row.get("externalMemberCount")),
        away=_plain(_object(row.get("automaticReplies")).get("message")),
        full=row.get("mailboxFull") is True,
        restricted=row.get("deliveryRestricted") is True,
        moderated=row.get("isModerated") is True,
    )


def scope(value: Any) -> Scope:
    """Flags, parted by commas: one that says outside outweighs the others."""
    flags = {flag.strip().lower() for flag in value.split(",")} if isinstance(value, str) else set()
    if flags & set(EXTERNAL):
        return Scope.EXTERNAL
    return Scope.INTERNAL if "internal" in flags else Scope.UNKNOWN


def _plain(value: Any) -> Safe:
    """The text of a note, which comes as HTML."""
    if not isinstance(value, str) or not value.strip():
        return Safe("")
    from tuimail.mail.letter.html import stripped

    return block(stripped(value[:20_000]).strip())


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _count(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
