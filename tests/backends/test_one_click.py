"""RFC 8058 against a web server on loopback."""

import socket
import ssl
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tuimail.backends import one_click
from tuimail.backends.one_click import leave
from tuimail.mail.errors import OpenError


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((self.path, body, dict(self.headers)))
        self.send_response(self.server.status)
        self.send_header("Location", "https://localhost:1/elsewhere")
        self.send_header("Set-Cookie", "a=b")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def site(certificates):
    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.asked, server.status, server.tls = [], 200, certificates.good()
    server.socket = server.tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def url(site, path="/u/1?x=2"):
    return f"https://localhost:{site.server_port}{path}"


def test_one_post_says_what_the_rfc_asks_and_nothing_of_us(site, certificates):
    leave(url(site), certificates.client(), anywhere=True)
    ((path, body, headers),) = site.asked
    assert (path, body) == ("/u/1?x=2", b"List-Unsubscribe=One-Click")
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert {"cookie", "authorization", "referer"}.isdisjoint(name.lower() for name in headers)


@pytest.mark.parametrize("status", [301, 302, 307, 404, 500])
def test_a_redirect_is_not_followed_and_anything_but_a_yes_is_told(site, certificates, status):
    site.status = status
    with pytest.raises(OpenError, match=rf"localhost answered {status} .* still on the list"):
        leave(url(site), certificates.client(), anywhere=True)
    assert len(site.asked) == 1


def test_a_certificate_that_nobody_knows_ends_it(site):
    with pytest.raises(OpenError, match="certificate is not valid"):
        leave(url(site), ssl.create_default_context(), anywhere=True)
    assert site.asked == []


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "169.254.169.254", "10.0.0.1", "[::1]", "192.168.1.1", "0.0.0.0"]
)
def test_row_96_hosts_of_private_networks_are_refused(host, monkeypatch):
    def refuse(*_):
        raise AssertionError("a connection was tried")

    monkeypatch.setattr(socket, "create_connection", refuse)
    with pytest.raises(OpenError, match="private network"):
        leave(f"https://{host}/u")


@pytest.mark.parametrize(
    "target", ["http://a.example/", "", "https://", "mailto:a@b", "https://[", "file:///x"]
)
def test_only_https_is_posted_to(target):
    with pytest.raises(OpenError, match="no https address"):
        leave(target)


def test_a_host_that_gives_no_answer_is_not_waited_for_long(monkeypatch):
    monkeypatch.setattr(one_click, "SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(OpenError, match="no answer"):
        leave(f"https://localhost:{silent.getsockname()[1]}/", anywhere=True)
