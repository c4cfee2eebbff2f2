"""What follows when a deed did not come true: it is given up and told, or tried again later."""

from collections.abc import Sequence

from msgspec import Struct

from tuimail.engine.deeds import traces
from tuimail.engine.deeds.errands import Report
from tuimail.engine.deeds.settling import Chain, Settling
from tuimail.mail.errors import MailboxRefused
from tuimail.mail.folder.change import Moved
from tuimail.mail.letter.envelope import Envelope
from tuimail.ports import Clock, Ids, MailCache, MailSource

MOST_REFUSALS = 4
SHORTEST_PAUSE, LONGEST_PAUSE = 2.0, 300.0
FEW = 20
"""So many messages that are gone are looked for in other folders."""


class Told(Struct):
    """What a person is told at the end of a round: numbers of messages, and what the server said.

    `lost` are folders in which messages were that nobody can tell any more: all of each is to be compared.
    """

    gone: int = 0
    elsewhere: int = 0
    unsure: int = 0
    refused: int = 0
    why: str = ""
    unkept: str = ""
    lost: set[str] = set()

    def words(self) -> str:
        """One line; empty when all went well."""
        parts = (
            (self.gone, "already gone"),
            (self.elsewhere, "moved elsewhere by another program, and {stay} there"),
            (self.unsure, "not to be told from others any more, and {were} left alone"),
            (self.refused, f"not changed ({self.why}), and {{are}} shown as the server has {{them}}"),
        )
        said = [f"{_messages(number)} {words.format(**_forms(number))}" for number, words in parts if number]
        said += [f"the server keeps no marks such as $Junk ({self.unkept})"] if self.unkept else []
        return "; ".join(said)


class Aftermath:
    """After each round of an account. Raises MailboxError, and OutboxError."""

    def __init__(self, settling: Settling, cache: MailCache, clock: Clock, ids: Ids) -> None:
        self._settling = settling
        self._cache = cache
        self._clock = clock
        self._ids = ids

    async def mind(self, account: str, source: MailSource, report: Report, told: Told) -> None:
        """Leave nothing in the report."""
        await self._mind_gone(account, source, report.gone, told)
        told.unsure += len(report.unsure)
        await self._settling.forget(report.unsure)
        for folder in {folder for chain in report.unsure for folder in traces.folders(chain)}:
            await self._settling.compare(account, folder)
            told.lost.add(folder)
        report.unsure.clear()
        again = [each for each in report.refused if each[0][0].tries + 1 < MOST_REFUSALS]
        over = [each for each in report.refused if each[0][0].tries + 1 >= MOST_REFUSALS]
        for chain, why in again:
            await self._settling.refused(chain, self._later(chain), why)
        if over:
            told.why = over[0][1]
            told.refused += len(over)
            await self._give_up(source, [chain for chain, _ in over])
        report.refused.clear()
        told.unkept = report.unkept

    async def _mind_gone(self, account: str, source: MailSource, gone: list[Chain], told: Told) -> None:
        """Only who wanted to see a message somewhere is told that it is gone."""
        moved = [chain for chain in gone if any(isinstance(change.deed, Moved) for change in chain)]
        names = [(folder.name, folder.role) for folder in await self._cache.folders(account)] if moved else []
        for number, chain in enumerate(moved):
            if number < FEW and await traces.elsewhere(source, chain, names):
                told.elsewhere += 1
            else:
                told.gone += 1
        await self._settling.forget(gone)
        gone.clear()

    async def _give_up(self, source: MailSource, chains: Sequence[Chain]) -> None:
        """What the server has is shown again."""
        for chain in chains:
            await self._settling.forget([chain], await _as_it_is(source, chain))

    def _later(self, chain: Chain) -> float:
        pause = min(SHORTEST_PAUSE * 4.0 ** chain[0].tries, LONGEST_PAUSE)
        return self._clock.now().wall + pause * (0.5 + self._ids.jitter())


async def _as_it_is(source: MailSource, chain: Chain) -> tuple[Envelope, ...]:
    try:
        return await source.envelopes(chain[0].ref.folder, [chain[0].ref.uid])
    except MailboxRefused:
        return ()


def _messages(number: int) -> str:
    return "1 message was" if number == 1 else f"{number:,} messages were"


def _forms(number: int) -> dict[str, str]:
    if number == 1:
        return {"stay": "stays", "were": "was", "are": "is", "them": "it"}
    return {word: word for word in ("stay", "were", "are", "them")}
