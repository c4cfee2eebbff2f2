"""An authority of our own, the certificates it gave out, and whom a client trusts."""

import datetime
import ssl
from pathlib import Path

import trustme

LONG_AGO = datetime.datetime(2001, 1, 1, tzinfo=datetime.UTC)


class Certificates:
    """`server.pem` and `server.key` (for localhost and 127.0.0.1) and `ca.pem` lie in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ca = trustme.CA()
        self._good = self._ca.issue_cert("localhost", "127.0.0.1")
        folder.mkdir(parents=True, exist_ok=True)
        self._ca.cert_pem.write_to_path(folder / "ca.pem")
        self._good.private_key_pem.write_to_path(folder / "server.key")
        for pem in self._good.cert_chain_pems:
            pem.write_to_path(folder / "server.pem", append=True)

    def client(self) -> ssl.SSLContext:
        """Trusts our authority and nobody else."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._ca.configure_trust(context)
        return context

    def good(self) -> ssl.SSLContext:
        return _server(self._good)

    def for_another_name(self) -> ssl.SSLContext:
        return _server(self._ca.issue_cert("wrong.example"))

    def expired(self) -> ssl.SSLContext:
        day = datetime.timedelta(days=1)
        return _server(self._ca.issue_cert("localhost", not_before=LONG_AGO, not_after=LONG_AGO + day))

    def by_a_stranger(self) -> ssl.SSLContext:
        return _server(trustme.CA().issue_cert("localhost", "127.0.0.1"))


def _server(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context
