"""What an engine keeps, in a folder of a test."""

from tuimail.backends.files import DiskFiles
from tuimail.engine.disk import Disk
from tuimail.store.after import AfterFile
from tuimail.store.cache import CacheFile
from tuimail.store.changes import ChangeFile
from tuimail.store.lock import SenderLockFile
from tuimail.store.outbox import OutboxFile


def disk_in(folder, name="test", outbox=None, files=None) -> Disk:
    """Processes of other names share it all but the cache."""
    return Disk(
        OutboxFile(folder / "outbox.db") if outbox is None else outbox,
        CacheFile(folder / f"{name}.cache.db"),
        ChangeFile(folder / "changes.db"),
        AfterFile(folder / "after.db"),
        SenderLockFile(folder / "sender.lock", name),
        SenderLockFile(folder / "replay.lock", name),
        DiskFiles() if files is None else files,
    )
