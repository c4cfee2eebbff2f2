"""All keys, by place; written from the table in `keys`."""

from collections.abc import Iterable, Mapping

from textual.widget import Widget

from tuimail.ui.desk import Desk
from tuimail.ui.format.cells import Piece, Row, Tone, fit
from tuimail.ui.keys import Place, bindings, names, of
from tuimail.ui.screens.place import PlaceScreen
from tuimail.ui.widgets.row_view import RowView


def help_rows(here: Place | None, keymap: Mapping[str, str]) -> list[Row]:
    """Every key with what it does, those of `here` first."""
    places = [here] if here is not None else []
    places += [place for place in Place if place not in places]
    rows: list[Row] = []
    for place in places:
        rows.append((Piece(f" {place}", Tone.STRONG),))
        for key in of(place):
            shown = fit("  ".join(names(key, keymap)), 18)
            rows.append((Piece(f"   {shown}", Tone.ACCENT), Piece(key.tooltip)))
        rows.append(())
    return rows


class HelpRows(RowView):
    """The help as rows to scroll."""

    def __init__(self, rows: list[Row]) -> None:
        super().__init__()
        self._rows = rows

    def on_mount(self) -> None:
        self.set_count(len(self._rows))

    def row(self, index: int, width: int) -> Row:
        return self._rows[index]


class HelpScreen(PlaceScreen):
    """The keys, starting with those of the place one came from."""

    place = Place.HELP
    BINDINGS = bindings(Place.HELP)

    def __init__(self, desk: Desk, here: Place | None) -> None:
        super().__init__(desk)
        self._here = here

    def contents(self) -> Iterable[Widget]:
        yield HelpRows(help_rows(self._here, self.desk.keymap))

    def on_mount(self) -> None:
        self.titled("Help", "every action also stands under ctrl+p")
        self.query_one(HelpRows).focus()
