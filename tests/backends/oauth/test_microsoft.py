"""Signing in to Microsoft, against an authority on loopback: browser, device code, silently."""

import asyncio

import pytest

from tuimail.backends.oauth.grant import GRAPH, MAIL
from tuimail.mail.errors import LoginError, MailboxError, SecretError

BOTH = (GRAPH, MAIL)


async def test_a_person_signs_in_in_a_browser_and_gets_a_token_for_each_resource(
    microsoft, authority, person
):
    grant = await microsoft().by_browser(BOTH, person)
    assert authority.access[grant.token].startswith("https://graph.microsoft.com/Mail.ReadWrite")
    assert grant.user == "alice@example.test"
    assert grant.tenant == authority.tenant
    mail = await microsoft().silent(grant.state, MAIL)
    assert "https://outlook.office.com/IMAP.AccessAsUser.All" in authority.access[mail.token]
    assert "graph" not in authority.access[mail.token]
    assert len(person.shown) == 1
    assert "You can close this page" in person.pages[0]
