"""A mailbox address: a display name and an addr-spec (RFC 5322 §3.4)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Address:
    """One person's address. `spec` is the addr-spec `local@domain`; `name` may be empty."""

    spec: str
    name: str = ""
