"""The program before there is an account: the steps to the first one, and nothing else."""

import gc
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from tuimail.engine.setup import Setup
from tuimail.ui.dressed import Dressed
from tuimail.ui.screens.account import AccountScreen


class FirstApp(Dressed[str]):
    """Returns `open` once there is an account, `demo` to look around first, None after ctrl+q."""

    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+q", "quit", show=False, priority=True)]

    def __init__(self, setup: Setup, looks: Iterable[Mapping[str, Any]] = (), look: str = "") -> None:
        super().__init__(looks, look)
        self._setup = setup

    def on_mount(self) -> None:
        gc.enable()
        self.push_screen(AccountScreen(self._setup, first=True), self.exit)
