"""How a connection to an IMAP server is opened: with a secret that is asked for each time."""

import asyncio
import ssl
from typing import TYPE_CHECKING

from tuimail.backends import network
from tuimail.backends.imap.server import Credential, ImapServer
from tuimail.mail.errors import LoginError, SecretError

if TYPE_CHECKING:
    from tuimail.backends.imap.session import ImapSession


class ImapOpener:
    """`context` trusts what the system trusts unless given. The secret is asked for once TLS was verified."""

    def __init__(self, server: ImapServer, credential: Credential, context: ssl.SSLContext | None) -> None:
        self.server = server
        self._credential = credential
        self._context = context

    def opened(self, loop: asyncio.AbstractEventLoop) -> "ImapSession":
        """A connection that is logged in. Runs on a thread of its own. Raises MailboxError."""
        from tuimail.backends.imap.session import ImapSession

        if self._context is None:
            self._context = network.trusted()
        session = ImapSession(self.server, self._context)
        try:
            session.login(self._asked(loop))
        except BaseException:
            session.hang_up()
            raise
        return session

    def _asked(self, loop: asyncio.AbstractEventLoop) -> str:
        """The secret, from the loop; the coroutine is closed even when the loop ended meanwhile."""
        asking = self._secret()
        try:
            return asyncio.run_coroutine_threadsafe(asking, loop).result()
        finally:
            asking.close()

    async def _secret(self) -> str:
        try:
            return await self._credential()
        except SecretError as error:
            raise LoginError(str(error)) from error
