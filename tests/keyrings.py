"""A keyring that keeps its passwords as long as a test runs."""

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

import keyring
import keyring.backend


class Memory(keyring.backend.KeyringBackend):
    priority = 1

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


@contextlib.contextmanager
def in_memory() -> Iterator[Memory]:
    """It is the system's meanwhile."""
    before, named = keyring.get_keyring(), os.environ.pop("PYTHON_KEYRING_BACKEND", None)
    own = Memory()
    keyring.set_keyring(own)
    try:
        yield own
    finally:
        keyring.set_keyring(before)
        if named is not None:
            os.environ["PYTHON_KEYRING_BACKEND"] = named


class OnDisk(keyring.backend.KeyringBackend):
    """One for several processes, named in PYTHON_KEYRING_BACKEND; its file is `$TEST_KEYRING`."""

    priority = 1

    def get_password(self, service: str, username: str) -> str | None:
        return self._kept().get(f"{service}\0{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        self._keep(self._kept() | {f"{service}\0{username}": password})

    def delete_password(self, service: str, username: str) -> None:
        kept = self._kept()
        del kept[f"{service}\0{username}"]
        self._keep(kept)

    def _kept(self) -> dict[str, str]:
        file = Path(os.environ["TEST_KEYRING"])
        return json.loads(file.read_text()) if file.exists() else {}

    def _keep(self, kept: dict[str, str]) -> None:
        Path(os.environ["TEST_KEYRING"]).write_text(json.dumps(kept))
