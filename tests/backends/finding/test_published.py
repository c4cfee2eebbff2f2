"""The autoconfig file, fetched from a web server on loopback."""

import pytest
from servers.website import Website

from tuimail.backends.finding.published import PLACES, Published
from tuimail.backends.network import Bounds
from tuimail.backends.web import Web

ADDRESS = "hanako+x@example.jp"
FILE = b"""<clientConfig version="1.1"><emailProvider id="example.jp">
<incomingServer type="imap"><hostname>imap.example.jp</hostname><port>993</port><socketType>SSL</socketType>
<username>%EMAILADDRESS%</username><authentication>password-cleartext</authentication></incomingServer>
<outgoingServer type="smtp"><hostname>smtp.example.jp</hostname><port>465</port><socketType>SSL</socketType>
<username>%EMAILADDRESS%</username><authentication>password-cleartext</authentication></outgoingServer>
</emailProvider></clientConfig>"""
FOUND = (200, {}, FILE)


@pytest.fixture
def ask(certificates):
    """`ask(port, paths)`: look at these places on this computer."""

    async def asked(port, *paths, scheme="https"):
        web = Web(Bounds(connect=2, idle=2, whole=2), certificates.client())
        return await Published(web, tuple(f"{scheme}://localhost:{port}{path}" for path in paths)).of(ADDRESS)

    return asked


@pytest.fixture
def site(certificates):
    with Website(certificates.good(), {}) as running:
        yield running


async def test_the_file_is_read_and_the_address_reaches_the_domain_whole(ask, site):
    site.pages["/c?emailaddress=hanako%2Bx%40example.jp"] = FOUND
    found = await ask(site.port, "/c?emailaddress={address}")
    assert str(found.imap) == "imap.example.jp:993 tls"
    assert found.user == ADDRESS


async def test_the_second_place_counts_where_the_first_has_nothing(ask, site):
    site.pages["/two"] = FOUND
    assert await ask(site.port, "/one", "/two") is not None
    assert sorted(site.asked) == ["/one", "/two"]


async def test_a_redirect_is_followed_a_few_times(ask, site):
    site.pages |= {"/one": (302, {"Location": "/two"}, b""), "/two": FOUND}
    assert await ask(site.port, "/one") is not None
    site.pages["/round"] = (301, {"Location": "/round"}, b"")
    assert await ask(site.port, "/round") is None


@pytest.mark.parametrize("target", ["https://[", "//[::1", "https://a:b:c/", "https://localhost:99999/x"])
async def test_a_redirect_to_nowhere_is_nothing_found(ask, site, target):
    site.pages["/one"] = (302, {"Location": target}, b"")
    assert await ask(site.port, "/one") is None


async def test_nothing_leads_out_of_tls(ask, site):
    with Website(None, {"/two": FOUND}) as clear:
        site.pages["/one"] = (302, {"Location": f"http://localhost:{clear.port}/two"}, b"")
        assert await ask(site.port, "/one") is None
        assert clear.asked == []


async def test_a_certificate_that_nobody_vouches_for_is_nothing_found(ask, certificates):
    with Website(certificates.by_a_stranger(), {"/c": FOUND}) as stranger:
        assert await ask(stranger.port, "/c") is None


async def test_a_file_without_end_is_cut_off(ask, site):
    site.pages["/c"] = (200, {}, FILE + b" " * 200_000)
    assert await ask(site.port, "/c") is None


async def test_where_nothing_listens_nothing_is_found(ask):
    assert await ask(9, "/c") is None


def test_the_address_is_told_to_the_domain_alone_and_by_https_alone():
    assert all(place.startswith("https://") for place in PLACES)
    assert [place for place in PLACES if "{address}" in place] == [
        "https://autoconfig.{domain}/mail/config-v1.1.xml?emailaddress={address}"
    ]
