"""docs/keys.md, made from the table of keys: python -m tuimail.ui.keys_page > docs/keys.md"""

from tuimail.ui import keys
from tuimail.ui.keys import Place

INTRODUCTION = """# Keys

Made from the table in `tuimail/ui/keys.py`; `?` shows the same in the program (`f1` while typing), `ctrl+p`
finds every action by its name. The name in the last column is what a key map calls the action.
"""


def page() -> str:
    """The page as Markdown."""
    return INTRODUCTION + "".join(_section(place) for place in Place)


def _section(place: Place) -> str:
    rows = "".join(
        f"| {' '.join(f'`{name}`' for name in keys.names(key, {}))} | {key.tooltip} | `{key.id}` |\n"
        for key in keys.of(place)
    )
    return f"\n## {place.value}\n\n| key | | name |\n|---|---|---|\n{rows}"


if __name__ == "__main__":
    print(page(), end="")
