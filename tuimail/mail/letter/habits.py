"""How somebody writes: settings of the composer that the text itself depends on."""

from typing import Literal

from msgspec import Struct


class Habits(Struct, frozen=True):
    """`reply_above`: the answer stands above what it quotes, each line of which begins with `prefix`.

    `flowed`: paragraphs go out as format=flowed (RFC 3676). `large` is how many bytes of attachments are
    warned about. `on_server` is when a draft's copy goes to the server: on leaving, on saving, or never.
    """

    reply_above: bool = True
    prefix: str = "> "
    flowed: bool = False
    large: int = 20_000_000
    on_server: Literal["leave", "save", "never"] = "leave"
