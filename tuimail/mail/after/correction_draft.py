"""The drafts that put a sent mail right, made of a template, the mail and the people."""

import re
from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from tuimail.mail.after.correction import Audience, Language, Scenario
from tuimail.mail.after.correction_changes import changes, listed
from tuimail.mail.after.correction_lines import folded
from tuimail.mail.after.correction_names import (
    addressed,
    called,
    company,
    family,
    telephone,
    together,
)
from tuimail.mail.after.correction_people import Circle
from tuimail.mail.after.correction_text import Filled, filled, said_when
from tuimail.mail.after.sent_mail import SentMail
from tuimail.mail.errors import DraftError
from tuimail.mail.letter.address import Address, write
from tuimail.mail.letter.draft import Attachment, Draft, Kind
from tuimail.mail.letter.letter import Letter
from tuimail.mail.letter.quote import bare
from tuimail.mail.letter.reply import chain
from tuimail.mail.letter.safe import line
from tuimail.mail.letter.signature import MARK, signed
from tuimail.mail.letter.template import Template

MEANT_FOR, RESEND, MISSING = "meant-for", "resend", "attachment-missing"
"""Templates besides those of the scenarios."""

UNTHREADED = (MEANT_FOR, RESEND)
"""To somebody who never had the mail."""


class Original(Struct, frozen=True):
    """The mail to put right. `letter` is its text, where that is at hand; `sent` is in the sender's zone."""

    mail: SentMail
    letter: Letter | None
    sent: datetime


class Author(Struct, frozen=True):
    """Who writes; `sender` is what Draft.sender is to be."""

    address: Address
    signature: str = ""
    sender: Address | None = None


class Manner(Struct, frozen=True):
    """How it is written: which template set, in which language, for whom it is worded.

    `edited` is the original's text as it should have been, `files` what goes along.
    """

    scenario: str
    language: Language
    audience: Audience
    edited: str = ""
    files: tuple[Attachment, ...] = ()


def template_name(scenario: str, original: Original) -> str:
    """The template of a scenario: a mail that had no file lacked one."""
    missing = original.letter is not None and not original.letter.parts
    return MISSING if scenario == Scenario.ATTACHMENT and missing else scenario


def chosen(templates: Sequence[Template], name: str, language: Language, wording: Audience) -> Template:
    """The template for language and wording; one without a wording in its name is for both.

    Raises DraftError.
    """
    there = {template.name: template for template in templates}
    for full in (f"{name}.{language}.{wording}", f"{name}.{language}"):
        if full in there:
            return there[full]
    raise DraftError(
        f"There is no template {line(name)}.{language}.{wording}; nothing was written."
        " tuimail templates lists those there are."
    )


def correction(
    original: Original, circle: Circle, manner: Manner, template: Template, author: Author, draft_id: str
) -> Draft:
    """The complete draft for one circle of people, its cursor where somebody has to fill in something."""
    text = _laid_out(filled(template, _known(original, circle, manner, author), manner.language), manner)
    body = text.text if f"\n{MARK}\n" in text.text else _ended(text.text) + signed(author.signature)
    threaded = manner.scenario not in UNTHREADED
    return Draft(
        id=draft_id,
        account=original.mail.account,
        kind=_kind(circle) if threaded else Kind.NEW,
        to=", ".join(map(write, circle.to)),
        cc=", ".join(map(write, circle.cc)),
        bcc=", ".join(map(write, circle.bcc)),
        subject=line(_once(text.subject.strip())),
        body=body,
        attachments=manner.files,
        in_reply_to=original.mail.message_id if threaded else "",
        references=_references(original) if threaded else (),
        answers=original.mail.ref if threaded else None,
        cursor=_place(text),
        sender=author.sender,
        corrects=original.mail.message_id,
    )


def _known(original: Original, circle: Circle, manner: Manner, author: Author) -> dict[str, str]:
    mail, mark = original.mail, "・" if manner.language is Language.JAPANESE else "- "
    people = circle.to or circle.cc
    names = addressed(people, manner.language, manner.audience) if circle.people else ""
    text = str(original.letter.text) if original.letter is not None else ""
    found = changes(text, manner.edited) if manner.edited and text else ()
    return {
        "addressee": names,
        "name": called(people, manner.audience),
        **_about(author, manner),
        "subject": mail.subject.strip(),
        "bare_subject": bare(mail.subject),
        "sent": said_when(original.sent, manner.language),
        "changes": listed(found, manner.language) if found else "",
        "files": "\n".join(f"{mark}{file.name}" for file in manner.files),
        "original": text if manner.scenario == RESEND else "",
    }


def _once(subject: str) -> str:
    """The subject with its prefix once; what puts a 【訂正】 right is a 【再訂正】."""
    again = subject.replace("【訂正】【訂正】", "【再訂正】", 1)
    return re.sub(r"^(【[^】]+】|Correction: |Apology: )\1+", r"\1", again)


def _about(author: Author, manner: Manner) -> dict[str, str]:
    """Whoever writes: introduced as is customary, with whom to ask for."""
    name = author.address.name or author.address.spec
    if manner.language is Language.JAPANESE:
        office = company(author.signature)
        outside = f"{office}の{together(name)}" if office else together(name)
        me, name = outside if manner.audience is Audience.OUTSIDE else family(name), together(name)
    else:
        me = name
    phone = telephone(author.signature)
    return {"me": me, "my_name": name, "my_address": author.address.spec, "my_phone": phone}


def _laid_out(text: Filled, manner: Manner) -> Filled:
    """In short lines, but for a mail that is sent once more as it was."""
    if manner.scenario == RESEND:
        return text
    short, offset = folded(text.text, text.offset)
    return replace(text, text=short, offset=offset)


def _kind(circle: Circle) -> Kind:
    return Kind.REPLY_ALL if len(circle.people) > 1 else Kind.REPLY


def _references(original: Original) -> tuple[str, ...]:
    return chain(original.letter) if original.letter is not None else (original.mail.message_id,)


def _ended(text: str) -> str:
    return text if text.endswith("\n") else f"{text}\n"


def _place(text: Filled) -> tuple[int, int]:
    above = text.text[: text.offset].split("\n")
    return len(above) - 1, len(above[-1])
