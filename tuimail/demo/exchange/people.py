"""GET /me and /organization, POST /me/getMailTips."""

from typing import Any

from tuimail.demo.exchange.errors import bad_request
from tuimail.demo.exchange.organisation import Organisation
from tuimail.demo.exchange.wire import Ask, Reply, answer

TENANT_ID = "84841066-274d-4ec0-a5c1-276be684bdd3"
MOST_TIPS = 200


def me(ask: Ask) -> Reply:
    mine = ask.org.colleague(ask.box.spec)
    return answer(
        {
            "id": "48d31887-5fad-4d73-a9f5-3c356e68a038",
            "displayName": mine.name,
            "mail": mine.spec,
            "userPrincipalName": mine.spec,
        }
    )


def organization(ask: Ask) -> Reply:
    """Only what `User.Read` may see; a personal account has none."""
    if ask.org.policy.personal:
        raise bad_request("This API is not supported for MSA accounts.")
    domains = [
        {
            "name": name,
            "type": "Managed",
            "isDefault": number == 0,
            "isInitial": number == 0,
            "capabilities": "Email, OfficeCommunicationsOnline",
        }
        for number, name in enumerate(ask.org.tenant.domains)
    ]
    unmailed = {"name": "intranet." + ask.org.tenant.domains[0], "capabilities": "None", "isDefault": False}
    told = {"id": TENANT_ID, "displayName": ask.org.tenant.name, "verifiedDomains": [*domains, unmailed]}
    return answer({"value": [told]})


def mail_tips(ask: Ask) -> Reply:
    given = ask.request.json()
    specs, options = given.get("EmailAddresses"), given.get("MailTipsOptions")
    if not isinstance(specs, list) or not specs or not isinstance(options, str):
        raise bad_request("EmailAddresses and MailTipsOptions are required.", "ErrorInvalidArgument")
    wanted = frozenset(part.strip() for part in options.split(","))
    if len(specs) > MOST_TIPS:
        return answer({"value": [{"emailAddress": {"name": "", "address": spec}} for spec in specs]})
    return answer({"value": [_tip(ask.org, spec, wanted) for spec in specs]})


def _tip(org: Organisation, spec: str, wanted: frozenset[str]) -> dict[str, Any]:
    tip: dict[str, Any] = {"emailAddress": {"name": "", "address": spec}}
    if org.inside(spec) and spec.lower() not in org.groups:
        try:
            person = org.colleague(spec)
        except KeyError:
            return {**tip, "error": {"code": "ErrorRecipientNotFound", "message": f"{spec} was not found."}}
        if person.trouble:
            return {**tip, "error": {"code": person.trouble.code, "message": person.trouble.message}}
    return {**tip, **_where(org, spec, wanted), **_members(org, spec, wanted), **_about(org, spec, wanted)}


def _where(org: Organisation, spec: str, wanted: frozenset[str]) -> dict[str, Any]:
    if "recipientScope" not in wanted or org.policy.blank_scopes:
        return {}
    return {"recipientScope": "internal" if org.inside(spec) else "external, externalNonPartner"}


def _members(org: Organisation, spec: str, wanted: frozenset[str]) -> dict[str, Any]:
    """Counts of a list, 0 for a person."""
    listed = org.opened((spec,)) if spec.lower() in org.groups else ()
    found = {
        "totalMemberCount": len(listed),
        "externalMemberCount": sum(not org.inside(one) for one in listed),
    }
    if org.policy.blank_scopes:
        del found["externalMemberCount"]
    return {name: count for name, count in found.items() if name in wanted}


def _about(org: Organisation, spec: str, wanted: frozenset[str]) -> dict[str, Any]:
    person = org.colleagues.get(spec.lower())
    if person is None:
        return {}
    replies = {"message": person.away, "messageLanguage": {"locale": "ja-JP", "displayName": "Japanese"}}
    found: dict[str, tuple[str, Any]] = {
        "automaticReplies": ("automaticReplies", replies if person.away else {"message": ""}),
        "mailboxFullStatus": ("mailboxFull", person.full),
        "deliveryRestriction": ("deliveryRestricted", person.restricted),
        "moderationStatus": ("isModerated", person.moderated),
        "maxMessageSize": ("maxMessageSize", person.largest),
        "customMailTip": ("customMailTip", person.note),
    }
    return {name: value for option, (name, value) in found.items() if option in wanted}
