"""What every screen works with."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct
from textual.signal import Signal

from tuimail.engine.engine import Engine
from tuimail.engine.news import News
from tuimail.ui.background import Background
from tuimail.ui.habits import Habits
from tuimail.ui.held import Held

if TYPE_CHECKING:
    from tuimail.mail.when.calendar import Calendar


class Desk(Struct, frozen=True):
    """The engine, its news as a signal, the copy of the held mail, and the user's settings as plain values.

    `downloads` is the folder attachments are saved to, `editor` a command line, `on_quit` one of ask,
    agent, now, drafts, keep; `agent` sends while the screen is closed; `keymap` gives other keys to
    binding ids. `zone` (an IANA name) and `calendar` are the user's, asked for when a time is chosen;
    `habits` are remembered while the screen is open.
    """

    engine: Engine
    news: Signal[News]
    held: Held
    downloads: str
    editor: str
    on_quit: str
    agent: Background
    keymap: Mapping[str, str]
    zone: Callable[[], str]
    calendar: "Callable[[], Calendar]"
    habits: Habits
