"""What is kept of a sign-in: encrypted, renewed once for all processes, and said when it is lost."""

import asyncio
import os
import subprocess
import sys
import textwrap
import threading
import time

import keyring
import keyring.backends.null
import pytest

from tuimail.backends.oauth.grant import GRAPH, MAIL
from tuimail.backends.oauth.token_cache import TokenFile
from tuimail.mail.errors import LoginError, MailboxError, SecretError

BOTH = (GRAPH, MAIL)
SIGN_IN_AGAIN = "its mail is kept; sign in again: tuimail account sign-in work"


async def test_who_signed_in_once_has_tokens_in_every_process(sign_in, authority, person):
    assert await sign_in().by_browser(BOTH, person) == "alice@example.test"
    for process in (sign_in(), sign_in()):
        assert "graph" in authority.access[await process.token(GRAPH)]
        assert "outlook" in authority.access[await process.token(MAIL)]
    kept = await sign_in().kept()
    assert (kept.user, kept.tenant) == ("alice@example.test", authority.tenant)


async def test_a_token_in_hand_asks_nobody(sign_in, authority, person, memory):
    own = sign_in()
    await own.by_browser(BOTH, person)
    token = await own.token(GRAPH)
    asked = len(authority.asked)
    memory.kept.clear()
    assert await own.token(GRAPH) == token
    assert len(authority.asked) == asked


async def test_a_token_in_hand_that_a_server_refused_is_renewed(sign_in, person):
    own = sign_in()
    await own.by_browser(BOTH, person)
    token = await own.token(GRAPH)
    renewed = await own.token(GRAPH, refused=token)
    assert renewed != token
    assert await own.token(GRAPH, refused=token) == renewed


async def test_nothing_can_be_read_in_the_file_and_nobody_else_can_open_it(
    sign_in, authority, person, tmp_path, memory
):
    await sign_in().by_browser(BOTH, person)
    await sign_in().token(MAIL)
    folder = tmp_path / "sign-ins"
    assert folder.stat().st_mode & 0o777 == 0o700
    for path in folder.iterdir():
        assert path.stat().st_mode & 0o777 == 0o600
        raw = path.read_bytes()
        assert not [secret for secret in authority.secrets() if secret.encode() in raw]
    assert [len(key) for key in memory.kept.values()] == [64]
    assert not [key for key in memory.kept.values() if bytes.fromhex(key) in raw]


def test_what_is_made_for_a_sign_in_is_private_whatever_is_usual_here(tmp_path):
    before = os.umask(0)
    try:
        own = TokenFile(tmp_path / "tuimail" / "sign-ins", "work")
        os.close(own._opened())
        own.write(bytes(32), "x")
    finally:
        os.umask(before)
    for path in (tmp_path / "tuimail").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0
    assert (tmp_path / "tuimail").stat().st_mode & 0o777 == 0o700


def test_a_link_in_the_place_of_a_sign_in_is_replaced_and_not_followed(tmp_path):
    folder, elsewhere = tmp_path / "sign-ins", tmp_path / "elsewhere"
    elsewhere.write_bytes(b"theirs")
    own = TokenFile(folder, "work")
    os.close(own._opened())
    own._path.symlink_to(elsewhere)
    own.write(bytes(32), "x")
    assert elsewhere.read_bytes() == b"theirs"
    assert not own._path.is_symlink()


async def test_who_is_not_signed_in_is_told_how(sign_in):
    with pytest.raises(SecretError) as caught:
        await sign_in().token(GRAPH)
    assert str(caught.value) == f"work is not signed in; {SIGN_IN_AGAIN}"
    assert await sign_in().kept() is None


@pytest.mark.parametrize("damage", ["cut", "bit", "empty", "key gone", "another key", "another account"])
async def test_a_lost_key_and_a_damaged_file_say_so_and_signing_in_again_mends_it(
    sign_in, person, tmp_path, memory, damage
):
    own = sign_in()
    await own.by_browser(BOTH, person)
    (file,) = (tmp_path / "sign-ins").glob("*.tokens")
    raw = file.read_bytes()
    match damage:
        case "cut":
            file.write_bytes(raw[:-20])
        case "bit":
            file.write_bytes(raw[:-1] + bytes([raw[-1] ^ 1]))
        case "empty":
            file.write_bytes(b"")
        case "key gone":
            memory.kept.clear()
        case "another key":
            memory.kept = dict.fromkeys(memory.kept, os.urandom(32).hex())
        case "another account":
            (key,) = memory.kept.values()
            other = TokenFile(tmp_path / "sign-ins", "other")
            other.write(bytes.fromhex(key), "{}")
            (added,) = set((tmp_path / "sign-ins").glob("*.tokens")) - {file}
            added.replace(file)
    with pytest.raises(SecretError) as caught:
        await sign_in().token(GRAPH)
    assert "damaged, or its key is gone" in str(caught.value)
    assert str(caught.value).endswith(SIGN_IN_AGAIN)
    await sign_in().by_browser(BOTH, person)
    assert await sign_in().token(GRAPH)
    assert await own.token(GRAPH)


async def test_a_new_sign_in_elsewhere_takes_the_place_of_the_token_in_hand(sign_in, person):
    own = sign_in()
    await own.by_browser(BOTH, person)
    first = await own.token(GRAPH)
    await sign_in().by_browser(BOTH, person)
    second = await own.token(GRAPH)
    assert second != first
    assert second == await sign_in().token(GRAPH)


async def test_who_signs_out_is_signed_out_everywhere_on_this_computer(sign_in, person, tmp_path, memory):
    own = sign_in()
    await own.by_browser(BOTH, person)
    await own.token(GRAPH)
    assert await sign_in().forget() is True
    assert memory.kept == {}
    assert not list((tmp_path / "sign-ins").glob("*.tokens"))
    with pytest.raises(SecretError, match="work is not signed in"):
        await own.token(GRAPH)
    assert await sign_in().forget() is False


