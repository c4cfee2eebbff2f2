"""What is known of a mail that left, recipient by recipient: verdict, what was asked, what came back."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from tuimail.mail.after.recall import Recall, RecallState
from tuimail.mail.after.receipt import Receipt
from tuimail.mail.after.sent_mail import SentMail
from tuimail.mail.after.verdict import REQUESTED, Answer, Course, Foresight, Verdict
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.safe import Safe

WORDS = {
    RecallState.ASKING: "being asked",
    RecallState.REQUESTED: "requested",
    RecallState.REFUSED: "refused, nothing was asked",
    RecallState.UNSURE: "may have been requested",
    RecallState.REPORTED: "report received",
    RecallState.SILENT: "no report after 24 h",
}
"""Of a recipient who can be asked, or of whom it can't be known; never that it worked."""

SAID = {
    RecallState.ASKING: "Exchange is being asked.",
    RecallState.REQUESTED: REQUESTED,
    RecallState.REFUSED: "The recall was refused; nothing was asked.",
    RecallState.UNSURE: "The answer was lost: a recall may have been requested. It is not repeated.",
    RecallState.REPORTED: "Report received. What became of each copy stands in it, or behind its link.",
    RecallState.SILENT: "No report received after 24 h.",
}

NOTICE = "notice probably sent"


class Mark(Struct, frozen=True):
    """One thing that is known: in a few words, when (UTC seconds), and word for word if somebody said it."""

    words: str
    at: float
    said: Safe = Safe("")


class Row(Struct, frozen=True):
    """One recipient; `marks` are in the order of their times."""

    person: Address
    verdict: Verdict
    marks: tuple[Mark, ...] = ()

    @property
    def state(self) -> str:
        """The last thing that is known; empty when nothing was asked and nothing came."""
        return self.marks[-1].words if self.marks else ""

    @property
    def at(self) -> float:
        return self.marks[-1].at if self.marks else 0.0


class Page(Struct, frozen=True):
    """`recall` is the newest request. `strays` are receipts of nobody it went to: forwarded, or made up."""

    mail: SentMail
    foresight: Foresight
    rows: tuple[Row, ...]
    recall: Recall | None = None
    strays: tuple[Receipt, ...] = ()

    @property
    def words(self) -> str:
        """What has to be said above it all."""
        return SAID[self.recall.state] if self.recall is not None else self.foresight.words

    @property
    def needs_correction(self) -> bool:
        """Whether a correction is the next thing to offer."""
        if self.recall is None:
            return self.foresight.course is not Course.RECALL
        return self.recall.state in (RecallState.REFUSED, RecallState.SILENT, RecallState.REPORTED)


def page(
    mail: SentMail,
    foresight: Foresight,
    recalls: Sequence[Recall] = (),
    receipts: Sequence[Receipt] = (),
    corrections: Sequence[SentMail] = (),
) -> Page:
    """`recalls` are newest first. Of one that was asked, the verdicts it was asked on are shown."""
    newest = recalls[0] if recalls else None
    verdicts = newest.verdicts if newest is not None and newest.verdicts else foresight.verdicts
    known = {verdict.person.spec.lower(): verdict for verdict in verdicts}
    nothing = [Verdict(one, Answer.UNKNOWN, "not looked at") for one in mail.people]
    rows = tuple(
        _row(known.get(one.person.spec.lower(), one), recalls, receipts, corrections) for one in nothing
    )
    people = {one.spec.lower() for one in mail.people}
    strays = tuple(each for each in receipts if each.spec.lower() not in people)
    return Page(mail, foresight, rows, newest, strays)


def _row(
    verdict: Verdict,
    recalls: Sequence[Recall],
    receipts: Sequence[Receipt],
    corrections: Sequence[SentMail],
) -> Row:
    spec = verdict.person.spec.lower()
    marks = [mark for recall in recalls for mark in _recall_marks(recall, verdict)]
    marks += [_receipt_mark(each) for each in receipts if each.spec.lower() == spec]
    marks += [
        Mark("correction sent", each.sent, each.subject)
        for each in corrections
        if spec in {one.spec.lower() for one in each.people}
    ]
    return Row(verdict.person, verdict, tuple(sorted(marks, key=lambda mark: mark.at)))


def _recall_marks(recall: Recall, verdict: Verdict) -> Iterable[Mark]:
    if verdict.answer is Answer.CANNOT:
        if verdict.notice and recall.state is not RecallState.REFUSED:
            yield Mark(NOTICE, recall.asked)
        return
    spec = verdict.person.spec.lower()
    last = recall.trail[-1] if recall.trail else None
    if recall.state in (RecallState.REPORTED, RecallState.SILENT):
        yield Mark(WORDS[RecallState.REQUESTED], recall.asked, recall.said)
    told = [one for one in recall.told if one.spec.lower() == spec]
    if recall.state is not RecallState.REPORTED or not recall.told:
        at = recall.reported or (last.at if last else recall.asked)
        yield Mark(WORDS[recall.state], at, recall.said)
    for one in told:
        yield Mark(f"report said {'success' if one.success else 'failure'}", one.at)


def _receipt_mark(receipt: Receipt) -> Mark:
    return Mark(f"receipt said {receipt.fate}", receipt.at, receipt.text)
