"""Choosing files to attach: a path to type, and the folder it leads to."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label

from tuimail.mail.letter.safe import line
from tuimail.ui.desk import Desk
from tuimail.ui.files import Entry, anew, entries, whole
from tuimail.ui.format.cells import Piece, Row, Tone, fit, fit_right, spread
from tuimail.ui.format.times import date, size
from tuimail.ui.widgets.edge import keys_row
from tuimail.ui.widgets.painted import Painted
from tuimail.ui.widgets.rows import Rows
from tuimail.ui.work import caught_up, start

SHOWN, WIDEST = 10, 100
ANSWERS = (
    ("tab", "complete"),
    ("enter", "attach"),
    ("space", "mark"),
    ("backspace", "up"),
    ("alt+.", "hidden"),
    ("esc", "back"),
)


class FolderView(Rows):
    """The entries of a folder, some of them in sight, one of them the cursor's."""

    def __init__(self, desk: Desk, marked: set[str]) -> None:
        super().__init__()
        self._desk = desk
        self._marked = marked
        self.entries: tuple[Entry, ...] = ()
        self.folder = ""
        self.cursor = 0

    @property
    def current(self) -> Entry | None:
        return self.entries[self.cursor] if self.entries else None

    def show(self, folder: str, found: tuple[Entry, ...]) -> None:
        """Another folder, or fewer of it."""
        self.folder, self.entries, self.cursor = folder, found, 0
        self.refresh(layout=True)

    def move(self, rows: int) -> None:
        self.cursor = max(0, min(len(self.entries) - 1, self.cursor + rows))
        self.refresh()

    def rows(self, width: int) -> Sequence[Row]:
        if not self.entries:
            return [(Piece("   nothing here begins like this", Tone.MUTED),)]
        top = max(0, min(self.cursor - SHOWN // 2, len(self.entries) - SHOWN))
        wide = min(width, WIDEST)
        return [self._row(n, wide) for n in range(top, min(top + SHOWN, len(self.entries)))]

    def _row(self, number: int, width: int) -> Row:
        entry, here = self.entries[number], number == self.cursor
        mark = "*" if f"{self.folder}{entry.name}" in self._marked else " "
        now = self._desk.engine.now().wall
        about = "" if entry.folder else size(entry.size)
        right = f"{fit_right(about, 9)}  {fit(date(entry.changed, now), 8)} "
        name = Piece(line(entry.name) + "/" * entry.folder, Tone.STRONG if here else Tone.PLAIN)
        left = (Piece(" > " if here else "   ", Tone.ACCENT), Piece(f"{mark} ", Tone.ACCENT), name)
        return spread(left, (Piece(f"  {right}", Tone.MUTED),), width)


class PathInput(Input):
    """A path; between its names a space is a key."""

    def check_consume_key(self, key: str, character: str | None) -> bool:
        if key == "space" and self.value.endswith("/"):
            return False
        return super().check_consume_key(key, character)


class AttachScreen(ModalScreen[tuple[str, ...] | None]):
    """Answers whole paths, or None after escape. It begins in the folder of the last time."""

    AUTO_FOCUS = "Input"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", show=False, priority=True),
        Binding("up", "move(-1)", show=False, priority=True),
        Binding("pagedown", f"move({SHOWN})", show=False, priority=True),
        Binding("pageup", f"move(-{SHOWN})", show=False, priority=True),
        Binding("tab", "complete", show=False, priority=True),
        Binding("enter", "take", show=False, priority=True),
        Binding("space", "mark", show=False, priority=True),
        Binding("backspace", "up", show=False, priority=True),
        Binding("alt+full_stop", "hidden", show=False, priority=True),
        Binding("escape", "dismiss(None)", show=False),
    ]
    last: ClassVar[str] = "~/"

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._marked: set[str] = set()
        self._hidden = False
        self._shown: tuple[str, bool] | None = None
        self._view = FolderView(desk, self._marked)

    def compose(self) -> ComposeResult:
        field = PathInput(AttachScreen.last, compact=True, select_on_focus=False)
        yield Vertical(
            Horizontal(Label(" Attach  ", markup=False), field),
            self._view,
            Painted(lambda width: [keys_row(self._keys(), width)]),
        )

    @property
    def field(self) -> PathInput:
        return self.query_one(PathInput)

    def on_mount(self) -> None:
        self._look()

    def on_input_changed(self, event: Input.Changed) -> None:
        """What is typed behind a path that begins anew takes its place."""
        meant = anew(self.field.value)
        if meant != self.field.value:
            self._go(meant)
        self._look()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Between names, space marks and backspace goes up; within one they are letters as ever."""
        return action not in ("mark", "up") or self.field.value.endswith("/")

    def _keys(self) -> list[tuple[str, str]]:
        count = f"attach {len(self._marked)}" if self._marked else "attach"
        return [(key, count if label == "attach" else label) for key, label in ANSWERS]

    def _look(self) -> None:
        start(self, self._load, "look")

    async def _load(self) -> None:
        wanted = typed, hidden = self.field.value, self._hidden
        if self._shown == wanted:
            return
        found = await asyncio.to_thread(entries, typed, hidden)
        if wanted == (self.field.value, self._hidden) != self._shown:
            self._shown = wanted
            folder, slash, _ = anew(typed).rpartition("/")
            self._view.show(f"{folder}{slash}", found)

    def _go(self, path: str) -> None:
        self.field.value = path
        self.field.cursor_position = len(path)

    async def action_move(self, rows: int) -> None:
        await self._caught_up()
        self._view.move(rows)

    async def action_complete(self) -> None:
        """The name under the cursor in place of what is typed of it."""
        entry = await self._caught_up()
        if entry is not None:
            self._go(f"{self._view.folder}{entry.name}" + "/" * entry.folder)

    def action_up(self) -> None:
        path = Path(whole(self._view.folder or "."))
        self._go(f"{path.parent}/".replace("//", "/"))

    async def action_mark(self) -> None:
        entry = await self._caught_up()
        if entry is not None and not entry.folder:
            self._marked ^= {f"{self._view.folder}{entry.name}"}
            self._view.move(1)
            self.query_one(Painted).refresh()

    def action_hidden(self) -> None:
        self._hidden = not self._hidden
        self._look()

    async def action_take(self) -> None:
        """The marked files; else into the folder under the cursor, or that file; else what is typed."""
        entry, typed = await self._caught_up(), self.field.value.strip()
        if self._marked:
            self._answer(sorted(self._marked))
        elif entry is not None and entry.folder:
            self._go(f"{self._view.folder}{entry.name}/")
        elif entry is not None:
            self._answer([f"{self._view.folder}{entry.name}"])
        elif typed:
            self._answer([typed])

    def _answer(self, paths: list[str]) -> None:
        AttachScreen.last = paths[0].rpartition("/")[0] + "/" if "/" in paths[0] else AttachScreen.last
        self.dismiss(tuple(whole(path) for path in paths))

    async def _caught_up(self) -> Entry | None:
        """The entry under the cursor, once all that was typed is looked up."""
        await caught_up(self.field)
        await self._load()
        return self._view.current
