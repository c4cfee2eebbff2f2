"""What is asked in each step of making an account."""

from msgspec import Struct

from tuimail.mail.setup.form import Form, SignIn, Step, Through
from tuimail.mail.setup.setting import Setting, Way


class Question(Struct, frozen=True):
    """`id` is the field of the form that the answer goes to, or `secret`; `hint` is like an answer."""

    id: str
    label: str
    hint: str = ""
    choices: tuple[str, ...] = ()
    secret: bool = False


NAME = Question("name", "Called", "what tuimail calls the account")
COMMANDS = {
    Way.COMMAND: Question("command", "Command", "prints the password on its first line: pass show mail/work"),
    Way.TOKEN: Question("command", "Command", "prints an access token on its first line"),
}
SIGN_IN = Question("sign_in", "Sign in by", choices=tuple(SignIn))
CLIENTS = {
    Way.MICROSOFT: (
        Question("client_id", "Client id", "of your own registration: docs/accounts.md"),
        Question("tenant", "Organisation", "its domain or id; common for any"),
        SIGN_IN,
    ),
    Way.GOOGLE: (
        Question("client_file", "Client file", "the JSON file of your own client: docs/accounts.md"),
    ),
}
"""What a sign-in asks for. Google gives mail programs no codes for other devices."""


def questions(step: Step, form: Form, setting: Setting | None, no_keyring: str = "") -> tuple[Question, ...]:
    """What a step asks, in order; `no_keyring` says why no password can be kept here."""
    match step:
        case Step.ADDRESS:
            return (
                Question("address", "Address", "you@example.jp"),
                Question("display_name", "Your name", "as it stands in From; may be empty"),
            )
        case Step.SERVERS:
            return _servers(form, setting)
        case Step.LOGIN:
            return _login(form, no_keyring)
        case _:
            return ()


def _servers(form: Form, setting: Setting | None) -> tuple[Question, ...]:
    through = (Question("through", "Mail by", choices=tuple(Through)),) if setting and setting.graph else ()
    if form.by_graph:
        return *through, NAME
    return (
        *through,
        Question("imap", "Mail comes by", "imap.example.jp:993 tls"),
        Question("smtp", "Mail leaves by", "smtp.example.jp:465 tls"),
        Question("user", "User", "the name you log in with; mostly your address"),
        NAME,
    )


def ways(form: Form, no_keyring: str = "") -> tuple[Way, ...]:
    """The ways to log in that can be chosen."""
    graph = (Way.MICROSOFT, Way.TOKEN)
    offered = graph if form.by_graph else form.ways
    return tuple(way for way in offered if not (no_keyring and way is Way.PASSWORD)) or offered


def _login(form: Form, no_keyring: str) -> tuple[Question, ...]:
    way = Way(form.way)
    chosen = Question("way", "Log in by", choices=ways(form, no_keyring))
    if way is Way.PASSWORD:
        return chosen, Question("secret", "Password", "goes to the keyring, never into a file", secret=True)
    if way in COMMANDS:
        return chosen, COMMANDS[way]
    return chosen, *CLIENTS[way]
