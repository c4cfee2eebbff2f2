"""The text of a draft. A path that is pasted or dropped on it may become an attachment."""

from textual import events
from textual.message import Message
from textual.widgets import TextArea

from tuimail.ui.files import pasted


class BodyArea(TextArea):
    """A TextArea that asks what is meant when somebody drops files on the terminal."""

    class PathsPasted(Message):
        """The paths of files that are there, and the text they were pasted as."""

        def __init__(self, paths: tuple[str, ...], text: str) -> None:
            super().__init__()
            self.paths = paths
            self.text = text

    def on_paste(self, event: events.Paste) -> None:
        if paths := pasted(event.text):
            event.stop()
            event.prevent_default()
            self.post_message(self.PathsPasted(paths, event.text))
