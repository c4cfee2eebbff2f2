"""The first report to one's own people: what is known, what was done, and what a person has to fill in."""

from collections.abc import Iterator

from tuimail.mail.after.correction import Language
from tuimail.mail.after.correction_lines import folded
from tuimail.mail.after.incident_facts import Dossier, done, here, people, when
from tuimail.mail.after.incident_steps import guide
from tuimail.mail.after.incident_words import foreseen, kind, word
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.safe import line

EN, JA = Language.ENGLISH, Language.JAPANESE

SUBJECT = {EN: "Report: a mail that went wrong ({id})", JA: "【至急・報告】メール誤送信の第一報({id})"}

OPENING = {
    EN: "I sent a mail that should not have gone out as it did. This is what I know so far;"
    " I am keeping the record up to date.",
    JA: "お疲れさまです。\nメールの誤送信がありましたので、現時点で判明している内容をご報告いたします。"
    "\nご迷惑をおかけし、申し訳ございません。",
}
CLOSING = {
    EN: "Please tell me what to do next, and whether anybody else has to be told.",
    JA: "今後の対応、および関係先への報告の要否について、ご指示をお願いいたします。",
}


def subject(dossier: Dossier, language: Language) -> str:
    """Without anything of the mail itself."""
    return SUBJECT[language].format(id=dossier.incident.id)


def body(dossier: Dossier, language: Language) -> str:
    """The text, with places to fill in; nothing of what leaked but the subject line."""
    opening, closing = (folded(text[language], 0)[0] for text in (OPENING, CLOSING))
    parts = [opening, *sections(dossier, language), closing]
    return "\n\n".join(parts) + "\n"


def sections(dossier: Dossier, language: Language) -> Iterator[str]:
    """The facts, each under a heading."""
    incident, mail, zone = dossier.incident, dossier.incident.mail, dossier.zone
    fill, choose = word("fill", language), word("fill-yes-no", language)
    facts: tuple[tuple[str, str], ...] = (
        ("subject", mail.subject),
        ("sent", when(mail.sent, zone)),
        ("noticed", when(incident.noticed, zone)),
        ("sender", shown(mail.sender)),
        ("went", _went(dossier, language)),
        ("wrong", _wrong(dossier) or fill),
        ("meant", incident.meant_for or fill),
        ("body", fill),
        ("files", fill),
        ("personal", choose),
        ("secret", choose),
        ("cause", fill),
        ("effect", fill),
        ("done", "\n".join(measures(dossier, language)) or word("nothing", language)),
        ("left", "\n".join(guide(step, language).title for step in incident.undone)),
        ("message-id", line(mail.message_id)),
    )
    return (_section(word(name, language), text, language) for name, text in facts if text)


def measures(dossier: Dossier, language: Language) -> Iterator[str]:
    """What was done: the steps that are ticked, then what the server was asked and what it said."""
    incident, zone = dossier.incident, dossier.zone
    for name in done(incident):
        step = incident.step(name)
        note = f" ({line(step.note)})" if step.note else ""
        title = f"{guide(name, language).title}{'（済）' if language is JA else ''}"
        yield f"{here(step.done, zone)}  {title}{note}"
    for recall in sorted(dossier.recalls, key=lambda recall: recall.asked):
        said = f" ({line(recall.said)})" if recall.said else ""
        yield f"{here(recall.asked, zone)}  {word('recalls', language)}: {kind(recall.state, language)}{said}"


def shown(person: Address) -> str:
    """A person as text."""
    return line(f"{person.name} <{person.spec}>" if person.name else person.spec)


def _went(dossier: Dossier, language: Language) -> str:
    rows = (
        f"{one.field}: {shown(one.address)}  {foreseen(one, language) if dossier.recalls else ''}".rstrip()
        for one in people(dossier)
    )
    return "\n".join(rows)


def _wrong(dossier: Dossier) -> str:
    """The wrong address where there can be no other one; empty where only a person can say."""
    went = people(dossier)
    return shown(went[0].address) if len(went) == 1 and dossier.incident.meant_for else ""


def _section(heading: str, text: str, language: Language) -> str:
    mark = f"■ {heading}" if language is JA else f"{heading}:"
    return mark + "\n" + "\n".join(f"  {row}" for row in text.split("\n"))
