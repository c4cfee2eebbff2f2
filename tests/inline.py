"""An outbox without a thread of its own, for what takes more steps than round trips to a thread allow."""

from pathlib import Path

from tuimail.store.outbox import OutboxFile


def on_this_thread(path: Path) -> OutboxFile:
    """The real store; only its work is done at once, where it is called, and so is its closing."""
    store = OutboxFile(path)
    database = store._database

    async def run(job):
        return database._do(job)

    async def close():
        database._shut()
        database._rescue.close()

    database.run, database.close = run, close
    return store
