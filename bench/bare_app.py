"""The least a Textual program can be: a line, a footer, and a key that changes the line."""

from typing import ClassVar

from textual.app import App, ComposeResult
from textual.widgets import Footer, Static


class Bare(App[None]):
    """`down` counts."""

    BINDINGS: ClassVar = [("down,pagedown", "count", "Count"), ("q", "quit", "Quit")]
    count = 0

    def compose(self) -> ComposeResult:
        yield Static("READY", id="line")
        yield Footer()

    def action_count(self) -> None:
        self.count += 1
        self.query_one("#line", Static).update(f"READY {self.count}")


if __name__ == "__main__":
    Bare().run()
