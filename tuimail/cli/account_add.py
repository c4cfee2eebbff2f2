"""`tuimail account add`: the steps to an account, asked one by one in a terminal."""

import asyncio
import getpass
import sys
from collections.abc import Callable

from tuimail.cli.account_test import shown
from tuimail.cli.exits import NO_PERMISSION, UNAVAILABLE, USAGE, Fault
from tuimail.engine.setup import Setup
from tuimail.mail.letter.safe import line
from tuimail.mail.setup.form import Step
from tuimail.mail.setup.question import Question
from tuimail.paths import Paths
from tuimail.wiring.setup import new_account

MEND, AGAIN, KEEP, LEAVE = "m", "t", "k", "q"
LOGINS = ("secret", "command", "client_id", "client_file")

Ask = Callable[[str, bool], str]
"""Asks for a line; the flag says that it is not to be seen. Raises EOFError when there is none."""


def run(places: Paths, address: str) -> int:
    """Ask till the account is kept, or the person leaves. Raises ConfigError, SecretError."""
    if not sys.stdin.isatty():
        raise Fault(USAGE, "account add asks questions and needs a terminal; nothing was changed")
    setup = new_account(places)
    setup.answer("address", address)
    with asyncio.Runner() as runner:
        try:
            code = Asking(setup, _typed, runner).all(bool(address))
        except (EOFError, KeyboardInterrupt):
            print()
            runner.run(setup.leave())
            raise Fault(USAGE, "left before the end; nothing was kept") from None
    if code == 0:
        print(f"Kept in {places.config}. Open your mail with: tuimail")
    return code


class Asking:
    """The steps of one account on a terminal; the loop runs between the questions alone."""

    def __init__(self, setup: Setup, ask: Ask, runner: asyncio.Runner) -> None:
        self._setup, self._ask, self._runner = setup, ask, runner

    def all(self, has_address: bool = False) -> int:
        """Go through them; 0 once the account is kept."""
        skipped = {"address"} if has_address else set()
        while self._setup.step is not Step.SAVED:
            if self._setup.step is Step.TEST:
                if code := self._trial():
                    return code
                continue
            print(f"\n{self._setup.step}")
            self._about()
            self._answers(skipped)
            self._forward()
            skipped = {one.id for one in self._setup.questions if one.id not in self._setup.wrong}
            skipped = skipped if self._setup.wrong else set()
        return 0

    def _about(self) -> None:
        """What there is to know before the questions of a step."""
        setup = self._setup
        if setup.step is Step.SERVERS:
            self._found()
        if setup.step is Step.LOGIN and setup.no_keyring:
            print(f"  {setup.no_keyring}")
        if setup.step in (Step.SERVERS, Step.LOGIN) and setup.setting and setup.setting.help:
            print(f"  {setup.setting.help}")

    def _found(self) -> None:
        setup = self._setup
        if setup.setting is None:
            print("  Nothing was found; your provider's help pages name the servers.")
            return
        if len(setup.found) > 1 and not setup.wrong:
            for number, one in enumerate(setup.found, 1):
                print(f"  {number}  {one.imap}, by {line(one.source)}")
            number = self._number("Which", len(setup.found))
            while setup.found.index(setup.setting) != number - 1:
                setup.other()
        print(f"  Found by {line(setup.setting.source)}.")
        if setup.setting.doubt:
            print(f"  {setup.setting.doubt}")

    def _answers(self, skipped: set[str]) -> None:
        """Ask what the step asks; an answer may change what is asked next."""
        asked = set(skipped)
        while left := [one for one in self._setup.questions if one.id not in asked]:
            asked.add(left[0].id)
            self._answer(left[0])

    def _answer(self, question: Question) -> None:
        setup = self._setup
        if fault := setup.wrong.get(question.id):
            print(f"  ! {fault}")
        if question.choices:
            if len(question.choices) > 1:
                setup.answer(question.id, self._choice(question))
            return
        before = setup.value(question.id)
        known = "" if question.secret else before
        hint = f" [{line(known)}]" if known else f" ({question.hint})" if question.hint else ""
        setup.answer(question.id, self._ask(f"  {question.label}{hint}: ", question.secret) or before)

    def _choice(self, question: Question) -> str:
        at = question.choices.index(self._setup.value(question.id))
        for number, choice in enumerate(question.choices, 1):
            print(f"  {number}  {choice}")
        return question.choices[self._number(question.label, len(question.choices), at + 1) - 1]

    def _number(self, label: str, most: int, before: int = 1) -> int:
        while True:
            said = self._ask(f"  {label} [{before}]: ", False).strip() or str(before)
            if said.isdecimal() and 1 <= int(said) <= most:
                return int(said)

    def _forward(self) -> None:
        setup = self._setup
        if setup.step is Step.ADDRESS:
            print("  Looking for its servers…", flush=True)
        self._runner.run(setup.forward())

    def _trial(self) -> int:
        """Try the servers, then keep the account, or ask what to do; 0 to go on."""
        setup = self._setup
        print(f"\n{setup.step}")
        self._runner.run(self._tries())
        if setup.works:
            self._forward()
            return 0
        said = self._ask(
            f"  {MEND} mend  {AGAIN} try again  {KEEP} keep it anyway  {LEAVE} leave [m]: ", False
        )
        answer = said.strip().lower() or MEND
        if answer == KEEP:
            self._forward()
        elif answer == MEND:
            setup.mend()
        elif answer == LEAVE:
            self._runner.run(setup.leave())
            print("Nothing was kept.")
            refused = any(one.question in LOGINS for one in setup.tried if not one.good)
            return NO_PERMISSION if refused else UNAVAILABLE
        return 0

    async def _tries(self) -> None:
        async for one in self._setup.tries(_tell):
            print(f"  {shown(one)}", flush=True)


def _tell(words: str) -> None:
    print(f"  {words}", flush=True)


def _typed(prompt: str, secret: bool) -> str:
    return getpass.getpass(prompt) if secret else input(prompt)
