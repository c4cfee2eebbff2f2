"""When to try again (RFC 5321 §4.5.4.1): soon after a network that failed, later after a server's no."""

DAY = 86_400.0
GIVE_UP_AFTER = 5 * DAY
FEWEST_TRIES = 20

UNREACHABLE_FIRST, UNREACHABLE_MOST = 15.0, 900.0
REFUSED_FIRST, REFUSED_MOST = 300.0, 14_400.0
FILING_FIRST, FILING_MOST = 5.0, 3_600.0

MOST_DOUBLINGS = 16


def _pause(first: float, most: float, tries: int, jitter: float) -> float:
    """Up to a quarter longer by chance, lest what failed together is tried together; `most` at most."""
    doubled = first * 2.0 ** min(max(tries - 1, 0), MOST_DOUBLINGS)
    return min(doubled, most / 1.25) * (1 + jitter / 4)


def after_unreachable(tries: int, jitter: float, asked: float = 0.0) -> float:
    """Seconds to wait after `tries` attempts that met no server; `jitter` is in [0, 1).

    A server that `asked` for more gets it, as far as any pause goes.
    """
    own = _pause(UNREACHABLE_FIRST, UNREACHABLE_MOST, tries, jitter)
    return max(own, min(asked, REFUSED_MOST))


def after_refusal(tries: int, jitter: float) -> float:
    """Seconds to wait after `tries` attempts, the last one answered 4xx; `jitter` is in [0, 1)."""
    return _pause(REFUSED_FIRST, REFUSED_MOST, tries, jitter)


def after_filing(tries: int, jitter: float) -> float:
    """Seconds to wait after `tries` failed attempts to file a copy in Sent."""
    return _pause(FILING_FIRST, FILING_MOST, tries, jitter)


def given_up(first_try: float, now: float, tries: int) -> bool:
    """Whether a message first tried then (UTC seconds) has been tried for long enough.

    That takes tries too, so that a clock set wrong does not end it.
    """
    return now - first_try > GIVE_UP_AFTER and tries >= FEWEST_TRIES
