"""Making an account: the steps, what each does, and what the world has to offer for it."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from tuimail.mail.errors import SecretError
from tuimail.mail.letter.address import check
from tuimail.mail.setup import form as forms
from tuimail.mail.setup.form import Form, Step
from tuimail.mail.setup.question import Question, questions, ways
from tuimail.mail.setup.setting import Setting

Tell = Callable[[str], None]
"""Shows a person a line meanwhile, such as the code to sign in with."""

ORDER = (Step.ADDRESS, Step.SERVERS, Step.LOGIN, Step.TEST, Step.SAVED)


class Tried(Struct, frozen=True):
    """One thing that was tried. Where it is not `good`, the answer to `question` is to be looked at."""

    what: str
    good: bool
    line: str
    question: str = ""


class Finder(Protocol):
    """Knows where mail servers are."""

    async def find(self, address: str) -> tuple[Setting, ...]:
        """What was found, the most trustworthy first. Nothing is logged in to, and nothing fails."""
        ...


class Tester(Protocol):
    """Tries an account before it is kept."""

    def tries(self, form: Form, secret: str, tell: Tell) -> AsyncIterator[Tried]:
        """Sign in where that is the way; log in to each server, and send nothing."""
        ...

    async def forget(self, but: str = "") -> None:
        """End the sign-ins that were made here, but for that of the account `but`."""
        ...


class Shelf(Protocol):
    """Where accounts are kept."""

    def names(self) -> Collection[str]:
        """The accounts there are. Raises ConfigError."""
        ...

    async def no_keyring(self) -> str:
        """Why no password can be kept on this computer; empty when it can."""
        ...

    async def keep(self, form: Form, secret: str) -> None:
        """Put the password into the keyring and the account into the configuration.

        Raises SecretError, ConfigError; then nothing was kept.
        """
        ...


class Setup:
    """One account in the making. What is typed stays, whichever way one goes; the secret is in memory alone.

    `found` are settings for the address, `setting` the one in use; `wrong` says what is wrong with an answer,
    by the id of its question; `tried` is what the last trial came to.
    """

    def __init__(self, finder: Finder, tester: Tester, shelf: Shelf) -> None:
        self._finder, self._tester, self._shelf = finder, tester, shelf
        self.step = Step.ADDRESS
        self.form = Form()
        self.secret = ""
        self.found: tuple[Setting, ...] = ()
        self.setting: Setting | None = None
        self.wrong: Mapping[str, str] = {}
        self.tried: tuple[Tried, ...] = ()
        self.no_keyring = ""
        self._looked_for = self._named = ""

    @property
    def questions(self) -> tuple[Question, ...]:
        return questions(self.step, self.form, self.setting, self.no_keyring)

    @property
    def works(self) -> bool:
        """Whether everything that was tried went well."""
        return bool(self.tried) and all(one.good for one in self.tried)

    def answer(self, question: str, value: str) -> None:
        """Take an answer; the fault that its field had is forgotten."""
        if question == "secret":
            self.secret = value
        else:
            self.form = replace(self.form, **{question: value})
        if question == "through":
            self._settle_way()
        self.wrong = {key: why for key, why in self.wrong.items() if key != question}

    def value(self, question: str) -> str:
        """What was answered so far."""
        return self.secret if question == "secret" else str(getattr(self.form, question))

    def back(self) -> bool:
        """A step back; False where there is none."""
        at = ORDER.index(self.step)
        if at == 0:
            return False
        self.step = ORDER[at - 1]
        return True

    def other(self) -> None:
        """The next of the settings that were found."""
        if self.found:
            at = self.found.index(self.setting) if self.setting in self.found else -1
            self._take(self.found[(at + 1) % len(self.found)])

    async def forward(self) -> None:
        """Do what the step is for and go on, unless an answer is wrong. Cancelling it stays in the step.

        A password that the keyring won't have leads back to the way to log in. Raises ConfigError.
        """
        self.wrong = forms.faults(self.step, self.form, self.secret, self._shelf.names())
        if self.wrong:
            return
        match self.step:
            case Step.ADDRESS:
                await self._look()
            case Step.SERVERS:
                self.no_keyring = await self._shelf.no_keyring()
                self._settle_way()
            case Step.TEST if not await self._kept():
                return
            case _:
                pass
        self.step = ORDER[min(ORDER.index(self.step) + 1, len(ORDER) - 1)]

    async def leave(self) -> None:
        """Leave nothing behind of an account that is not kept."""
        self.secret = ""
        await self._tester.forget(but=self.form.name if self.step is Step.SAVED else "")

    async def tries(self, tell: Tell) -> AsyncIterator[Tried]:
        """Try everything; each result as it comes. What failed stands beside its question afterwards."""
        self.tried = ()
        async for one in self._tester.tries(self.form, self.secret, tell):
            self.tried = (*self.tried, one)
            yield one
        self.wrong = {one.question: one.line for one in self.tried if not one.good and one.question}

    def mend(self) -> None:
        """Back to the step that asks for what failed."""
        for step in (Step.SERVERS, Step.LOGIN):
            asked = questions(step, self.form, self.setting, self.no_keyring)
            if any(question.id in self.wrong for question in asked):
                self.step = step
                return
        self.step = Step.LOGIN

    async def _kept(self) -> bool:
        try:
            await self._shelf.keep(self.form, self.secret)
        except SecretError as error:
            self.wrong, self.step = {"way": str(error)}, Step.LOGIN
            return False
        await self._tester.forget(but=self.form.name)
        self.secret = ""
        return True

    async def _look(self) -> None:
        address = check(self.form.address.strip())
        if address != self._looked_for:
            found = await self._finder.find(address)
            self.form = replace(self.form, address=self.form.address.strip())
            self._looked_for, self.found = address, found
            self._take(found[0] if found else None)

    def _take(self, setting: Setting | None) -> None:
        """Use it; a name that nobody typed is made anew."""
        before = "" if self.form.name == self._named else self.form.name
        self.setting = setting
        self.form = forms.with_setting(replace(self.form, name=before), setting, self._shelf.names())
        self._named = self.form.name if not before else ""

    def _settle_way(self) -> None:
        """A way that is offered no longer gives place to the first that is."""
        offered = ways(self.form, self.no_keyring)
        if self.form.way not in offered:
            self.form = replace(self.form, way=offered[0])
