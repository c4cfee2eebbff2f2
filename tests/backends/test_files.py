"""Reading what is attached and writing what is saved."""

import os
import stat
from pathlib import Path

import pytest

from tuimail.backends.files import DiskFiles
from tuimail.mail.errors import AttachmentError, SaveError

as_root = pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")


async def test_a_file_is_read_whole(tmp_path):
    (tmp_path / "report.pdf").write_bytes(b"\x00\r\n" * 1000)
    assert await DiskFiles().read(str(tmp_path / "report.pdf")) == b"\x00\r\n" * 1000


async def test_the_home_folder_may_be_written_as_a_tilde(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "a.txt").write_bytes(b"a")
    assert await DiskFiles().read("~/a.txt") == b"a"


async def test_a_link_to_a_file_can_be_attached(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"a")
    (tmp_path / "link").symlink_to(tmp_path / "a.txt")
    assert await DiskFiles().read(str(tmp_path / "link")) == b"a"


async def reading_fails(path: Path, largest: int = 100) -> str:
    with pytest.raises(AttachmentError) as caught:
        await DiskFiles(largest).read(str(path))
    assert "\n" not in str(caught.value)
    return str(caught.value)


async def test_a_missing_file_is_named(tmp_path):
    told = await reading_fails(tmp_path / "gone.pdf")
    assert "gone.pdf can't be attached: there is no such file" in told


async def test_a_folder_is_no_attachment(tmp_path):
    assert "it is a folder" in await reading_fails(tmp_path)


async def test_a_fifo_is_refused_and_never_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert "not a regular file" in await reading_fails(tmp_path / "pipe")


async def test_a_device_is_refused():
    assert "not a regular file" in await reading_fails(Path("/dev/zero"))


@as_root
async def test_a_file_one_may_not_read_says_so(tmp_path):
    (tmp_path / "locked").write_bytes(b"a")
    (tmp_path / "locked").chmod(0)
    assert "permission denied" in await reading_fails(tmp_path / "locked")


async def test_a_file_over_the_limit_is_not_read(tmp_path):
    (tmp_path / "big").write_bytes(b"a" * 101)
    assert "larger than" in await reading_fails(tmp_path / "big", largest=100)


async def test_a_file_at_the_limit_is_read(tmp_path):
    (tmp_path / "big").write_bytes(b"a" * 100)
    assert len(await DiskFiles(100).read(str(tmp_path / "big"))) == 100


async def test_a_file_that_is_longer_than_it_says_is_refused():
    assert "larger than" in await reading_fails(Path("/proc/self/environ"), largest=0)


async def test_a_name_with_an_escape_can_do_nothing_to_the_screen(tmp_path):
    assert "\x1b" not in await reading_fails(tmp_path / "a\x1b]0;b")


async def test_a_name_with_a_nul_is_an_ordinary_error(tmp_path):
    await reading_fails(tmp_path / "a\0b")


async def test_a_saved_file_is_private_and_complete(tmp_path):
    path = Path(await DiskFiles().save(str(tmp_path / "new"), "a.pdf", b"data"))
    assert path == tmp_path / "new" / "a.pdf"
    assert path.read_bytes() == b"data"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


async def test_a_file_is_never_written_over(tmp_path):
    paths = [await DiskFiles().save(str(tmp_path), "a.tar.pdf", bytes([n])) for n in range(3)]
    assert [Path(path).name for path in paths] == ["a.tar.pdf", "a.tar (2).pdf", "a.tar (3).pdf"]
    assert [Path(path).read_bytes() for path in paths] == [b"\0", b"\1", b"\2"]


async def test_a_link_of_that_name_is_not_followed(tmp_path):
    (tmp_path / "victim").write_bytes(b"precious")
    (tmp_path / "a.pdf").symlink_to(tmp_path / "victim")
    (tmp_path / "a (2).pdf").symlink_to(tmp_path / "nowhere")
    path = await DiskFiles().save(str(tmp_path), "a.pdf", b"data")
    assert Path(path).name == "a (3).pdf"
    assert (tmp_path / "victim").read_bytes() == b"precious"
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("name", ["", ".", "..", "../a", "/etc/passwd", "a\0b"])
async def test_a_name_that_leads_elsewhere_is_refused(tmp_path, name):
    with pytest.raises(SaveError):
        await DiskFiles().save(str(tmp_path / "in"), name, b"data")
    assert list(tmp_path.iterdir()) == []


async def test_a_full_disk_leaves_no_half_file(tmp_path, monkeypatch):
    real = os.fdopen

    class Full:
        def __init__(self, descriptor: int):
            self.file = real(descriptor, "wb")

        def __enter__(self):
            return self

        def __exit__(self, *error):
            self.file.close()

        def write(self, data):
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fdopen", lambda descriptor, mode: Full(descriptor))
    with pytest.raises(SaveError, match=r"a\.pdf was not saved in .*: no space left on device"):
        await DiskFiles().save(str(tmp_path), "a.pdf", b"data")
    assert list(tmp_path.iterdir()) == []
