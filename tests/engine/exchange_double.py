"""An Exchange in memory, and a mailbox whose envelopes say what the messages say."""

from collections import Counter

from engine.fakes import FakeSource
from msgspec.structs import replace

from tuimail.mail.after.kind import Kind
from tuimail.mail.after.recall import Asked
from tuimail.mail.after.tip import Scope, Tip
from tuimail.mail.after.verdict import Tenant
from tuimail.mail.errors import MailboxError
from tuimail.mail.letter.address import Address, parse_addresses
from tuimail.mail.letter.fields import split
from tuimail.mail.letter.header import decode, message_ids


class FakeExchange:
    """Its people are those of `home.example.jp` and `work.example.jp`. `recalled` are the ids asked for.

    `outcomes` are given in turn, then everything is taken; `failures` counts the calls by name still to fail.
    """

    def __init__(self) -> None:
        self.domains = ("work.example.jp", "home.example.jp")
        self.kind = Kind.WORK
        self.in_sent = True
        self.recalled: list[str] = []
        self.outcomes: list[object] = []
        self.failures: Counter[str] = Counter()
        self.before_answer = None

    def _call(self, name: str) -> None:
        if self.failures[name] > 0:
            self.failures[name] -= 1
            raise MailboxError(f"{name} failed")

    async def tenant(self):
        self._call("tenant")
        return Tenant(self.kind, self.domains)

    async def tips(self, specs):
        self._call("tips")
        inside = {spec: spec.partition("@")[2] in self.domains for spec in specs}
        return tuple(Tip(spec, Scope.INTERNAL if inside[spec] else Scope.EXTERNAL) for spec in specs)

    async def find_sent(self, mail):
        self._call("find_sent")
        return (mail.handle or f"found-{mail.message_id}") if self.in_sent else ""

    async def recall(self, sent_id):
        self.recalled.append(sent_id)
        if self.before_answer is not None:
            await self.before_answer()
        return self.outcomes.pop(0) if self.outcomes else Asked("<REQ.1@hub>", "Successfully submitted")


class LetterSource(FakeSource):
    """A uid is `1.<when it was received>`; sender, subject and references are those of the message."""

    def arrive(self, received: float, wire: bytes, folder: str = "INBOX") -> str:
        uid = f"1.{int(received)}"
        while uid in self.boxes[folder]:
            uid = f"1.{int(uid[2:]) + 1}"
        self.boxes[folder][uid] = wire.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"), frozenset()
        self.changed.put_nowait(None)
        return uid

    def _envelope(self, folder, uid):
        wire, _ = self.boxes[folder][uid]
        fields = split(wire, 0, len(wire))
        return replace(
            super()._envelope(folder, uid),
            sender=next(iter(parse_addresses(fields.first(b"from"))), Address("")),
            subject=decode(fields.first(b"subject")),
            in_reply_to=next(iter(message_ids(decode(fields.first(b"in-reply-to")))), ""),
            references=message_ids(decode(fields.first(b"references"))),
        )
