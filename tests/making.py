"""An account in the making, with a world that does what a test says."""

import asyncio

from tuimail.engine.setup import Setup, Tried
from tuimail.mail.errors import SecretError
from tuimail.mail.setup import providers
from tuimail.mail.setup.server import Server
from tuimail.mail.setup.setting import Setting

SERVERS = Server("imap.example.jp", 993), Server("smtp.example.jp", 465)
OWN = Setting("the autoconfig file of example.jp", *SERVERS, "hanako@example.jp", sure=True)
GMAIL = providers.of("gmail.com").setting("hanako@gmail.com")
WORK = providers.receiving([".mail.protection.outlook.com"]).setting("hanako@example.jp", "the DNS (MX)")


class World:
    """Finder, tester and shelf in one. The right secret is `right`; `gate` holds up what is under way."""

    def __init__(self, *found: Setting, no_keyring: str = "", full: bool = False) -> None:
        self.found, self.keyring, self.full = found, no_keyring, full
        self.looked, self.tested, self.kept, self.forgotten = [], [], [], []
        self.gate = asyncio.Event()
        self.gate.set()

    async def find(self, address):
        await self.gate.wait()
        self.looked.append(address)
        return self.found

    async def tries(self, form, secret, tell):
        if form.signs_in:
            tell("open https://login.example and type the code ABCD")
        await self.gate.wait()
        self.tested.append(form)
        yield Tried("mail in", True, "imap.example.jp:993 lets us in")
        good = secret == "right" or form.way != "password"
        said = "it takes mail" if good else "refused the login; look at user and password: 535 違います"
        yield Tried("mail out", good, said, "" if good else "secret")

    async def forget(self, but=""):
        self.forgotten.append(but)

    def names(self):
        return ("work",)

    async def no_keyring(self):
        return self.keyring

    async def keep(self, form, secret):
        if self.full:
            raise SecretError("the keyring did not keep the password; give password_command")
        self.kept.append((form, secret))

    def setup(self) -> Setup:
        return Setup(self, self, self)
