"""The command palette: every action of the place one is in, from the table of keys."""

from collections.abc import Callable, Iterator
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from tuimail.ui import keys
from tuimail.ui.keys import Key, Place
from tuimail.ui.screens.place import PlaceScreen


class Actions(Provider):
    """The actions, and the themes."""

    async def discover(self) -> Hits:
        for words, help_, run in self._all():
            yield DiscoveryHit(Content(words), run, words, help_)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for words, help_, run in self._all():
            score = max(matcher.match(words), matcher.match(help_) / 2)
            if score > 0:
                yield Hit(score, Content(words), run, words, help_)

    def _all(self) -> Iterator[tuple[str, str, Callable[[], object]]]:
        for key in self._keys():
            name = keys.names(key, {})[0]
            yield f"{key.label}  ({name})", key.tooltip, partial(self._run, key)
        if getattr(self.app, "setup", None) is not None:
            yield "add an account", "One more mail account, step by step", self._add_account
        for theme in sorted(self.app.available_themes):
            if theme.startswith("tuimail"):
                yield f"theme {theme}", "Other colours", partial(setattr, self.app, "theme", theme)

    def _keys(self) -> tuple[Key, ...]:
        screen = self.screen
        own = keys.of(screen.place) if isinstance(screen, PlaceScreen) else ()
        return tuple(key for key in (*own, *keys.of(Place.EVERYWHERE)) if key.id != "palette")

    async def _add_account(self) -> None:
        await self.app.run_action("app.add_account")

    async def _run(self, key: Key) -> None:
        await self.app.run_action(key.action, self.screen)
