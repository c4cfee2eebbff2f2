"""The program before there is an account: the steps to the first one, and nothing else."""

import gc
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from textual.app import App
from textual.binding import Binding, BindingType
from textual.driver import Driver

from tuimail.engine.setup import Setup
from tuimail.ui import themes
from tuimail.ui.screens.account import AccountScreen
from tuimail.ui.screens.place import HEIGHTS, WIDTHS


class FirstApp(App[str]):
    """Returns `open` once there is an account, `demo` to look around first, None after ctrl+q.

    `looks` and `look` are as for the client.
    """

    CSS_PATH = "app.tcss"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+q", "quit", show=False, priority=True)]
    TITLE = "tuimail"
    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS

    def __init__(self, setup: Setup, looks: Iterable[Mapping[str, Any]] = (), look: str = "") -> None:
        self._looks = {one.name: one for one in map(themes.theme, (themes.PLAIN, *looks))}
        super().__init__()
        for one in self._looks.values():
            self.register_theme(one)
        self.set_reactive(App.theme, look if look in self._looks else "tuimail-dark")
        self.stylesheet.set_variables(self.get_css_variables())
        self._setup = setup

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return dict(self._looks["tuimail-dark"].variables)

    def get_driver_class(self) -> type[Driver]:
        usual = super().get_driver_class()
        if usual.__module__ != "textual.drivers.linux_driver":
            return usual
        from tuimail.ui.driver import LastingDriver

        return LastingDriver

    def on_mount(self) -> None:
        gc.enable()
        self.push_screen(AccountScreen(self._setup, first=True), self.exit)
