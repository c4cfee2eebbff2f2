"""What goes into a draft besides what is typed: files, templates, and who writes it."""

from functools import partial

from msgspec.structs import replace
from textual.widgets.text_area import Selection

from tuimail.mail.after.correction_text import MARK
from tuimail.mail.letter.address import show
from tuimail.mail.letter.draft import Draft
from tuimail.mail.letter.safe import line
from tuimail.mail.rule.decision import Decision, Guise
from tuimail.ui.desk import Desk
from tuimail.ui.screens.sending import SendingScreen
from tuimail.ui.widgets.address_field import AddressField, Field
from tuimail.ui.widgets.body_area import BodyArea
from tuimail.ui.widgets.files_field import FilesField
from tuimail.ui.widgets.from_field import FromField
from tuimail.ui.work import caught_up


class WritingScreen(SendingScreen):
    """A place in which a draft is written. `_draft` is the draft as it was opened, and who writes it."""

    def __init__(self, desk: Desk, draft: Draft) -> None:
        super().__init__(desk)
        self._draft = draft
        self._guise: Guise | None = None
        self._chose = False
        self._opened = draft

    @property
    def body(self) -> BodyArea:
        return self.query_one("#body", BodyArea)

    def changed(self) -> None:
        """Something of the draft is new."""
        raise NotImplementedError

    def filled(self, draft: Draft) -> None:
        """Show fields and text of this draft in place of those here."""
        for name in ("to", "cc", "subject"):
            field = self.query_one(f"#{name}")
            if isinstance(field, Field | AddressField) and field.text != getattr(draft, name):
                field.input.value = getattr(draft, name)
        self.body.replace(draft.body, (0, 0), self.body.document.end)
        self.body.move_cursor(draft.cursor)
        self.body.focus()

    def to_mark(self, place: tuple[int, int]) -> bool:
        """Select the mark that begins there, so that what is typed takes its place."""
        row, column = place
        text = self.body.document.get_line(row) if row < self.body.document.line_count else ""
        found = MARK.match(text, column)
        if found is not None:
            self.body.selection = Selection(place, (row, found.end()))
        return found is not None

    def from_the_top(self) -> None:
        """Show the text from its beginning, if what is selected is in sight then."""
        row = self.body.wrapped_document.location_to_offset(self.body.cursor_location).y
        if row < self.body.size.height:
            self.body.scroll_to(y=0, animate=False)

    def to_next_mark(self) -> bool:
        """In a correction: on to the next thing to fill in; False where there is none below."""
        if not self._draft.corrects or not self.body.has_focus:
            return False
        row, column = self.body.cursor_location
        for at, text in enumerate(self.body.text.split("\n")[row:], row):
            found = MARK.search(text, column if at == row else 0)
            if found is not None:
                return self.to_mark((at, found.start()))
        return False

    async def caught_up(self) -> None:
        """Wait for the letters that are on their way to the field with the focus."""
        if self.focused is not None:
            await caught_up(self.focused)

    def action_identity(self) -> None:
        """The next identity of all accounts; what a rule wishes does not change it any more."""
        drafts, here = self.desk.engine.drafts, self.draft
        known = drafts.identities()
        now = drafts.identity(here)
        place = known.index(now) if now in known else -1
        self._chose = True
        self._become(drafts.written_as(here, known[(place + 1) % len(known)]))

    def action_attach(self) -> None:
        from tuimail.ui.screens.attach import AttachScreen

        self.app.push_screen(AttachScreen(self.desk), self._attach_chosen)

    def action_template(self) -> None:
        self.work(self._choose_template, "template")

    def action_editor(self) -> None:
        self.work(self._edit, "editor")

    def on_body_area_paths_pasted(self, event: BodyArea.PathsPasted) -> None:
        """Files were dropped on the text: it may be them that are meant, or their names."""
        from tuimail.ui.screens.ask import ChoiceScreen

        names = ", ".join(path.rpartition("/")[2] for path in event.paths)
        question = line(f"Attach {names}?", 300)
        answers = {"enter": "attach", "t": "put the path into the text"}
        self.app.push_screen(ChoiceScreen(question, answers), partial(self._dropped, event))

    async def dress(self, decision: Decision) -> bool:
        """Let a rule say who writes, unless a person did; whether that changed something."""
        guise = decision.guise
        if guise == self._guise or self._chose or not await self._is_fresh():
            return False
        before, self._guise = self._guise, guise
        after = self.desk.engine.drafts.dressed(self.draft, guise or Guise("", None, ""), before)
        if after == self.draft:
            return False
        self._become(after)
        who = show(self.desk.engine.drafts.identity(after).address)
        self.say(f"You write as {who} · {line(guise.why)}" if guise is not None else f"You write as {who}")
        return True

    async def _is_fresh(self) -> bool:
        """Whether its recipients are new here: those of a draft that was kept have been decided about."""
        now, then = self.draft, self._opened
        if (now.to, now.cc, now.bcc) != (then.to, then.cc, then.bcc):
            return True
        return await self.desk.engine.drafts.open(now.id) is None

    def _become(self, draft: Draft) -> None:
        """Another sender, and their signature; what was typed stays where it is."""
        self._draft = replace(self._draft, account=draft.account, sender=draft.sender)
        if draft.body != self.body.text:
            cursor = self.body.cursor_location
            self.body.replace(draft.body, (0, 0), self.body.document.end)
            self.body.move_cursor(cursor)
        self.query_one(FromField).identity = self.desk.engine.drafts.identity(self._draft)
        self.changed()

    async def _choose_template(self) -> None:
        from tuimail.ui.screens.templates import TemplateScreen

        templates = await self.desk.engine.drafts.templates()
        if templates:
            self.app.push_screen(TemplateScreen(templates), self._template_chosen)
        else:
            self.say("No templates yet: put text files into templates/ beside your config.toml.")

    def _template_chosen(self, name: str | None) -> None:
        if name is not None:
            self.work(partial(self._fill, name), "template")

    async def _fill(self, name: str) -> None:
        self.filled(await self.desk.engine.drafts.filled(self.draft, name))

    def _attach_chosen(self, paths: tuple[str, ...] | None) -> None:
        if paths:
            self.work(partial(self._attach_all, paths), "attach")

    async def _attach_all(self, paths: tuple[str, ...]) -> None:
        """One after the other: those before one that can't be read are attached."""
        files = self.query_one(FilesField)
        for path in paths:
            files.files = (await self.desk.engine.drafts.attach(self.draft, path)).attachments
            self.changed()

    def _dropped(self, event: BodyArea.PathsPasted, answer: str | None) -> None:
        if answer == "enter":
            self._attach_chosen(event.paths)
        elif answer == "t":
            self.body.insert(event.text)

    async def _edit(self) -> None:
        from tuimail.ui.editor import edit

        await self.caught_up()
        text = await edit(self.app, self.desk.editor, self.body.text)
        if text != self.body.text:
            self.body.text = text
            self.body.move_cursor(self._draft.cursor)
