"""The folders of an IMAP account: which there are, how full they are, one more."""

from tuimail.backends.imap import answer
from tuimail.backends.imap.answer import Listed
from tuimail.backends.imap.wire import Wire
from tuimail.backends.imap.words import command, mailbox, plain

AT_ONCE = 50

Counts = tuple[int, int]


def folders(wire: Wire) -> tuple[tuple[Listed, Counts], ...]:
    """Every folder that can be entered, with its (messages, unread)."""
    if not wire.can("LIST-STATUS"):
        listed = _selectable(wire, "LIST", '""', '"*"')
        return tuple(zip(listed, _counted(wire, listed), strict=True))
    use = "SPECIAL-USE " if wire.can("SPECIAL-USE") else ""
    reply = wire.do("LIST", '""', '"*"', f"RETURN ({use}STATUS (MESSAGES UNSEEN))")
    status = answer.statuses(reply.heard)
    listed = [each for each in answer.listed(reply.heard) if each.selectable]
    unsaid = [each for each in listed if each.name not in status]
    late = dict(zip(unsaid, _counted(wire, unsaid), strict=True))
    return tuple((each, late[each] if each in late else _counts(status[each.name])) for each in listed)


def counts(wire: Wire, folder: str) -> Counts:
    """(messages, unread), zeros for a folder that the server won't count."""
    return _counts(glance(wire, folder))


def glance(wire: Wire, folder: str) -> dict[str, int]:
    """Numbers that differ when something happened in the folder; none when the server won't say."""
    modseq = " HIGHESTMODSEQ" if wire.can("CONDSTORE") or wire.can("QRESYNC") else ""
    reply = wire.ask(command("STATUS", mailbox(folder), f"(MESSAGES UNSEEN UIDNEXT{modseq})"))[0]
    return next(iter(answer.statuses(reply.heard).values()), {})


def create(wire: Wire, folder: str) -> None:
    """Make a folder unless there is one of this name. Raises MailboxError."""
    name = mailbox(plain(folder))
    reply = wire.ask(command("CREATE", name))[0]
    if reply.status != "OK" and b"[ALREADYEXISTS]" not in reply.text.upper():
        there = answer.listed(wire.do("LIST", '""', name).heard)
        if not any(each.selectable for each in there):
            wire.settled(reply)


def _selectable(wire: Wire, *words: str) -> list[Listed]:
    return [each for each in answer.listed(wire.do(*words).heard) if each.selectable]


def _counted(wire: Wire, folders: list[Listed]) -> list[Counts]:
    """Each by a STATUS of its own, many at once."""
    found: list[Counts] = []
    for start in range(0, len(folders), AT_ONCE):
        some = folders[start : start + AT_ONCE]
        asked = (command("STATUS", mailbox(each.name), "(MESSAGES UNSEEN)") for each in some)
        statuses = (answer.statuses(reply.heard) for reply in wire.ask(*asked))
        found += [_counts(next(iter(status.values()), {})) for status in statuses]
    return found


def _counts(status: dict[str, int]) -> Counts:
    return status.get("MESSAGES", 0), status.get("UNSEEN", 0)
