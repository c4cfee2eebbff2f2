"""Signing in to Microsoft, against an authority on loopback: browser, device code, silently."""

import asyncio
import base64
import contextlib
import json
import socket

import pytest
from servers.authority import visit

from tuimail.backends.oauth import microsoft as module
from tuimail.backends.oauth.aadsts import refusal, wants_consent
from tuimail.backends.oauth.grant import GRAPH, MAIL, seconds
from tuimail.backends.oauth.redirect import listening
from tuimail.mail.errors import LoginError, MailboxError, SecretError, TuimailError

BOTH = (GRAPH, MAIL)
CLAIMS = {"access_token": {"nbf": {"essential": True, "value": "1700000000"}}}


async def test_a_person_signs_in_once_in_a_browser_and_gets_a_token_for_each_resource(
    microsoft, authority, person
):
    grant = await microsoft().by_browser(BOTH, person)
    assert authority.access[grant.token].count("https://graph.microsoft.com/") == 3
    assert grant.user == "alice@example.test"
    assert grant.tenant == authority.tenant
    mail = await microsoft().silent(grant.state, MAIL)
    assert "https://outlook.office.com/IMAP.AccessAsUser.All" in authority.access[mail.token]
    assert "graph" not in authority.access[mail.token]
    assert len(person.shown) == 1
    assert "You can close this page" in person.pages[0]


async def test_what_was_not_agreed_to_along_with_the_first_is_asked_for_by_itself(
    microsoft, authority, person
):
    authority.one_consent_at_a_time = True
    grant = await microsoft().by_browser(BOTH, person)
    assert len(person.shown) == 2
    assert (await microsoft().silent(grant.state, MAIL)).token in authority.access


async def test_a_code_is_shown_typed_elsewhere_and_asked_about_until_then(microsoft, authority, person):
    authority.refuse_sign_in = None
    grant = await microsoft().by_device(BOTH, person)
    assert [prompt.code for prompt in person.shown] == ["CODE1", "CODE4"]
    assert person.shown[0].url == "https://login.example/device"
    assert authority.access[grant.token].startswith("https://graph.microsoft.com")
    assert (await microsoft().silent(grant.state, MAIL)).token in authority.access


async def test_graph_of_a_national_cloud_has_its_own_scopes(microsoft, authority, person):
    grant = await microsoft(graph="https://graph.microsoft.us").by_browser((GRAPH,), person)
    assert "https://graph.microsoft.us/Mail.Send" in authority.access[grant.token]


async def test_a_good_token_is_given_again_and_one_that_ends_soon_is_renewed(microsoft, authority, person):
    grant = await microsoft().by_browser((GRAPH,), person)
    asked = len(authority.asked)
    assert (await microsoft().silent(grant.state, GRAPH)).token == grant.token
    assert len(authority.asked) == asked
    authority.lifetime = 60
    short = await microsoft().by_browser((GRAPH,), person)
    renewed = await microsoft().silent(short.state, GRAPH)
    assert renewed.token != short.token
    assert renewed.state != short.state


async def test_a_token_that_was_refused_is_not_given_again(microsoft, authority, person):
    grant = await microsoft().by_browser((GRAPH,), person)
    assert (await microsoft().silent(grant.state, GRAPH, refused="another")).token == grant.token
    renewed = await microsoft().silent(grant.state, GRAPH, refused=grant.token)
    assert renewed.token != grant.token
    assert renewed.token in authority.access


@pytest.mark.parametrize(
    "encode", [json.dumps, lambda it: base64.b64encode(json.dumps(it).encode()).decode()]
)
async def test_a_challenge_is_passed_on_and_no_kept_token_answers_it(microsoft, authority, person, encode):
    grant = await microsoft().by_browser((GRAPH,), person)
    met = await microsoft().silent(grant.state, GRAPH, encode(CLAIMS))
    assert met.token != grant.token
    claims = json.loads(authority.asked[-1]["claims"])
    assert claims["access_token"]["nbf"] == CLAIMS["access_token"]["nbf"]
    assert claims["access_token"]["xms_cc"] == {"values": ["CP1"]}


async def test_only_graph_is_told_that_challenges_can_be_met(microsoft, authority, person):
    grant = await microsoft().by_browser(BOTH, person)
    by_scope = {asked["scope"]: asked.get("claims") for asked in authority.asked}
    assert {"graph" in scope: bool(claims) for scope, claims in by_scope.items()} == {
        True: True,
        False: False,
    }
    assert grant


SIGN_IN_AGAIN = "its mail is kept; sign in again: tuimail account sign-in work"


