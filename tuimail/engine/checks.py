"""What is looked at before a mail is queued."""

from tuimail.mail.hold.decision import Decision
from tuimail.mail.letter.draft import Draft


class Checks:
    """Asks the rules about a draft."""

    def __init__(self, undo_seconds: float) -> None:
        self.undo_seconds = undo_seconds

    async def decide(self, draft: Draft, recipients: tuple[str, ...] = ()) -> Decision:
        """How long the mail waits at least, and on what conditions.

        `recipients` are those of the envelope where they are not those of the draft.
        """
        return Decision(self.undo_seconds)
