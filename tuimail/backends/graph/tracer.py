"""What became of a message whose answer was lost, by where Graph has it."""

from tuimail.backends.graph.http import Graph, at
from tuimail.backends.graph.place import DRAFTS, OUTBOX, in_sent, place_of
from tuimail.mail.hold.item import Item
from tuimail.mail.hold.trace import Trace


class GraphTracer:
    """ports.Tracer."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    async def trace(self, item: Item) -> Trace:
        """See ports. A copy in Sent Items comes first; a draft speaks only if it is the one we made."""
        if await in_sent(self._graph, item.message_id, item.token):
            return Trace.SENT
        place = await place_of(self._graph, item.remote) if item.remote else None
        if place is None or place.folder == OUTBOX:
            return Trace.UNKNOWN
        if not place.draft:
            return Trace.SENT
        return Trace.UNSENT if place.folder == DRAFTS else Trace.UNKNOWN

    async def forget(self, item: Item) -> None:
        """See ports."""
        place = await place_of(self._graph, item.remote) if item.remote else None
        if place is not None and place.draft and place.folder == DRAFTS:
            await self._graph.ask("DELETE", at(item.remote))
