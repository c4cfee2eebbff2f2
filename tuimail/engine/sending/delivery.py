"""One account's mail on its way out, one message after the other."""

from collections.abc import Callable

from msgspec.structs import replace

from tuimail.engine.account import Account
from tuimail.engine.news import Notice
from tuimail.engine.sending.keeping import hand_in
from tuimail.engine.sending.post import Post
from tuimail.mail.errors import OutboxDamaged, OutboxError
from tuimail.mail.hold.clocks import put_right
from tuimail.mail.hold.item import Item
from tuimail.mail.hold.kept import settled
from tuimail.mail.hold.move import Move, begin_body, claim, rest
from tuimail.mail.hold.outcome import Denied, Outcome, Refusal, Unreachable
from tuimail.mail.hold.settle import belated
from tuimail.mail.letter.safe import line
from tuimail.mail.letter.submission import Submission

STORE_PAUSE = 1.0
MOST_FAILURES = 2
"""One alone may be the message's own fault."""


class Delivery:
    """Claims, hands in, writes down what came of it: of one message together with the next claim."""

    def __init__(self, account: Account, post: Post) -> None:
        self._account = account
        self._post = post
        self._settled: Move | None = None
        self.failures = 0

    async def run(self, next_item: Callable[[], Item | None]) -> None:
        """Send what `next_item` gives, until it gives nothing or the server can't be reached for two of them.

        `failures` is then how many met no server. Raises OutboxError; nothing is lost then.
        """
        try:
            while self.failures < MOST_FAILURES and (item := next_item()):
                await self._one(item)
        finally:
            await self._write_down()

    async def _one(self, item: Item) -> None:
        now = self._post.clock.now()
        ask = put_right(item, now, self._post.late_after)
        if ask is not None:
            await self._post.items.commit(ask)
            return
        move = claim(item, now, self._post.owner)
        submission = await self._claim(move) if move is not None else None
        if move is not None and submission is not None:
            await self._attempt(move.new, _as_it_stands(submission, move.new))

    async def _claim(self, move: Move) -> Submission | None:
        """The message, if it is ours now."""
        try:
            submission = await self._post.items.claim(move, self._settled)
        except OutboxDamaged as error:
            await self._write_down()
            await self._post.items.commit(rest(move.old, self._post.clock.now(), str(error)))
            return None
        self._settled = self._overtaken()
        await self._write_down()
        return submission

    async def _attempt(self, item: Item, submission: Submission) -> None:
        item, outcome = await self._hand_in(item, submission)
        now = self._post.clock.now()
        if isinstance(outcome, Denied):
            await self._post.stops.stop(self._account.name, line(outcome.said), now)
        self.failures = self.failures + 1 if isinstance(outcome, Unreachable) else 0
        self._settled = settled(item, outcome, now, self._post.ids.jitter())

    async def _hand_in(self, item: Item, submission: Submission) -> tuple[Item, Outcome]:
        """The item as it stands after the attempt, and what came of it.

        An outbox that can't be written before the body begins is one more reason to try later.
        """

        async def body_next(said: str, refused: tuple[Refusal, ...] = (), remote: str = "") -> bool:
            nonlocal item
            begun = begin_body(item, self._post.clock.now(), said, refused, remote)
            if not await self._post.items.commit(begun):
                return False
            item = begun.new
            return True

        try:
            outcome = await hand_in(self._account, item, submission, body_next, self._post.clock.now())
        except OutboxError as error:
            self._post.newsroom.announce(Notice(line(str(error))))
            outcome = Unreachable(str(error))
        return item, outcome

    async def _write_down(self) -> None:
        """What the server said must not be forgotten because the disk is full just now."""
        while self._settled is not None:
            try:
                await self._post.items.commit(self._settled)
            except OutboxError as error:
                self._post.newsroom.announce(Notice(line(str(error))))
                await self._post.clock.sleep(STORE_PAUSE)
            else:
                self._settled = self._overtaken()

    def _overtaken(self) -> Move | None:
        """What is still to be written when another process moved the item before its answer was written."""
        known = self._post.items.get(self._settled.old.id) if self._settled else None
        return belated(self._settled, known) if self._settled and known else None


def _as_it_stands(submission: Submission, item: Item) -> Submission:
    """The message for those who have no answer yet, and what an earlier attempt left of it."""
    return replace(
        submission,
        recipients=item.pending,
        handle=item.remote,
        again=item.tries > 1,
        receipts=item.receipts,
    )
