"""What a domain's SRV records say of its servers (RFC 6186, RFC 8314 §5.1)."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from tuimail.mail.errors import ConfigError
from tuimail.mail.setup import providers
from tuimail.mail.setup.server import Kind, Server, typed
from tuimail.mail.setup.setting import BY_PASSWORD, Setting

NAMES = {
    Kind.IMAP: (("_imaps._tcp", "tls"), ("_imap._tcp", "starttls")),
    Kind.SMTP: (("_submissions._tcp", "tls"), ("_submission._tcp", "starttls")),
}
"""Those with TLS from the first byte come first; the others have to offer STARTTLS."""


class Record(Struct, frozen=True):
    """One SRV record (RFC 2782); a `host` of `.` says that there is no such service."""

    priority: int
    weight: int
    port: int
    host: str


def asked() -> tuple[str, ...]:
    """The names to ask for, without the domain."""
    return tuple(name for names in NAMES.values() for name, _ in names)


def setting(records: Mapping[str, Sequence[Record]], address: str) -> Setting | None:
    """The servers for an address, where there is one of either kind; `records` by the names of `asked`."""
    imap, smtp = (_best(records, kind) for kind in (Kind.IMAP, Kind.SMTP))
    if imap is None or smtp is None:
        return None
    known = providers.serving(imap.host)
    return Setting(
        f"the DNS of {address.rpartition('@')[2]} (SRV)",
        imap,
        smtp,
        address,
        known.ways if known else BY_PASSWORD,
        help=known.help if known else "",
    )


def _best(records: Mapping[str, Sequence[Record]], kind: Kind) -> Server | None:
    for name, security in NAMES[kind]:
        for record in sorted(records.get(name, ()), key=lambda one: (one.priority, -one.weight)):
            try:
                return typed(f"{record.host.rstrip('.')}:{record.port} {security}", kind)
            except ConfigError:
                continue
    return None
