"""Themes: a TOML table of colours becomes a Textual theme."""

from collections.abc import Mapping
from typing import Any

from textual.theme import Theme

COLOURS = (
    "background",
    "text",
    "strong",
    "muted",
    "accent",
    "alert",
    "rule",
    "cursor",
    "cursor-text",
    "cursor-away",
    "bar",
)
"""What a theme names. `cursor` lies under `cursor-text` and, without the focus, `cursor-away` under `text`;
`bar` is the ground of the title and of the keys."""

READ = (
    ("text", "background"),
    ("strong", "background"),
    ("muted", "background"),
    ("accent", "background"),
    ("alert", "background"),
    ("cursor-text", "cursor"),
    ("text", "cursor-away"),
    ("text", "bar"),
    ("muted", "bar"),
    ("accent", "bar"),
    ("strong", "bar"),
)
"""The pairs that are read: WCAG AA asks 4.5 of each."""


class ThemeError(ValueError):
    """A theme's table lacks something."""


def theme(table: Mapping[str, Any]) -> Theme:
    """A theme from `name`, `dark` and `[colours]`. Raises ThemeError."""
    colours = table.get("colours", {})
    lacking = [name for name in COLOURS if name not in colours]
    if "name" not in table or lacking:
        raise ThemeError(f"theme {table.get('name', '(no name)')}: lacks {', '.join(lacking) or 'name'}")
    return Theme(
        name=str(table["name"]),
        dark=bool(table.get("dark", True)),
        primary=colours["accent"],
        accent=colours["accent"],
        warning=colours["alert"],
        error=colours["alert"],
        foreground=colours["text"],
        background=colours["background"],
        surface=colours["background"],
        panel=colours["bar"],
        variables=_variables(colours),
    )


def _variables(colours: Mapping[str, str]) -> dict[str, str]:
    """The names that app.tcss uses, and Textual's own where they would clash."""
    return {f"mail-{name}": colours[name] for name in COLOURS} | {
        "input-cursor-background": colours["text"],
        "input-cursor-foreground": colours["background"],
        "input-selection-background": colours["cursor"],
        "input-selection-foreground": colours["cursor-text"],
        "block-cursor-background": colours["cursor"],
        "block-cursor-foreground": colours["cursor-text"],
        "scrollbar": colours["rule"],
        "scrollbar-hover": colours["muted"],
        "scrollbar-active": colours["accent"],
        "scrollbar-background": colours["background"],
        "scrollbar-background-hover": colours["background"],
        "scrollbar-background-active": colours["background"],
        "scrollbar-corner-color": colours["background"],
    }


PLAIN: Mapping[str, Any] = {
    "name": "tuimail-dark",
    "dark": True,
    "colours": {
        "background": "#15181c",
        "text": "#c9ced6",
        "strong": "#f1f3f5",
        "muted": "#8a929e",
        "accent": "#6fc3b2",
        "alert": "#f0876f",
        "rule": "#343a43",
        "cursor": "#2a4a47",
        "cursor-text": "#ffffff",
        "cursor-away": "#22272d",
        "bar": "#15181c",
    },
}
"""What is used until, or where, no theme file is found."""
