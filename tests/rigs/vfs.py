"""A SQLite VFS in front of the system's, by ctypes: sees every change of a file, and can make one fail.

While it is `watching`, `sqlite3.connect` goes through it unchanged: open, write, truncate, sync and delete
are handed to a watcher before they are done; reads, locks, shared memory and nameless temporary files go
straight to the system's VFS.
The structures are those of sqlite3.h (sqlite3_vfs, sqlite3_io_methods).
"""

import ctypes
import gc
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ctypes import CFUNCTYPE, POINTER, c_char_p, c_int, c_int64, c_void_p
from dataclasses import dataclass

OK = 0
FULL, READONLY, CANTOPEN = 13, 8, 14
IOERR_WRITE, IOERR_FSYNC, IOERR_TRUNCATE, IOERR_DELETE = 778, 1034, 1546, 2570

SYNCED_WITH_ITS_FOLDER = 0x00000800 | 0x00080000
"""SQLITE_OPEN_MAIN_JOURNAL and _WAL: the first sync of such a file, if it was made, also syncs its folder."""


@dataclass(frozen=True, slots=True)
class Call:
    """One change about to be made: `kind` is open (of a file that is not there yet), write, truncate, sync,
    delete. `data` and `offset` are of a write, `size` of a truncate; `folder` says that a sync or a delete
    includes the entry in the folder.
    """

    kind: str
    path: str
    data: bytes = b""
    offset: int = 0
    size: int = 0
    folder: bool = False


_SHIMS: list["Shim"] = []
"""Kept for good: SQLite may still point to their tables."""

Watcher = Callable[[Call], int]
"""Told before a change is made; its answer is OK, or the SQLite error the change fails with instead."""

OPEN = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_int, c_void_p)
DELETE = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int)
CLOSE = CFUNCTYPE(c_int, c_void_p)
WRITE = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)
TRUNCATE = CFUNCTYPE(c_int, c_void_p, c_int64)
SYNC = CFUNCTYPE(c_int, c_void_p, c_int)


class Methods(ctypes.Structure):
    _fields_ = [
        ("version", c_int),
        ("close", CLOSE),
        ("read", c_void_p),
        ("write", WRITE),
        ("truncate", TRUNCATE),
        ("sync", SYNC),
        ("others", c_void_p * 14),
    ]


class File(ctypes.Structure):
    _fields_ = [("methods", POINTER(Methods))]


class Vfs(ctypes.Structure):
    _fields_ = [
        ("version", c_int),
        ("file_size", c_int),
        ("path_size", c_int),
        ("next", c_void_p),
        ("name", c_char_p),
        ("data", c_void_p),
        ("open", OPEN),
        ("delete", DELETE),
        ("others", c_void_p * 15),
    ]


def missing() -> str:
    """Why this can't be had here; empty when it can."""
    try:
        _library()
    except OSError as error:
        return f"the SQLite of this Python is out of reach for ctypes ({error})"
    return ""


def _library() -> ctypes.CDLL:
    """The libsqlite3 that is loaded already. Raises OSError when there is none to be found."""
    sqlite3.connect(":memory:").close()
    with open("/proc/self/maps") as maps:
        paths = {line.split()[-1] for line in maps if "/libsqlite3.so" in line}
    if not paths:
        raise OSError("no libsqlite3 is mapped")
    library = ctypes.CDLL(paths.pop())
    library.sqlite3_libversion.restype = c_char_p
    if library.sqlite3_libversion().decode() != sqlite3.sqlite_version:
        raise OSError("another libsqlite3 is mapped")
    library.sqlite3_vfs_find.restype = POINTER(Vfs)
    return library


@contextmanager
def watching(watcher: Watcher, really_sync: bool = True) -> Iterator[None]:
    """Files opened inside go through `watcher`, and must be closed inside. Without `really_sync` the disk
    is not waited for, which changes nothing that a process can see.
    """
    shim = Shim(_library(), watcher, really_sync)
    _SHIMS.append(shim)
    shim.begin()
    try:
        yield
    finally:
        gc.collect()  # what an error still refers to keeps its connection open
        shim.end()


class Shim:
    """A copy of the default VFS whose open and delete are ours, and tables of methods whose writes are."""

    def __init__(self, library: ctypes.CDLL, watcher: Watcher, really_sync: bool) -> None:
        self._library, self._watcher, self._really_sync = library, watcher, really_sync
        self._below = library.sqlite3_vfs_find(None)
        self._vfs = Vfs.from_buffer_copy(self._below.contents)
        self._vfs.name, self._vfs.next = b"watched", None
        self._vfs.open, self._vfs.delete = OPEN(self._open), DELETE(self._delete)
        self._tables: dict[int, Methods] = {}
        self._files: dict[int, tuple[str, bool, Methods]] = {}

    def begin(self) -> None:
        self._library.sqlite3_vfs_register(ctypes.byref(self._vfs), 1)

    def end(self) -> None:
        self._library.sqlite3_vfs_register(self._below, 1)
        self._library.sqlite3_vfs_unregister(ctypes.byref(self._vfs))
        assert not self._files, "a file is still open"

    def _open(self, _vfs, name, file, flags, out):
        path = _text(name) if name else ""
        made = bool(path) and not os.path.exists(path)
        refused = self._watcher(Call("open", path)) if made else OK
        code = refused or self._below.contents.open(
            ctypes.addressof(self._below.contents), name, file, flags, out
        )
        opened = File.from_address(file)
        if code:
            opened.methods = None
        if code or not path:
            return code
        original = opened.methods.contents
        folder = made and bool(flags & SYNCED_WITH_ITS_FOLDER)
        self._files[file] = path, folder, original
        opened.methods = ctypes.pointer(self._table(original))
        return OK

    def _table(self, original: Methods) -> Methods:
        """Ours in place of `original`; one for each, kept for good since SQLite points to it."""
        place = ctypes.addressof(original)
        if place not in self._tables:
            table = Methods.from_buffer_copy(original)
            table.close, table.write = CLOSE(self._close), WRITE(self._write)
            table.truncate, table.sync = TRUNCATE(self._truncate), SYNC(self._sync)
            self._tables[place] = table
        return self._tables[place]

    def _close(self, file):
        _, _, original = self._files.pop(file)
        return original.close(file)

    def _write(self, file, data, length, offset):
        path, _, original = self._files[file]
        refused = self._watcher(Call("write", path, ctypes.string_at(data, length), offset))
        return refused or original.write(file, data, length, offset)

    def _truncate(self, file, size):
        path, _, original = self._files[file]
        return self._watcher(Call("truncate", path, size=size)) or original.truncate(file, size)

    def _sync(self, file, flags):
        path, folder, original = self._files[file]
        refused = self._watcher(Call("sync", path, folder=folder))
        self._files[file] = path, folder and bool(refused), original
        if refused or not self._really_sync:
            return refused
        return original.sync(file, flags)

    def _delete(self, _vfs, name, with_folder):
        refused = self._watcher(Call("delete", _text(name), folder=bool(with_folder)))
        below = ctypes.addressof(self._below.contents)
        return refused or self._below.contents.delete(below, name, with_folder and self._really_sync)


def _text(place: int) -> str:
    """The name at that place. Only the place may be handed on: SQLite keeps it."""
    return os.fsdecode(ctypes.string_at(place))
