"""What the rules say about one mail."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Delay:
    """So many seconds at least, from Send on, and whose wish that is (`rule: outside mail waits a minute`)."""

    seconds: float
    why: str


@dataclass(frozen=True, slots=True)
class Until:
    """Not before this instant (UTC seconds), and whose wish that is."""

    at: float
    why: str


@dataclass(frozen=True, slots=True)
class Decision:
    """How long at least, and on what conditions; every text names the rule that says so.

    `undo_seconds` is the plain undo window, which always applies. `pauses`: a person releases it.
    `confirms`: asked before it is queued. `blocks`: it is not queued at all. `bcc` are addresses that get
    a blind copy. `by_server` hands a schedule to the server where that is possible. `notes` are further
    reasons to show, such as the rule that exempted it.
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