async def test_without_a_keyring_nobody_signs_in_for_nothing(sign_in, person, monkeypatch):
    keyring.set_keyring(keyring.backends.null.Keyring())
    with pytest.raises(SecretError, match="no keyring that keeps passwords safe; give token_command"):
        await sign_in().by_browser(BOTH, person)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    with pytest.raises(SecretError, match="did not keep the sign-in of work; give token_command"):
        await sign_in().by_browser(BOTH, person)
    assert person.shown == []


async def test_many_that_ask_at_once_are_answered_by_one_renewal(sign_in, authority, person):
    authority.lifetime = 60
    await sign_in().by_browser(BOTH, person)
    authority.lifetime = 3600
    asked = len(authority.asked)
    ones = [sign_in() for _ in range(4)]
    tokens = await asyncio.gather(*(own.token(GRAPH) for own in ones for _ in range(3)))
    assert len(set(tokens)) == 1
    assert len(authority.asked) == asked + 1


async def test_a_renewal_that_nobody_waits_for_any_more_is_kept_all_the_same(sign_in, authority, person):
    authority.lifetime = 60
    await sign_in().by_browser(BOTH, person)
    authority.lifetime, authority.slow = 3600, 0.15
    own = sign_in()
    task = asyncio.create_task(own.token(GRAPH))
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    authority.slow = 0
    token = await sign_in().token(GRAPH)
    assert token == await own.token(GRAPH)
    assert len([1 for asked in authority.asked if asked.get("grant_type") == "refresh_token"]) <= 2


async def test_a_challenge_that_only_a_person_can_meet_goes_along_with_the_next_sign_in(
    sign_in, authority, person
):
    await sign_in().by_browser((GRAPH,), person)
    authority.refuse = ("interaction_required", [50076])
    with pytest.raises(LoginError, match="a second factor is asked for"):
        await sign_in().token(GRAPH, '{"access_token": {"acrs": {"essential": true, "value": "c1"}}}')
    await sign_in().by_browser((GRAPH,), person)
    assert "acrs" in person.shown[-1].url
    await sign_in().by_browser((GRAPH,), person)
    assert "acrs" not in person.shown[-1].url


async def test_a_process_that_never_lets_go_is_not_waited_for_for_ever(
    sign_in, person, tmp_path, monkeypatch
):
    await sign_in().by_browser(BOTH, person)
    monkeypatch.setattr("tuimail.backends.oauth.token_cache.LOCK_SECONDS", 0.1)
    async with TokenFile(tmp_path / "sign-ins", "work").locked():
        with pytest.raises(MailboxError, match="another tuimail has been busy") as caught:
            await sign_in().token(GRAPH)
    assert not isinstance(caught.value, LoginError)
    assert await sign_in().token(GRAPH)


@pytest.mark.parametrize("account", ["../../etc", "日本語" * 20, "a b", "."])
async def test_any_account_name_is_a_good_file_name(tmp_path, account):
    file = TokenFile(tmp_path, account)
    async with file.locked():
        file.write(bytes(32), "kept")
    assert file.read(bytes(32)) == "kept"
    assert len(list(tmp_path.iterdir())) == 2


def test_a_file_that_can_t_be_written_is_told_in_one_line(tmp_path, monkeypatch):
    (tmp_path / "sign-ins").mkdir()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SecretError, match="can't be read or kept here: no space left on device"):
        TokenFile(tmp_path / "sign-ins", "work").write(bytes(32), "kept")
    assert list((tmp_path / "sign-ins").iterdir()) == []


PROCESS = """
    import asyncio, sys, keyring
    from keyring.backend import KeyringBackend
    from pathlib import Path
    from tuimail.backends.oauth.microsoft import Client, Microsoft
    from tuimail.backends.oauth.sign_in import SignIn

    class Fixed(KeyringBackend):
        priority = 1
        def get_password(self, service, name): return sys.argv[3]
        def set_password(self, service, name, secret): raise RuntimeError
        def delete_password(self, service, name): raise RuntimeError

    async def main():
        keyring.set_keyring(Fixed())
        for _ in range(int(sys.argv[4])):
            microsoft = Microsoft("work", Client("client", authority=sys.argv[2]))
            await SignIn("work", Path(sys.argv[1]), microsoft).token("graph")

    asyncio.run(main())
"""


async def test_processes_that_renew_at_once_never_lose_the_refresh_token(
    sign_in, authority, person, memory, tmp_path
):
    authority.lifetime = 1
    await sign_in().by_browser((GRAPH,), person)
    (key,) = memory.kept.values()
    words = [str(tmp_path / "sign-ins"), authority.url, key, os.environ.get("TUIMAIL_RENEWALS", "8")]
    code = textwrap.dedent(PROCESS)
    processes = [subprocess.Popen([sys.executable, "-c", code, *words]) for _ in range(3)]
    statuses = await asyncio.gather(*(asyncio.to_thread(process.wait, 60) for process in processes))
    assert statuses == [0, 0, 0]
    assert len([1 for asked in authority.asked if asked.get("grant_type") == "refresh_token"]) == 3 * int(
        words[3]
    )
    assert len(authority.refresh) == 1


async def test_the_keyring_is_never_asked_on_the_loop(sign_in, person, memory):
    await sign_in().by_browser((GRAPH,), person)
    main = threading.current_thread()
    seen: list[threading.Thread] = []
    plain = memory.get_password

    def get(service, username):
        seen.append(threading.current_thread())
        time.sleep(0.01)
        return plain(service, username)

    memory.get_password = get
    await sign_in().token(GRAPH)
    assert seen
    assert main not in seen
