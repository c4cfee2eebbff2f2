"""Making the next thing while the last one is used."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")


async def ahead(things: AsyncGenerator[T, None]) -> AsyncGenerator[T, None]:
    """The same things, each made while the one before is used. Close it when leaving early."""
    coming = asyncio.ensure_future(_next(things))
    try:
        while found := await coming:
            coming = asyncio.ensure_future(_next(things))
            yield found[0]
    finally:
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)
        await things.aclose()


async def overlapped(things: AsyncGenerator[T, None], use: Callable[[T], Awaitable[None]]) -> None:
    """Use each of the things, beginning with one while the one before is in use; all begun is finished."""
    using: list[asyncio.Future[None]] = []
    try:
        async for thing in things:
            using.append(asyncio.ensure_future(use(thing)))
            if len(using) > 1:
                await using.pop(0)
        while using:
            await using.pop(0)
    finally:
        await asyncio.gather(*using, return_exceptions=True)


async def _next(things: AsyncGenerator[T, None]) -> tuple[T] | None:
    with suppress(StopAsyncIteration):
        return (await anext(things),)
    return None
