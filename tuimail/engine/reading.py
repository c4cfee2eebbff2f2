"""How mail is kept and told of: what of the configuration the loops of reading need."""

from msgspec import Struct

from tuimail.engine.folders.prefetch import BodyLimits
from tuimail.ports import Notifier


class Reading(Struct, frozen=True):
    """Which bodies are fetched for later, who is told of new mail, and whether the bell rings."""

    bodies: BodyLimits = BodyLimits()
    notifier: Notifier | None = None
    bell: bool = False