@pytest.mark.parametrize(
    ("error", "codes", "why"),
    [
        ("invalid_grant", [50173], "the sign-in was revoked, as by a new password (AADSTS50173)"),
        ("invalid_grant", [700082], "it was not used for too long (AADSTS700082)"),
        ("invalid_grant", [65001], "there is no consent for what tuimail asks (AADSTS65001)"),
        ("interaction_required", [50076], "a second factor is asked for (AADSTS50076)"),
        ("interaction_required", [99], "does not accept the sign-in of work (AADSTS99)"),
        ("invalid_grant", [], "does not accept the sign-in of work;"),
    ],
)
async def test_a_sign_in_that_is_over_says_how_to_sign_in_again(
    microsoft, authority, person, error, codes, why
):
    authority.lifetime = 60
    grant = await microsoft().by_browser((GRAPH,), person)
    authority.refuse = (error, codes)
    with pytest.raises(LoginError) as caught:
        await microsoft().silent(grant.state, GRAPH)
    assert why in str(caught.value)
    assert str(caught.value).endswith(SIGN_IN_AGAIN)
    assert authority.mark not in str(caught.value)


@pytest.mark.parametrize(
    ("error", "codes", "words"),
    [
        ("unauthorized_client", [700016], "look at oauth.client_id and oauth.tenant (AADSTS700016)"),
        ("invalid_client", [7000218], "allow public client flows"),
        ("invalid_request", [90002], "there is no such tenant"),
        ("invalid_scope", [70011], "Microsoft says invalid_scope (AADSTS70011)"),
    ],
)
async def test_what_no_new_sign_in_mends_says_where_to_look(
    microsoft, authority, person, error, codes, words
):
    authority.refuse_sign_in = (error, codes)
    for sign_in in (microsoft().by_browser, microsoft().by_device):
        with pytest.raises(SecretError) as caught:
            await sign_in((GRAPH,), person)
        assert words in str(caught.value)
        assert authority.mark not in str(caught.value)


async def test_a_tenant_that_is_none_is_told_as_that(microsoft, person):
    with pytest.raises(SecretError, match=r"there is no tenant nowhere; look at oauth\.tenant"):
        await microsoft(tenant="nowhere").by_browser((GRAPH,), person)


async def test_a_tenant_where_somebody_signed_in_is_there_also_when_it_seems_gone(
    microsoft, authority, person
):
    grant = await microsoft().by_browser((GRAPH,), person)
    with pytest.raises(MailboxError, match="makes no sense") as caught:
        await microsoft(tenant="nowhere").silent(grant.state, GRAPH)
    assert not isinstance(caught.value, LoginError)


async def test_trouble_on_the_way_is_no_refusal(microsoft, authority, person):
    authority.lifetime = 60
    grant = await microsoft().by_browser((GRAPH,), person)
    authority.broken = 1
    with pytest.raises(MailboxError, match="can't be reached") as caught:
        await microsoft().silent(grant.state, GRAPH)
    assert not isinstance(caught.value, LoginError)
    authority.broken = 0
    authority.refuse = ("temporarily_unavailable", [90033])
    with pytest.raises(MailboxError, match="can't sign work in now") as caught:
        await microsoft().silent(grant.state, GRAPH)
    assert not isinstance(caught.value, LoginError)
    with pytest.raises(MailboxError, match="can't be reached") as caught:
        await microsoft(authority="http://127.0.0.1:9").silent(grant.state, GRAPH)
    assert not isinstance(caught.value, LoginError)


async def test_http_is_for_this_computer_only(microsoft, person):
    with pytest.raises(SecretError, match="cross the network in clear"):
        await microsoft(authority="http://login.example").by_browser((GRAPH,), person)


@pytest.mark.parametrize("strange", ["http://login.example/o", "file:///etc/passwd", "https://x/\x1b[2J"])
async def test_a_strange_address_is_neither_shown_nor_opened(microsoft, authority, person, strange):
    authority.page = strange
    with pytest.raises(SecretError, match="has a strange address") as caught:
        await microsoft().by_browser((GRAPH,), person)
    assert "\x1b" not in str(caught.value)
    assert person.shown == []


async def test_who_declines_is_told_so_and_may_try_again(microsoft, person):
    person.agree = False
    with pytest.raises(LoginError, match="it was declined"):
        await microsoft().by_browser((GRAPH,), person)
    person.result = "authorization_declined"
    with pytest.raises(LoginError, match="it was declined"):
        await microsoft().by_device((GRAPH,), person)


async def test_a_code_that_nobody_types_runs_out(microsoft, person):
    person.result = "expired_token"
    with pytest.raises(LoginError, match="nobody typed the code in time; nothing was changed"):
        await microsoft().by_device((GRAPH,), person)


