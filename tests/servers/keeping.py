"""What a test needs to have a message kept: a keeper for a server of the tests, quick to give up."""

import contextlib
import ssl
import time

from builders import a_queued
from msgspec.structs import replace

from tuimail.backends.jmap.keeper import JmapKeeper
from tuimail.backends.jmap.server import JmapServer, Limits
from tuimail.mail.hold.item import Item

QUICK = Limits(connect=2, idle=2, whole=2, upload=2, looks=(0.01, 0.01))
HOUR = 3_600.0
TRUSTS_NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@contextlib.asynccontextmanager
async def jmap_keeper(url: str, user: str = "", secret: str = "pw", context=None, now=time.time, **server):
    """A JmapKeeper for this URL."""

    async def credential() -> str:
        return secret

    if url.startswith("http:"):
        context = TRUSTS_NOBODY
    made = JmapKeeper(JmapServer(url, user, **({"limits": QUICK} | server)), credential, context, now)
    try:
        yield made
    finally:
        await made.close()


def item_of(token: str, remote: str = "") -> Item:
    """What the outbox knows of the message with this token."""
    return replace(a_queued()[0], token=token, remote=remote)


def in_an_hour() -> float:
    return time.time() + HOUR
