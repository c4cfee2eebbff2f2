"""A conversation: as one row of a list, and as a tree."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from msgspec import Struct

from tuimail.mail.letter.address import Address
from tuimail.mail.letter.envelope import Envelope

DEEPEST = 10
"""The level from which on replies are drawn no further to the right."""


class Thread(Struct, frozen=True):
    """A conversation as one row: its newest message in the view, how many there are, how many unread.

    `people` are its authors, oldest first, each once, a handful at most; `flagged` and `attached` say
    whether any message of it is.
    """

    newest: Envelope
    total: int
    unread: int
    people: tuple[Address, ...]
    flagged: bool = False
    attached: bool = False

    @property
    def key(self) -> int:
        """The cache's number for the conversation."""
        return self.newest.thread


class Branch(Struct, frozen=True):
    """A message in the tree of its conversation.

    `depth` is 0 for the first of all; `lines` draws how it hangs together with those above, such as `│ └─`.
    """

    envelope: Envelope
    depth: int
    lines: str


class _Node:
    """A Message-ID and what hangs below it; `envelope` is None for a message that is not here."""

    __slots__ = ("children", "envelope", "parent")

    def __init__(self) -> None:
        self.envelope: Envelope | None = None
        self.parent: _Node | None = None
        self.children: list[_Node] = []

    def takes(self, child: "_Node") -> None:
        """Hang `child` below this, away from where it was, unless that made a circle."""
        if (child.children and child in self.upwards()) or child is self:
            return
        if child.parent is not None:
            child.parent.children.remove(child)
        child.parent = self
        self.children.append(child)

    def upwards(self) -> "Iterator[_Node]":
        node: _Node | None = self
        while node is not None:
            yield node
            node = node.parent


def tree(envelopes: Iterable[Envelope]) -> tuple[Branch, ...]:
    """The messages of one conversation, each once, every answer below what it answers, oldest first.

    By References and In-Reply-To as in Jamie Zawinski's algorithm. What answers a message that is not here
    stands where that one would; what answers nothing known hangs below the first.
    """
    tops = _tops(_linked(sorted(envelopes, key=_age)))
    for node in tops[1:]:
        tops[0].takes(node)
    return tuple(_drawn(tops[0])) if tops else ()


def _age(envelope: Envelope) -> tuple[float, str, str, str]:
    ref = envelope.ref
    return envelope.received, ref.account, ref.folder, ref.uid


def _linked(envelopes: Sequence[Envelope]) -> list[_Node]:
    """A node for every message and for every one that is only spoken of, hung together; oldest first."""
    nodes: dict[str, _Node] = {}
    for envelope in envelopes:
        node = _node_of(nodes, envelope)
        node.envelope = envelope
        above = _chain(nodes, envelope)
        if above:
            above[-1].takes(node)
    return list(nodes.values())


def _node_of(nodes: dict[str, _Node], envelope: Envelope) -> _Node:
    """The node of its Message-ID, or one of its own when it has none or shares it."""
    name = envelope.message_id
    if not name or (name in nodes and nodes[name].envelope is not None):
        name = "\0".join((envelope.ref.account, envelope.ref.folder, envelope.ref.uid))
    return nodes.setdefault(name, _Node())


def _chain(nodes: dict[str, _Node], envelope: Envelope) -> list[_Node]:
    """The messages it names, the one it answers last. What is known of their order already stays."""
    names = dict.fromkeys(envelope.references)
    if envelope.in_reply_to and envelope.in_reply_to not in names:
        names[envelope.in_reply_to] = None
    names.pop(envelope.message_id, None)
    chain = [nodes.setdefault(name, _Node()) for name in names]
    for above, below in pairwise(chain):
        if below.parent is None:
            above.takes(below)
    return chain


def _tops(nodes: Sequence[_Node]) -> list[_Node]:
    """Let the children of those that are not here move up; what is at the top then, oldest first."""
    for node in nodes:
        if node.envelope is None and node.parent is not None:
            for child in tuple(node.children):
                node.parent.takes(child)
    present = (node for node in nodes if node.envelope is not None)
    return sorted((n for n in present if n.parent is None or n.parent.envelope is None), key=_node_age)


def _node_age(node: _Node) -> tuple[float, str, str, str]:
    assert node.envelope is not None
    return _age(node.envelope)


def _drawn(first: _Node) -> Iterator[Branch]:
    """Every message of the tree, with the lines that lead to it."""
    waiting = [(first, 0, "", "")]
    while waiting:
        node, depth, lines, below = waiting.pop()
        if node.envelope is not None:
            yield Branch(node.envelope, depth, lines)
        present = sorted((c for c in node.children if c.envelope is not None), key=_node_age)
        for child in reversed(present):
            last = child is present[-1]
            further = below + ("  " if last else "│ ") if depth + 1 < DEEPEST else below
            waiting.append((child, depth + 1, below + ("└─" if last else "├─"), further))
