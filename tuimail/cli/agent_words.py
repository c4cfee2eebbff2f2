"""What the agent says on stderr: a line for each event, only what is wrong when it is to be quiet."""

from collections.abc import Iterable

from tuimail.cli.streams import note
from tuimail.engine.news import AccountGoes, AccountStopped, ItemChanged, News, Notice, SenderChanged
from tuimail.mail.hold.item import Item, State
from tuimail.mail.letter.safe import line

WORDS = {State.UNSURE: "probably sent", State.UNDONE: "taken back"}


class Teller:
    """Hears the engine's news. The same trouble is said once until something else happens."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet
        self._states: dict[str, State] = {}
        self._trouble = ""

    def know(self, items: Iterable[Item]) -> None:
        """Items that were there before are no news."""
        self._states = {item.id: item.state for item in items}

    def hear(self, news: News) -> None:
        """Say what an item became, who sends, and what is wrong."""
        match news:
            case ItemChanged(item) if self._states.get(item.id) is not item.state:
                self._states[item.id] = item.state
                self.say(_words(item))
            case SenderChanged(here, holder):
                self.say("sending what is due" if here else f"{holder} sends; waiting until it ends")
            case AccountStopped(stop):
                self.trouble(f"the mail of {stop.account} waits for you: {stop.why}")
            case AccountGoes(account):
                self.say(f"the mail of {account} goes on")
            case Notice(text, trouble):
                (self.trouble if trouble else self.say)(text)
            case _:
                pass

    def say(self, words: str) -> None:
        """One line, unless it is to be quiet."""
        self._trouble = ""
        if not self._quiet:
            note(line(words))

    def trouble(self, words: str) -> None:
        """One line about what is wrong."""
        if words != self._trouble:
            self._trouble = words
            note(line(words))


def _words(item: Item) -> str:
    people = ", ".join(recipient.spec for recipient in item.recipients)
    return f"{item.id} {WORDS.get(item.state, item.state.value)}: {item.subject}, to {people}; {item.why}"
