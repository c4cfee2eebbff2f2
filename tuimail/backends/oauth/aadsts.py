"""What Microsoft's refusals mean for a person.

What is to be done follows from OAuth's `error` (RFC 6749 §5.2), as Microsoft asks: its numbers may change.
They only add why. Its sentences are never read, nor shown.
"""

from collections.abc import Mapping
from typing import Any

from tuimail.backends.oauth.grant import refused
from tuimail.mail.errors import LoginError, MailboxError, SecretError, TuimailError
from tuimail.mail.letter.safe import line

PERSON = {"invalid_grant", "interaction_required", "login_required", "consent_required", "access_denied"}
BUSY = {"temporarily_unavailable", "server_error"}
DECLINED = {"access_denied", "authorization_declined"}
LATE = {"expired_token", "code_expired"}

WHY = {
    50057: "the account is disabled",
    50076: "a second factor is asked for",
    50079: "a second factor has to be set up",
    50173: "the sign-in was revoked, as by a new password",
    53000: "your organisation's rules want a device that it manages",
    53003: "your organisation's rules forbid it here",
    65001: "there is no consent for what tuimail asks",
    65004: "consent was declined",
    70043: "your organisation asks for it after some time",
    90094: "an administrator has to consent",
    700082: "it was not used for too long",
}
"""Entra's error numbers (learn.microsoft.com, reference-error-codes)."""

SET_UP = {
    50020: "this account is not in that tenant; look at oauth.tenant",
    90002: "there is no such tenant; look at oauth.tenant",
    700016: "this tenant does not know the client; look at oauth.client_id and oauth.tenant",
    7000218: "the client is no public one; allow public client flows where it is registered",
}
"""What no new sign-in mends."""


def refusal(account: str, result: Mapping[str, Any]) -> TuimailError:
    """The error for an answer that has `error` in it."""
    error, given = str(result.get("error")), result.get("error_codes")
    codes = [code for code in given if isinstance(code, int)] if isinstance(given, list) else []
    told = f" (AADSTS{codes[0]})" if codes else ""
    if error in BUSY:
        return MailboxError(f"Microsoft can't sign {line(account)} in now{told}")
    for code in codes:
        if code in SET_UP:
            return SecretError(f"{line(account)} can't sign in: {SET_UP[code]}{told}")
    if error in LATE:
        return LoginError(f"{line(account)}: nobody typed the code in time; nothing was changed")
    if error in PERSON | DECLINED:
        why = next((f": {WHY[code]}" for code in codes if code in WHY), "")
        why = ": it was declined" if error in DECLINED and not why else why
        return refused(account, f"Microsoft does not accept the sign-in of {line(account)}{why}{told}")
    word = line(error, 60)
    return SecretError(
        f"{line(account)} can't sign in: Microsoft says {word}{told}; look at oauth in the configuration"
    )


def wants_consent(result: Mapping[str, Any]) -> bool:
    """Whether a person could agree to what is refused here, by signing in once more."""
    return str(result.get("error")) in PERSON
