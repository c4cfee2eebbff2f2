"""Looking for a message whose answer was lost: in Sent, or by its name on the server that was to send it.

UNSURE ──settle time──▶ look ──there──────────▶ SENT, with its copy
                         ├── not there ───────▶ UNSURE: looked for again, then asked about
                         ├── out of reach ────▶ UNSURE: tried again, and not counted as a look
                         └── still a draft ───▶ WAITING: handed in again, a few times, then asked about

The program never sends it again by itself, but where the server says that it has it unsent: that very draft
is handed in then, never a second one. Absence says little before the server had its time to finish, and
nothing at all where the server files no copy of what it sends.
"""

from tuimail.mail.hold.item import Item, State, Wait
from tuimail.mail.hold.kept import is_for_server
from tuimail.mail.hold.moment import Moment
from tuimail.mail.hold.move import SETTLE_SECONDS, Move, arrived, move
from tuimail.mail.letter.safe import line
from tuimail.mail.letter.submission import OWN_HEADER

PAUSES = (600.0, 1_200.0, 2_400.0)
"""Seconds after each look that found nothing; after the last one, a person is asked."""

MOST_HAND_INS = 3
"""So often a message is handed in again that its server has unsent."""

OUT_OF_REACH = "probably sent; Sent can't be reached, looking again"
REACH_FIRST, REACH_MOST = 60.0, 900.0

MICROSOFT_HEADER = "X-Microsoft-Original-Message-ID"


def keys(item: Item) -> tuple[tuple[str, str], ...]:
    """Headers and values that only this message has, the one that servers search fastest first.

    Exchange gives a message another Message-ID and keeps ours in a header of its own; Amazon SES keeps
    none, but leaves unknown headers alone.
    """
    ids = (("Message-ID", item.message_id), (MICROSOFT_HEADER, item.message_id))
    return tuple((header, value) for header, value in (*ids, (OWN_HEADER, item.token)) if value)


def is_due(item: Item, now: Moment) -> bool:
    """Whether it should be looked for now. One that a server may keep is in no Sent before its time."""
    if item.state is not State.UNSURE or item.due is None or item.left(now) > 0:
        return False
    return not is_for_server(item) or _time_is_past(item, now)


def found(item: Item, now: Moment, where: str) -> Move | None:
    """A copy stands in `where`: it was sent, and nothing is left to file. None when it is not unsure.

    When some had it before, the copy may be the one of that time, and only a person can tell.
    """
    if item.state is not State.UNSURE:
        return None
    if item.reached:
        why = "some recipients had it before, so its copy in Sent says nothing about the others; was it sent?"
        return _asked(item, now, why)
    return arrived(item, now, f"found in {line(where)}", filed=True)


def missed(item: Item, now: Moment, server_files: bool) -> Move | None:
    """No copy is there; `server_files` says whether there should be one. None when it is not unsure."""
    if item.state is not State.UNSURE:
        return None
    if not server_files:
        why = "its server puts no copy in Sent to go by: probably sent; was it?"
        return _asked(item, now, why)
    if item.looks >= len(PAUSES):
        why = f"not in Sent after {item.looks + 1} looks: perhaps not sent; look once more, then say"
        return _asked(item, now, why)
    pause = PAUSES[item.looks]
    return _again(item, now, "not in Sent so far: probably sent; looking again", "", pause, item.looks + 1)


def unsent(item: Item, now: Moment) -> Move | None:
    """The server has it as a draft: it was not sent, and waits here again. None when it is not unsure."""
    if item.state is not State.UNSURE:
        return None
    if item.hand_ins >= MOST_HAND_INS:
        why = f"the server has it unsent among its drafts, after {item.hand_ins + 1} tries; was it sent?"
        return _asked(item, now, why)
    return move(
        item,
        now,
        "not sent: the server still has it as a draft; handing in that draft again",
        state=State.WAITING,
        due=now,
        hold=0.0,
        wait=Wait.RETRY,
        phase=None,
        owner="",
        hand_ins=item.hand_ins + 1,
    )


def out_of_reach(item: Item, now: Moment, trouble: str) -> Move | None:
    """Nobody could look. Tried again after growing pauses. None when it is not unsure."""
    if item.state is not State.UNSURE:
        return None
    pause = min(item.hold * 2, REACH_MOST) if item.why == OUT_OF_REACH else REACH_FIRST
    return _again(item, now, OUT_OF_REACH, trouble, pause, item.looks)


def _again(item: Item, now: Moment, why: str, answer: str, pause: float, looks: int) -> Move:
    return move(item, now, why, line(answer), due=now.later(pause), hold=pause, looks=looks)


def _asked(item: Item, now: Moment, why: str) -> Move:
    return move(item, now, why, due=None, hold=0.0, looks=item.looks + 1)


def _time_is_past(item: Item, now: Moment) -> bool:
    return item.schedule is None or item.schedule.at + SETTLE_SECONDS <= now.wall
