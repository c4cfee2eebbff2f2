"""What the rules say about one mail."""

from msgspec import Struct
from msgspec.structs import replace

from tuimail.mail.errors import ConfirmError, DraftError
from tuimail.mail.when.schedule import Schedule


class Delay(Struct, frozen=True):
    """So many seconds at least, from Send on, and whose wish that is."""

    seconds: float
    why: str


class Until(Struct, frozen=True):
    """Not before this instant (UTC seconds), and whose wish that is."""

    at: float
    why: str


class Guise(Struct, frozen=True):
    """Who one is to be in a mail (an address, or empty), under which signature, and whose wish that is."""

    identity: str
    signature: str | None
    why: str


class Decision(Struct, frozen=True):
    """How long at least, and on what conditions; every text names the rule that says so.

    `undo_seconds` is the plain undo window, which always applies. `pauses`: a person releases it.
    `confirms`: asked before it is queued. `blocks`: it is not queued at all. `bcc` are addresses that get
    a blind copy. `by_server` hands a schedule to the server where that is possible. `notes` are further
    reasons to show, such as the rule that exempted it. `guise` is for the composer, before Send. `receipts`
    asks for word of delivery and reading.
    """

    undo_seconds: float
    delays: tuple[Delay, ...] = ()
    untils: tuple[Until, ...] = ()
    pauses: tuple[str, ...] = ()
    confirms: tuple[str, ...] = ()
    blocks: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    by_server: bool = False
    notes: tuple[str, ...] = ()
    guise: Guise | None = None
    receipts: bool = False


def allowed(decision: Decision, confirmed: bool) -> Decision:
    """The decision, if the mail may be queued. Raises DraftError for a block, ConfirmError for a question."""
    if decision.blocks:
        raise DraftError(f"Not queued: {' · '.join(decision.blocks)}. The draft is kept.")
    if decision.confirms and not confirmed:
        raise ConfirmError(" · ".join(decision.confirms))
    return decision


def unattended(decision: Decision, confirmed: bool) -> Decision:
    """As `allowed`, but what only a person can confirm is paused until one does."""
    asked = () if confirmed else decision.confirms
    return allowed(replace(decision, pauses=(*decision.pauses, *asked), confirms=()), confirmed)


def scheduled(schedule: Schedule | None, decision: Decision) -> Schedule | None:
    """The user's time, kept by the server when a rule says so."""
    if schedule is None or not decision.by_server:
        return schedule
    return replace(schedule, by_server=True)
