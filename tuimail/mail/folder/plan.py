"""What a synchronisation has to do, from what is known and what is there. Pure.

known  there   flags     ->
  0      1       -       fetch (newest first)
  1      0       -       drop
  1      1     same      nothing
  1      1     other     reflag
"""

from msgspec import Struct

from tuimail.mail.folder.folder import Listing


class Plan(Struct, frozen=True):
    """`fetch` are uids, newest first; `drop` are uids; `reflag` maps uids to their flags now."""

    fetch: tuple[str, ...]
    drop: tuple[str, ...]
    reflag: dict[str, frozenset[str]]


def plan(known: Listing, there: Listing) -> Plan:
    """The plan that makes `known` equal to `there`."""
    fetch = tuple(uid for uid in reversed(there.flags) if uid not in known.flags)
    drop = tuple(uid for uid in known.flags if uid not in there.flags)
    reflag = {uid: flags for uid, flags in there.flags.items() if known.flags.get(uid, flags) != flags}
    return Plan(fetch, drop, reflag)
