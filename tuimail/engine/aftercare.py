"""What is done about mail that left: what of the configuration recall, corrections and incidents need."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import Struct

from tuimail.ports import TemplateShelf

if TYPE_CHECKING:
    from tuimail.engine.after.practice import Practice


class Aftercare(Struct, frozen=True):
    """Whether asking for delivered mail is offered at all, the templates of mail that puts sent mail right,
    and what is done about a misdirected one.
    """

    recall: bool = True
    corrections: TemplateShelf | None = None
    practice: "Callable[[], Practice] | None" = None
