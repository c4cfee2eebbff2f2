"""Tokens as SASL mechanisms: OAUTHBEARER (RFC 7628) and its elder XOAUTH2 (Google's, Microsoft's)."""

from collections.abc import Collection

TOKEN_MECHANISMS = ("OAUTHBEARER", "XOAUTH2")
"""The standard first, where both are offered."""

GIVE_UP = {"OAUTHBEARER": "\x01", "XOAUTH2": ""}
"""What is answered to the challenge that says why a token was refused; then comes the refusal."""


def chosen(offered: Collection[str]) -> str | None:
    """The mechanism for a token; None where none is offered."""
    return next((known for known in TOKEN_MECHANISMS if known in offered), None)


def bearer(mechanism: str, user: str, token: str, host: str, port: int) -> str:
    """The first words of the mechanism."""
    if mechanism == "XOAUTH2":
        return f"user={user}\x01auth=Bearer {token}\x01\x01"
    name = user.replace("=", "=3D").replace(",", "=2C")
    return f"n,a={name},\x01host={host}\x01port={port}\x01auth=Bearer {token}\x01\x01"
