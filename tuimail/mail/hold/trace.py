"""What a server says became of a message whose answer was lost."""

from enum import StrEnum


class Trace(StrEnum):
    """It went out; it stands there unsent, and may be handed in again under its name; or nobody knows."""

    SENT = "sent"
    UNSENT = "unsent"
    UNKNOWN = "unknown"
