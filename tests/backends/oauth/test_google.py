"""Signing in to Google with a client of one's own, against an authority on loopback."""

import asyncio
import json
import urllib.parse

import pytest
from servers.authority import Authority

from tuimail.backends.oauth import google as module
from tuimail.backends.oauth.google import Google, client_of
from tuimail.backends.oauth.grant import MAIL
from tuimail.backends.oauth.sign_in import SignIn
from tuimail.mail.errors import ConfigError, LoginError, MailboxError, SecretError

SIGN_IN_AGAIN = "its mail is kept; sign in again: tuimail account sign-in work"


@pytest.fixture
def authority():
    with Authority() as running:
        running.client_secret = "canary-client-secret"
        yield running


@pytest.fixture
def client_file(authority, tmp_path):
    def made(**other):
        client = {
            "client_id": "id.apps.googleusercontent.com",
            "client_secret": authority.client_secret,
            "auth_uri": f"{authority.url}/o/oauth2/auth",
            "token_uri": f"{authority.url}/token",
            "redirect_uris": ["http://localhost"],
        } | other
        file = tmp_path / "client.json"
        file.write_text(json.dumps({"installed": client}))
        return str(file)

    return made


@pytest.fixture
def google(client_file):
    def made(**how):
        return Google("work", client_of(client_file()), "alice@example.test", **how)

    return made


async def test_a_person_signs_in_in_a_browser_with_pkce_and_a_state(google, authority, person):
    grant = await google().by_browser((MAIL,), person)
    assert grant.token in authority.access
    asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(person.shown[0].url).query))
    assert asked["scope"] == "https://mail.google.com/"
    assert asked["redirect_uri"].startswith("http://127.0.0.1:")
    assert (asked["access_type"], asked["login_hint"]) == ("offline", "alice@example.test")
    assert authority.asked[0]["code_verifier"] not in person.shown[0].url
    assert "client_secret" not in asked
    assert "You can close this page" in person.pages[0]


async def test_a_token_is_renewed_when_it_ends_soon_and_the_refresh_token_stays(google, authority, person):
    authority.rotates = False
    grant = await google().by_browser((MAIL,), person)
    assert (await google().silent(grant.state, MAIL)).token == grant.token
    renewed = await google(now=lambda: grant.expires_at - 100).silent(grant.state, MAIL)
    assert renewed.token != grant.token
    again = await google(now=lambda: renewed.expires_at).silent(renewed.state, MAIL)
    assert again.token in authority.access


async def test_a_token_that_was_refused_is_not_given_again(google, authority, person):
    grant = await google().by_browser((MAIL,), person)
    renewed = await google().silent(grant.state, MAIL, refused=grant.token)
    assert renewed.token != grant.token
    assert renewed.token in authority.access


async def test_it_is_kept_as_every_sign_in_is(google, authority, person, memory, tmp_path):
    authority.rotates = False
    await SignIn("work", tmp_path / "sign-ins", google()).by_browser((MAIL,), person)
    assert await SignIn("work", tmp_path / "sign-ins", google()).token(MAIL) in authority.access


async def test_consent_that_was_taken_back_says_how_to_sign_in_again(google, authority, person):
    grant = await google().by_browser((MAIL,), person)
    authority.refuse = ("invalid_grant", [])
    with pytest.raises(LoginError) as caught:
        await google(now=lambda: grant.expires_at).silent(grant.state, MAIL)
    assert str(caught.value).endswith(SIGN_IN_AGAIN)


async def test_a_client_that_google_does_not_know_says_where_to_look(google, authority, person):
    made = google()
    authority.client_secret = "another"
    with pytest.raises(SecretError, match=r"Google says invalid_client; look at oauth\.client_file"):
        await made.by_browser((MAIL,), person)


async def test_trouble_on_the_way_is_no_refusal(google, authority, person):
    grant = await google().by_browser((MAIL,), person)
    authority.broken = 1
    with pytest.raises(MailboxError, match=r"can't sign work in now \(503\)") as caught:
        await google(now=lambda: grant.expires_at).silent(grant.state, MAIL)
    assert not isinstance(caught.value, LoginError)


async def test_who_declines_is_told_so(google, person):
    person.agree = False
    with pytest.raises(LoginError, match="the sign-in of work was declined"):
        await google().by_browser((MAIL,), person)


async def test_who_never_comes_back_is_not_waited_for_for_ever(google, monkeypatch):
    monkeypatch.setattr(module, "PERSON_SECONDS", 0.05)
    with pytest.raises(LoginError, match="nobody signed in within"):
        await google().by_browser((MAIL,), lambda prompt: None)


async def test_it_can_be_given_up(google):
    shown: list[object] = []
    task = asyncio.create_task(google().by_browser((MAIL,), shown.append))
    while not shown:
        await asyncio.sleep(0.005)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_there_are_no_codes_for_mail(google, person):
    with pytest.raises(SecretError, match="Google has no codes for mail"):
        await google().by_device((MAIL,), person)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"web": {"client_id": "x"}}', "is not that of a desktop client"),
        ('{"installed": {"client_id": 7}}', "is not that of a desktop client"),
        ("[]", "is not that of a desktop client"),
        ("not json", "is not that of a desktop client"),
    ],
)
def test_a_file_that_is_no_desktop_client_is_told_as_that(tmp_path, content, words):
    file = tmp_path / "client.json"
    file.write_text(content)
    with pytest.raises(ConfigError, match=words):
        client_of(str(file))


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"client\.json can't be read: no such file"):
        client_of(str(tmp_path / "client.json"))


@pytest.mark.parametrize("key", ["auth_uri", "token_uri"])
def test_a_client_never_signs_in_in_clear_but_on_this_computer(client_file, key):
    with pytest.raises(ConfigError, match="in clear"):
        client_of(client_file(**{key: "http://accounts.example/o/oauth2"}))


def test_what_is_secret_is_not_shown_where_a_program_stops(client_file):
    assert "canary" not in repr(client_of(client_file()))
