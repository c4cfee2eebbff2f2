"""What a folder is for: said by the server (RFC 6154), or told by its name."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from tuimail.mail.folder.folder import Folder, Role

ATTRIBUTES = {
    "\\drafts": Role.DRAFTS,
    "\\sent": Role.SENT,
    "\\archive": Role.ARCHIVE,
    "\\junk": Role.JUNK,
    "\\spam": Role.JUNK,
    "\\trash": Role.TRASH,
}
NAMES = {
    Role.DRAFTS: ("drafts", "draft", "下書き", "草稿"),
    Role.SENT: (
        "sent", "sent items", "sent mail", "sent messages", "送信済み", "送信済みアイテム", "送信済みメール",
        "送信済みトレイ", "送信箱",
    ),
    Role.ARCHIVE: ("archive", "archives", "アーカイブ", "保管"),
    Role.JUNK: ("junk", "junk e-mail", "junk email", "spam", "bulk mail", "迷惑メール", "スパム"),
    Role.TRASH: ("trash", "deleted items", "deleted messages", "bin", "ゴミ箱", "ごみ箱", "削除済みアイテム"),
}  # fmt: skip
PREFIXES = ("inbox", "[gmail]", "[google mail]")
_BY_NAME = {name: role for role, names in NAMES.items() for name in names}


class Place(Struct, frozen=True):
    """A folder as found: the steps of its name, decoded, and its attributes such as `\\Sent`."""

    path: tuple[str, ...]
    attributes: frozenset[str] = frozenset()

    @property
    def own(self) -> tuple[str, ...]:
        """The steps that are the user's: without the INBOX or [Gmail] that some servers put before all."""
        if len(self.path) > 1 and self.path[0].casefold() in PREFIXES:
            return self.path[1:]
        return self.path


def assign(places: Sequence[Place]) -> tuple[Role, ...]:
    """A role for each place, each role given once: first by attribute, in any case, then by name."""
    roles = [_inbox(place) for place in places]
    _give(roles, (_by_attribute(place) for place in places))
    _give(roles, (_by_name(place) for place in places))
    _give(roles, (_all_mail(place) for place in places))
    return tuple(roles)


def ordered(folders: Iterable[Folder]) -> tuple[Folder, ...]:
    """The inbox, the folders that have a role, the user's own by title."""
    ranks = {role: rank for rank, role in enumerate(Role)}
    return tuple(sorted(folders, key=lambda folder: (ranks[folder.role], folder.title.casefold())))


def _give(roles: list[Role], wishes: Iterable[Role]) -> None:
    settled = set(roles)
    for number, wish in enumerate(wishes):
        if roles[number] is Role.NONE and wish not in settled | set(roles):
            roles[number] = wish


def _inbox(place: Place) -> Role:
    return Role.INBOX if tuple(step.upper() for step in place.path) == ("INBOX",) else Role.NONE


def _by_attribute(place: Place) -> Role:
    return next(
        (ATTRIBUTES[each.lower()] for each in place.attributes if each.lower() in ATTRIBUTES), Role.NONE
    )


def _by_name(place: Place) -> Role:
    return _BY_NAME.get(place.own[0].casefold(), Role.NONE) if len(place.own) == 1 else Role.NONE


def _all_mail(place: Place) -> Role:
    r"""Where all mail is kept, as on Gmail (`\All`), archiving is leaving everything else."""
    return Role.ARCHIVE if any(each.lower() == "\\all" for each in place.attributes) else Role.NONE
