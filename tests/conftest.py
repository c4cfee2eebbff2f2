"""Shared fixtures: the servers of tests/servers, and a summary of what was left out and why."""

import contextlib
import os
import shutil
import tempfile
from collections import Counter
from pathlib import Path

import pytest


def pytest_terminal_summary(terminalreporter):
    """One line per reason for which tests did not run."""
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = Counter(report.longrepr[2].removeprefix("Skipped: ") for report in skipped)
    for reason, count in reasons.most_common():
        terminalreporter.write_line(f"left out: {count} test{'s' if count > 1 else ''}: {reason}")


@pytest.fixture(autouse=True)
def own_umask():
    """Commands narrow the umask of their process, which here is everybody's."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@contextlib.contextmanager
def short_folder():
    """A throw-away folder whose path is short enough for unix sockets."""
    folder = Path(tempfile.mkdtemp(prefix="tm-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    """servers.certificates.Certificates: `client()` is the context that trusts them."""
    from servers.certificates import Certificates

    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="session")
def _mail_servers(certificates):
    """Dovecot, and Postfix before it where there can be one."""
    from servers import dovecot, postfix

    if reason := dovecot.missing():
        pytest.skip(reason)
    with short_folder() as folder, contextlib.ExitStack() as running:
        mta = None
        box = dovecot.Dovecot(folder / "d", certificates)
        if not postfix.missing():
            mta = postfix.Postfix(folder / "p", box.lmtp, certificates).start()
            box.relay = mta.smtp
            running.callback(mta.stop)
        running.callback(box.start().stop)
        yield box, mta


@pytest.fixture
def dovecot(_mail_servers):
    """servers.dovecot.Dovecot, one for the whole run: take a `user()` of your own."""
    return _mail_servers[0]


@pytest.fixture
def postfix(_mail_servers):
    """servers.postfix.Postfix, which delivers to `dovecot`."""
    from servers.postfix import missing

    if reason := missing():
        pytest.skip(reason)
    return _mail_servers[1]


@pytest.fixture(scope="session")
def _held_mail(certificates):
    """Cyrus, and the sink that its submissions go to."""
    from servers import cyrus
    from servers.sink import Sink

    if reason := cyrus.missing():
        pytest.skip(reason)
    with short_folder() as folder, Sink(folder / "sink.log") as relay:
        box = cyrus.Cyrus(folder / "c", certificates, relay.port).start()
        yield box, relay
        box.stop()


@pytest.fixture
def cyrus(_held_mail):
    """servers.cyrus.Cyrus, one for the whole run: take a `user()` of your own."""
    return _held_mail[0]


@pytest.fixture
def outside(_held_mail):
    """servers.sink.Sink, where mail goes that `cyrus` releases; it begins empty."""
    relay = _held_mail[1]
    relay.received.clear()
    relay.script.clear()
    return relay


@pytest.fixture
def sink(tmp_path):
    """servers.sink.Sink in clear and without a login; script it by `sink.script`."""
    from servers.sink import Sink

    with Sink(tmp_path / "sink.log") as running:
        yield running


@pytest.fixture
def new_sink(tmp_path):
    """Starts sinks of any kind: `new_sink(security=..., tls=..., login=...)`."""
    from servers.sink import Sink

    with contextlib.ExitStack() as running:
        numbers = iter(range(100))
        yield lambda **kind: running.enter_context(Sink(tmp_path / f"sink{next(numbers)}.log", **kind))


@pytest.fixture
def new_proxy():
    """Starts fault proxies: `new_proxy(port, Faults(...))`."""
    from servers.faultproxy import FaultProxy

    with contextlib.ExitStack() as running:
        yield lambda target, faults: running.enter_context(FaultProxy(target, faults))
