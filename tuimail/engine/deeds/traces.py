"""Finding messages again: whether a uid still is the message that was meant, and where it went otherwise."""

from collections.abc import Sequence

from msgspec import Struct

from tuimail.engine.deeds.settling import Chain
from tuimail.mail.errors import MailboxRefused
from tuimail.mail.folder.change import Moved, is_of, place
from tuimail.mail.folder.folder import Role
from tuimail.mail.letter.envelope import Ref
from tuimail.ports import MailSource

NEWEST = 500
"""So many of a folder's last messages are looked through for one without a Message-ID."""


class Sorted(Struct, frozen=True):
    """Chains of one folder by what is at their uids: the message meant, or nothing of the kind."""

    there: tuple[Chain, ...]
    absent: tuple[Chain, ...]


async def check(source: MailSource, folder: str, chains: Sequence[Chain]) -> Sorted:
    """Compare Message-IDs; messages that have none, by size and the time they came. Raises MailboxError."""
    ids = await source.message_ids(folder, [chain[0].ref.uid for chain in chains])
    nameless = [chain for chain in chains if _uid(chain) in ids and not chain[0].message_id]
    alike = await _alike(source, folder, nameless)
    named = {_uid(chain) for chain in chains if chain[0].message_id and _is(chain, ids)}
    there = tuple(chain for chain in chains if _uid(chain) in named | alike)
    return Sorted(there, tuple(chain for chain in chains if chain not in there))


async def again(source: MailSource, chain: Chain) -> Ref | None:
    """Where a message is that is not at its uid: in its folder, or where it was to go.

    The uid is empty for one that arrived and can't be told from others there. None when it is in neither, or
    can't be told. Raises MailboxError.
    """
    first = chain[0]
    for folder in folders(chain):
        found = await _find(source, folder, chain)
        if len(found) == 1:
            return Ref(first.ref.account, folder, found[0])
        if found:
            arrived = folder == place(chain) and folder != first.ref.folder
            return Ref(first.ref.account, folder, "") if arrived else None
    return None


def folders(chain: Chain) -> tuple[str, ...]:
    """Those in which the message may be, likeliest first."""
    may_be = (chain[0].ref.folder, place(chain), *_targets(chain))
    return tuple(folder for folder in dict.fromkeys(may_be) if folder)


async def in_folder(source: MailSource, chain: Chain, folder: str) -> Ref:
    """A message that is known to be in the folder; its uid is empty when it can't be told."""
    found = await _find(source, folder, chain)
    return Ref(chain[0].ref.account, folder, found[0] if len(found) == 1 else "")


async def elsewhere(source: MailSource, chain: Chain, folders: Sequence[tuple[str, Role]]) -> bool:
    """Whether another of the account's special folders has it. Raises MailboxError."""
    special = [name for name, role in folders if role is not Role.NONE and name != chain[0].ref.folder]
    for name in special:
        if await _find(source, name, chain):
            return True
    return False


async def copied(source: MailSource, chain: Chain) -> Ref | None:
    """The copy that an earlier attempt left, cut before it deleted the message. Raises MailboxError."""
    first = chain[0]
    for folder in dict.fromkeys(_targets(chain)):
        found = await _find(source, folder, chain) if folder != first.ref.folder else ()
        if len(found) == 1:
            return Ref(first.ref.account, folder, found[0])
    return None


async def _find(source: MailSource, folder: str, chain: Chain) -> tuple[str, ...]:
    """By Message-ID, and as it is known here: several messages can have one name.

    A message without one is looked for among the last of the folder.
    """
    named = chain[0].message_id
    try:
        if named and named.isascii() and named.isprintable():
            uids = await source.find(folder, "Message-ID", named)
            likely = await source.envelopes(folder, uids) if uids else ()
        else:
            likely = await source.newest(folder, NEWEST)
    except MailboxRefused:
        return ()
    return tuple(envelope.ref.uid for envelope in likely if is_of(chain[0], envelope))


async def _alike(source: MailSource, folder: str, chains: Sequence[Chain]) -> set[str]:
    if not chains:
        return set()
    by_uid = {_uid(chain): chain for chain in chains}
    there = await source.envelopes(folder, list(by_uid))
    return {each.ref.uid for each in there if each.ref.uid in by_uid and is_of(by_uid[each.ref.uid][0], each)}


def _is(chain: Chain, ids: dict[str, str]) -> bool:
    return ids.get(_uid(chain), "").strip() == chain[0].message_id.strip()


def _uid(chain: Chain) -> str:
    return chain[0].ref.uid


def _targets(chain: Chain) -> tuple[str, ...]:
    return tuple(change.deed.to for change in reversed(chain) if isinstance(change.deed, Moved))
