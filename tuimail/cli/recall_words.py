"""What `tuimail recall` prints of a mail: a line for each recipient, and what has to be said with them."""

from datetime import datetime, tzinfo

from tuimail.mail.after.page import Page, Row
from tuimail.mail.after.verdict import CLAIM, Course
from tuimail.mail.letter.safe import line
from tuimail.ui.format.cells import fit
from tuimail.ui.format.sent_mail import recipients

WHO, VERDICT = 34, 15


def page(made: Page, zone: tzinfo) -> str:
    """The page as lines."""
    mail = made.mail
    when = datetime.fromtimestamp(mail.sent, zone).strftime("%Y-%m-%d %H:%M")
    head = f"{mail.subject or '(no subject)'} · sent {when} to {recipients(mail)} · {line(mail.account)}"
    words = [made.words]
    if made.recall is None and made.foresight.course is Course.CONFIRM:
        words.append(f"To the others: {CLAIM}")
    return "\n".join([head, "", *(_row(row, zone) for row in made.rows), "", *words])


def names(made: Page) -> str:
    """Those who would be sent a notice, or on whose list somebody would."""
    return ", ".join(line(one.spec) for one in made.foresight.noticed)


def _row(row: Row, zone: tzinfo) -> str:
    verdict = (
        f"{fit(line(row.person.spec), WHO)} {fit(row.verdict.answer.value, VERDICT)} {row.verdict.reason}"
    )
    if not row.marks:
        return verdict.rstrip()
    at = datetime.fromtimestamp(row.at, zone).strftime("%H:%M")
    return f"{verdict} · {at} {row.state}"
