"""One message over an open session: RCPT, DATA, body, dot; and what came of it (RFC 5321 §3.3)."""

from tuimail.backends.smtp.server import Broken, Stop
from tuimail.backends.smtp.session import CLOSING, Session, path, xtext
from tuimail.backends.smtp.wire import Reply
from tuimail.mail.hold.outcome import Accepted, Outcome, Refusal, Refused, Unreachable, Vanished, Withdrawn
from tuimail.mail.letter.submission import Submission
from tuimail.ports import BodyNext

ACCEPTED, START_MAIL = 250, 354


async def deliver(session: Session, mail: Reply, submission: Submission, body_next: BodyNext) -> Outcome:
    """Go on after `mail`, the answer to MAIL FROM. Raises Broken and Stop, both only before the body."""
    if mail.negative:
        return Refused(mail.code, mail.text)
    refused = await _recipients(session, submission)
    taken = len(submission.recipients) - len(refused)
    if not taken:
        await session.reset()
        return _nobody(refused)
    if not await body_next(_so_far(session.server.host, taken, len(refused)), refused):
        session.wire.bid_farewell()
        return Withdrawn()
    start = await session.say(b"DATA")
    if start.negative:
        await session.reset()
        return Refused(start.code, start.text, refused)
    if start.code != START_MAIL:
        raise Stop(Unreachable(f"{session.server.host} answered {start.code} to DATA: {start.text}"))
    return await _body(session, submission.wire, refused)


async def _recipients(session: Session, submission: Submission) -> tuple[Refusal, ...]:
    wished = session.reports_on(submission)
    answers = [
        (spec, await session.ask(b"RCPT", b"TO:" + path(spec), *(_notify(spec) if wished else ())))
        for spec in submission.recipients
    ]
    return tuple(Refusal(spec, reply.code, reply.text) for spec, reply in answers if reply.negative)


def _notify(spec: str) -> tuple[bytes, ...]:
    """What is to be reported of a recipient, and by which name (RFC 3461 §4.1, §4.2)."""
    name = (b"ORCPT=rfc822;" + xtext(spec),) if spec.isascii() else ()
    return (b"NOTIFY=SUCCESS,FAILURE,DELAY", *name)


def _nobody(refused: tuple[Refusal, ...]) -> Refused:
    """All recipients were refused: for now, when one of them may be tried again, else for good."""
    first = min(refused, key=lambda refusal: refusal.code // 100)
    return Refused(first.code, first.text, refused)


def _so_far(host: str, taken: int, refused: int) -> str:
    taken_words = f"{taken} recipient{'s' if taken > 1 else ''} accepted"
    return f"{host}: {taken_words}, {refused} refused" if refused else f"{host}: {taken_words}"


async def _body(session: Session, wire: bytes, refused: tuple[Refusal, ...]) -> Outcome:
    """From the first byte of the body on nothing but a clear yes or no is an answer."""
    host, timeouts = session.server.host, session.server.timeouts
    try:
        reply = await session.wire.body(wire, timeouts.data, timeouts.final)
    except Broken as broken:
        return Vanished(f"{host}: {broken}")
    if reply.code == ACCEPTED:
        return Accepted(reply.text, refused)
    if not reply.negative or reply.code == CLOSING:
        session.wire.hang_up()
    if reply.negative:
        return Refused(reply.code, reply.text, refused)
    return Vanished(f"{host}: it answered {reply.code} to the message: {reply.text}")
