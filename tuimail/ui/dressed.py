"""An application of ours, before anything is on it: themes, widths, and a terminal that can be lost."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from textual.app import App
from textual.driver import Driver

from tuimail.ui import themes
from tuimail.ui.screens.place import HEIGHTS, WIDTHS

LOOK = "tuimail-dark"

Answer = TypeVar("Answer")


class Dressed(App[Answer]):
    """`looks` are themes as read from TOML, `look` the name of the one to use; `LOOK` where there is none."""

    CSS_PATH = "app.tcss"
    TITLE = "tuimail"
    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS

    def __init__(self, looks: Iterable[Mapping[str, Any]], look: str) -> None:
        self._looks = {one.name: one for one in map(themes.theme, (themes.PLAIN, *looks))}
        super().__init__()
        for one in self._looks.values():
            self.register_theme(one)
        self._dress(look if look in self._looks else LOOK)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return dict(self._looks[LOOK].variables)

    def get_driver_class(self) -> type[Driver]:
        usual = super().get_driver_class()
        if usual.__module__ != "textual.drivers.linux_driver":
            return usual
        from tuimail.ui.driver import LastingDriver

        return LastingDriver

    def _dress(self, look: str) -> None:
        """Put on the first theme before any style is parsed, so that all are parsed once."""
        self.set_reactive(App.theme, look)
        self.stylesheet.set_variables(self.get_css_variables())
