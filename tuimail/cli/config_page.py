"""docs/config.md, made of config.py: `python -m tuimail.cli.config_page > docs/config.md`."""

import ast
import inspect
from collections.abc import Iterator

import msgspec

from tuimail import config, toml

_HEAD = """# config.toml

`$XDG_CONFIG_HOME/tuimail/config.toml` (usually `~/.config/tuimail/config.toml`); `tuimail --config FILE`
reads another. An unknown or wrong key is refused with file, line and the accepted values. Passwords and
tokens are never in this file: they come from the system's keyring, or from a command.

```toml
[outbox]
undo_seconds = 10
on_quit = "ask"

[[accounts]]
name = "work"
address = "hanako@example.jp"
display_name = "山田花子"
imap = { host = "imap.example.jp", port = 993, security = "tls" }
smtp = { host = "smtp.example.jp", port = 465, security = "tls" }
password_command = "pass show mail/work"
signature_file = "~/.signature"
identities = [{ address = "info@example.jp", display_name = "例株式会社", signature = "例株式会社" }]

[composer]
flowed = true

[contacts]
vcards = ["~/contacts.vcf", "~/.contacts"]
query_command = "khard email --parsable %s"
aliases = { team = "aiko@example.jp, Ken <ken@example.jp>" }

[calendar]
country = "JP"
days_off = ["12-29", "12-30", "12-31", "01-02", "01-03"]

[ui]
theme = "dark"
download_folder = "~/Downloads"
```
"""

_TABLES: tuple[tuple[str, type[msgspec.Struct]], ...] = (
    ("[outbox]", config.Outbox),
    ("[[accounts]]", config.Account),
    ("identities", config.Identity),
    ("imap and smtp", config.Server),
    ("jmap", config.Jmap),
    ("graph", config.Graph),
    ("oauth", config.OAuth),
    ("[calendar]", config.Calendar),
    ("[composer]", config.Composer),
    ("[contacts]", config.Contacts),
    ("[cache]", config.Cache),
    ("[new_mail]", config.NewMail),
    ("[list]", config.List),
    ("[reader]", config.Reader),
    ("[recall]", config.Recall),
    ("[incident]", config.Incident),
    ("[ui]", config.Ui),
)


_RULES = """
## [[rules]] and rules_file

When mail may leave, and why: [rules.md](rules.md). A wrong rule does not keep tuimail from starting; it
pauses what you send.
"""


def page() -> str:
    """The whole page as Markdown."""
    return _HEAD + "".join(_section(title, kind) for title, kind in _TABLES) + _RULES + _refused()


def field_docs(kind: type) -> dict[str, str]:
    """Field -> the text that stands under it in the source."""
    tree = ast.parse(inspect.getsource(kind)).body[0]
    assert isinstance(tree, ast.ClassDef)
    docs: dict[str, str] = {}
    for field, text in zip(tree.body, tree.body[1:], strict=False):
        match field, text:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(words))),
            ):
                docs[name] = words
    return docs


def _section(title: str, kind: type[msgspec.Struct]) -> str:
    rows = "".join(_rows(kind))
    head = "| key | accepted | unless given | |\n|---|---|---|---|\n"
    return f"\n## {title}\n\n{inspect.getdoc(kind)}\n\n{head}{rows}"


def _rows(kind: type[msgspec.Struct]) -> Iterator[str]:
    docs = field_docs(kind)
    types = {field.name: msgspec.inspect.type_info(field.type) for field in msgspec.structs.fields(kind)}
    for field in msgspec.structs.fields(kind):
        words = toml.accepted(types[field.name]).replace("|", "\\|")
        yield f"| `{field.encode_name}` | {words} | {_default(field)} | {docs[field.name]} |\n"


def _default(field: msgspec.structs.FieldInfo) -> str:
    if field.required:
        return "(needed)"
    if field.default_factory is not msgspec.NODEFAULT:
        return "–"
    return (
        f"`{msgspec.json.encode(field.default).decode()}`"
        if field.default
        else _EMPTY.get(field.default, "–")
    )


_EMPTY = {False: "`false`"}


def _refused() -> str:
    lines = "".join(f"- `{key}`: {why}.\n" for key, why in config.REFUSED.items())
    return f"\n## Refused\n\n{lines}"


if __name__ == "__main__":
    print(page(), end="")