async def test_who_never_comes_back_from_the_browser_is_not_waited_for_for_ever(microsoft, monkeypatch):
    monkeypatch.setattr(module, "PERSON_SECONDS", 0.05)
    with pytest.raises(LoginError, match="nobody signed in within"):
        await microsoft().by_browser((GRAPH,), lambda prompt: None)


@pytest.mark.parametrize("way", ["by_browser", "by_device"])
async def test_signing_in_can_be_given_up_and_leaves_nothing_behind(microsoft, way):
    shown: list[object] = []
    task = asyncio.create_task(getattr(microsoft(), way)((GRAPH,), shown.append))
    while not shown:
        await asyncio.sleep(0.005)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    if way == "by_browser":
        port = int(shown[0].url.partition("localhost%3A")[2][:5].partition("&")[0])
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(("127.0.0.1", port), 1)


async def test_the_loop_goes_on_while_microsoft_takes_its_time(microsoft, authority, person):
    authority.slow = 0.2
    task = asyncio.create_task(microsoft().by_browser((GRAPH,), person))
    longest, before = 0.0, asyncio.get_running_loop().time()
    while not task.done():
        await asyncio.sleep(0.005)
        now = asyncio.get_running_loop().time()
        longest, before = max(longest, now - before), now
    assert longest < 0.15


async def test_an_answer_without_our_state_changes_nothing(microsoft, authority, person):
    strays: list[str] = []

    def show(prompt):
        port = prompt.url.partition("localhost%3A")[2].partition("&")[0]
        here = f"http://127.0.0.1:{port}"

        async def later():
            evil = f"{here}/?state=wrong&code=evil"
            strays.append(await asyncio.to_thread(visit, evil))
            strays.append(await asyncio.to_thread(visit, here, b"state=wrong&code=evil"))
            strays.append(await asyncio.to_thread(visit, f"{here}/favicon.ico"))
            person(prompt)

        running.append(asyncio.create_task(later()))

    running: list[asyncio.Task[None]] = []
    grant = await microsoft().by_browser((GRAPH,), show)
    assert grant.token in authority.access
    assert all("not the answer" in page for page in strays)
    assert len(strays) == 3


@pytest.mark.parametrize("error", [["x"], {"a": 1}, None, 7, "\x1b[2J\u202e[bold]" + "x" * 10_000])
@pytest.mark.parametrize("codes", [5, "50076", {"a": 1}, [None, "x", 50076], None])
def test_whatever_an_error_is_made_of_it_is_one_safe_line(error, codes):
    told = {"error": error, "error_codes": codes, "error_description": "\x1b[2Jsecret"}
    said = str(refusal("work\x1b[2J", told))
    assert said.isprintable()
    assert len(said) < 400
    assert "secret" not in said
    assert wants_consent(told) is False


@pytest.mark.parametrize("said", [None, "x", [], -5, 10**12, "1e9", float("inf"), float("nan"), "９９", True])
def test_a_life_that_is_no_number_of_seconds_is_none(said):
    assert seconds(said) == 0.0
    assert seconds("3599") == seconds(3599) == 3599.0


@pytest.mark.parametrize(
    "flow",
    [
        {"user_code": "A"},
        {"user_code": "A", "verification_uri": ""},
        {"verification_uri": "https://x.example"},
        {},
    ],
)
async def test_codes_that_miss_something_are_an_error_in_words(microsoft, person, monkeypatch, flow):
    monkeypatch.setattr("msal.PublicClientApplication.initiate_device_flow", lambda *_, **__: flow)
    with pytest.raises(TuimailError, match="work"):
        await microsoft().by_device((GRAPH,), person)


@pytest.mark.parametrize(
    "asked",
    [
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nx",
        b"GET //[ HTTP/1.1\r\n\r\n",
        b"\xff\xfe\r\n\r\n",
        b"\r\n\r\n",
    ],
)
async def test_whoever_else_speaks_to_that_port_disturbs_nobody(asked):
    troubles: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, told: troubles.append(told))
    async with listening() as redirect:
        waiting = asyncio.create_task(redirect.answer("ours"))
        reader, writer = await asyncio.open_connection("127.0.0.1", redirect.port)
        writer.write(asked)
        writer.write_eof()
        with contextlib.suppress(OSError):
            await asyncio.wait_for(reader.read(), 5)
        writer.close()
        answer = await asyncio.to_thread(visit, f"http://127.0.0.1:{redirect.port}/?state=ours&code=1")
        assert "You can close this page" in answer
        assert (await waiting)["code"] == "1"
    assert troubles == []
