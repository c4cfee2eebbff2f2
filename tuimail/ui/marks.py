"""The messages that are marked, wherever they stand in the list."""

from collections.abc import Iterable

from tuimail.mail.folder.thread import Thread
from tuimail.mail.letter.envelope import Envelope, Ref
from tuimail.ui.window import Line

UNKNOWN = 0


class Marks:
    """Marks are refs, so that they hold while rows come and go, and on rows that are not in memory."""

    def __init__(self) -> None:
        self._conversations: dict[Ref, int] = {}
        self._keys: set[int] = set()

    def __len__(self) -> int:
        return len(self._conversations)

    @property
    def refs(self) -> tuple[Ref, ...]:
        """All that is marked, in the order of marking."""
        return tuple(self._conversations)

    def has(self, line: Line) -> bool:
        """Whether the message, or any message of the conversation, is marked."""
        if isinstance(line, Thread):
            return line.newest.ref in self._conversations or line.key in self._keys
        return line.ref in self._conversations

    def turn(self, envelopes: Iterable[Envelope]) -> None:
        """Mark all of these; when all are, take their marks away."""
        found = {envelope.ref: envelope.thread for envelope in envelopes}
        if found.keys() <= self._conversations.keys():
            for ref in found:
                del self._conversations[ref]
        else:
            self._conversations.update(found)
        self._keys = set(self._conversations.values())

    def only(self, refs: Iterable[Ref]) -> None:
        """Mark these, and no others."""
        self._conversations = dict.fromkeys(refs, UNKNOWN)
        self._keys = set()

    def clear(self) -> None:
        self.only(())
