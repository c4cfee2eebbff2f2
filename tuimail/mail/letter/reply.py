"""Drafts that answer a message: to its sender, to everybody, or to somebody new."""

from collections.abc import Collection, Sequence

from msgspec.structs import replace

from tuimail.mail.errors import AddressError
from tuimail.mail.letter import quote
from tuimail.mail.letter.address import Address, check, write
from tuimail.mail.letter.draft import Attachment, Draft, Kind
from tuimail.mail.letter.envelope import Ref
from tuimail.mail.letter.filename import clean
from tuimail.mail.letter.habits import Habits
from tuimail.mail.letter.letter import Letter
from tuimail.mail.letter.parse import files
from tuimail.mail.letter.signature import signed

REFERENCES_KEPT = 20
MESSAGE = "message/rfc822"
USUAL = Habits()


def reply(
    letter: Letter,
    ref: Ref,
    own: Collection[str],
    draft_id: str,
    everyone: bool,
    signature: str = "",
    habits: Habits = USUAL,
) -> Draft:
    """An answer to the Reply-To or the sender; with `everyone` also to To and Cc. `own` are our specs.

    Answering a message of one's own goes to those it went to; where its sender says whom all answers go to
    (Mail-Followup-To), `everyone` is these. Addresses that can't be sent to are left out.
    """
    mine = {spec.lower() for spec in own}
    to = letter.reply_to or (letter.sender,)
    cc: tuple[Address, ...] = ()
    if letter.sender.spec.lower() in mine and not letter.reply_to:
        to, cc = letter.to, letter.cc if everyone else ()
    elif everyone and letter.followup:
        to = letter.followup
    elif everyone:
        cc = (*letter.to, *letter.cc)
    direct = _others(to, mine) or _sendable(to)
    copied = _others(cc, mine | {person.spec.lower() for person in direct})
    draft = _answer(letter, ref, draft_id, direct, signature, habits)
    kind = Kind.REPLY_ALL if everyone else Kind.REPLY
    return replace(draft, kind=kind, cc=", ".join(map(write, copied)))


def reply_list(letter: Letter, ref: Ref, draft_id: str, signature: str = "", habits: Habits = USUAL) -> Draft:
    """An answer to the mailing list the message came by, and to nobody else."""
    post = Address(letter.mailing.post)
    return _answer(letter, ref, draft_id, _sendable((post,)), signature, habits)


def _answer(
    letter: Letter, ref: Ref, draft_id: str, to: tuple[Address, ...], signature: str, habits: Habits
) -> Draft:
    quoted = quote.quoted(letter, habits.prefix)
    text = f"\n\n{quoted}\n" if habits.reply_above else f"{quoted}\n\n\n"
    return Draft(
        id=draft_id,
        account=ref.account,
        kind=Kind.REPLY,
        to=", ".join(map(write, to)),
        subject=quote.answered(letter.subject),
        body=text + signed(signature),
        in_reply_to=letter.message_id,
        references=chain(letter),
        answers=ref,
        cursor=(0, 0) if habits.reply_above else (text.count("\n") - 1, 0),
    )


def forward_attached(
    letters: Sequence[tuple[Letter, bytes]], ref: Ref, draft_id: str, signature: str = ""
) -> Draft:
    """The messages as files, byte for byte; the subject is that of the first. `ref` is where that one is."""
    return Draft(
        id=draft_id,
        account=ref.account,
        kind=Kind.FORWARD,
        subject=quote.forwarded(letters[0][0].subject),
        body="\n" + signed(signature),
        attachments=tuple(_message(letter, raw) for letter, raw in letters),
        answers=ref,
    )


def _message(letter: Letter, raw: bytes) -> Attachment:
    name = (letter.subject or "message").replace("/", "-").replace("\\", "-")
    return Attachment(clean(f"{name}.eml"), MESSAGE, len(raw), data=raw)


def forward(letter: Letter, raw: bytes, ref: Ref, draft_id: str, signature: str = "") -> Draft:
    """The message in line, with the files of `raw`, the bytes `letter` was parsed from."""
    return Draft(
        id=draft_id,
        account=ref.account,
        kind=Kind.FORWARD,
        subject=quote.forwarded(letter.subject),
        body=f"\n\n{quote.enclosed(letter)}\n" + signed(signature),
        attachments=files(raw, letter),
        references=chain(letter),
        answers=ref,
    )


def _others(people: tuple[Address, ...], known: set[str]) -> tuple[Address, ...]:
    """Those not known yet, each once, and only whom a server would take."""
    found: dict[str, Address] = {}
    for person in _sendable(people):
        if person.spec.lower() not in known:
            found.setdefault(person.spec.lower(), person)
    return tuple(found.values())


def _sendable(people: tuple[Address, ...]) -> tuple[Address, ...]:
    return tuple(person for person in people if _checks(person.spec))


def _checks(spec: str) -> bool:
    try:
        check(spec)
    except AddressError:
        return False
    return True


def chain(letter: Letter) -> tuple[str, ...]:
    """References of an answer (RFC 5322 §3.6.4): the thread's first, its latest, and this message."""
    above = letter.references or ((letter.in_reply_to,) if letter.in_reply_to else ())
    chain = tuple(dict.fromkeys((*above, letter.message_id)))
    chain = tuple(reference for reference in chain if reference)
    return chain if len(chain) <= REFERENCES_KEPT else chain[:1] + chain[1 - REFERENCES_KEPT :]
