"""docs/rules.md, made of rule_keys.py: `python -m tuimail.cli.rules_page > docs/rules.md`."""

from collections.abc import Mapping

import msgspec

from tuimail import rule_keys, toml
from tuimail.cli.config_page import field_docs

_HEAD = """# Rules

A rule decides when a mail may leave, and says why: its name stands in the countdown and in the trail as
`rule: NAME`. Rules stand in `config.toml` under `[[rules]]`, in a file beside it, or in both:

```toml
rules_file = "rules.toml"     # its [[rules]] come after those of config.toml

[[rules]]
name = "outside mail waits a minute"
when = { external = true }
delay = "1m"
```

Every rule whose conditions all hold has its say, and the latest time wins; all reasons are shown. The order
of rules makes no difference but for `exempt`, which keeps the rules after it from being looked at. The undo
window always applies. Rules are looked at when a mail is sent off, by the client, `tuimail send` and
`tuimail sendmail` alike; an edit of the file counts from the next mail on.

A rule that is wrong, or a `rules_file` that is not there, is an error on the screen with file, line and
key. Until it is put right **whatever you send is paused**, with that line as the reason, and you release it
by hand: a mistake in a rule never lets mail out sooner. So does a rule that asks for something nobody can
tell, such as a date that has passed.

```
tuimail rules check                 # are they right? prints them in words
tuimail rules explain letter.eml    # what does each say of this message, and when would it leave?
tuimail rules explain letter.eml --at "fri 18:30"
tuimail rules try --last 100        # what would each have done to the last mails in Sent?
```

`try` takes each mail as if it were sent off at the time it has in the Sent folder. Whoever no mail of an
earlier date in Sent went to is a first time there. Blind copies are not known any more. It changes nothing.
"""

_NOTES = """
`external` is about the envelope: blind copies and the recipients on the command line of `sendmail` count. A
client that runs reads the Sent folders when a rule asks for `first_time` or `not_in_contacts`; as long as
it has not seen them, everybody is a first time. `findings` is refused: there are no guards in this version.
"""

EXAMPLES: tuple[tuple[str, str], ...] = (
    ("一斉送信は確かめる", 'when = { recipients_over = 10 }\nconfirm = "Bcc にしなくてよいですか"'),
    ("社内だけのメールは待たない", "when = { external = false }\nexempt = true"),
    ("社外宛ては1分待つ", 'when = { external = true }\ndelay = "1m"'),
    (
        "夜間と早朝の社外メールは翌営業日の朝に",
        'when = { external = true, hours = "19:00-08:00" }\nuntil = "next working day 09:00"',
    ),
    (
        "週末の社外メールは翌営業日の朝に",
        'when = { external = true, days = ["sat", "sun"] }\nuntil = "翌営業日 9:00"',
    ),
    (
        "祝日の社外メールは翌営業日の朝に",
        'when = { external = true, holidays = true }\nuntil = "next working day 09:00"',
    ),
    (
        "初めての社外の相手は確かめる",
        'when = { external = true, first_time = true }\nconfirm = "初めて送る相手です。宛先は正しいですか"',
    ),
    ("社外への添付は5分待つ", 'when = { external = true, attachments = true }\ndelay = "5m"'),
    (
        "見積書と請求書は上司にも",
        'when = { external = true, attachment_names = ["*見積*", "*請求*"] }\nadd_bcc = "bucho@example.jp"',
    ),
    (
        "社外秘は社外に出さない",
        'when = { external = true, subject = ["社外秘", "confidential"] }\n'
        'block = "社外秘とあるメールは社外に送れません"',
    ),
    (
        "マイナンバーらしい数字は一度止める",
        "when = { external = true, body = '/\\b[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{4}\\b/' }\n"
        'pause = "12桁の番号があります"',
    ),
    (
        "競合への全員返信は確かめる",
        'when = { domains = ["rival.example", "*.rival.example"], kind = "reply_all" }\n'
        'confirm = "競合他社が含まれています"',
    ),
    (
        "取引先が一人もいない社外メールは10分取り消せる",
        'when = { external = true, not = { domains = ["partner.example", "*.partner.example"] } }\n'
        "undo_seconds = 600",
    ),
)


def page() -> str:
    """The whole page as Markdown."""
    conditions = {**_rows(rule_keys.Conditions), **_rows(rule_keys.WhenKeys)}
    return "".join(
        (
            _HEAD,
            "\n## Conditions\n\n",
            f"{rule_keys.Conditions.__doc__}\n\n",
            _table(conditions),
            _NOTES,
            "\n## What a rule does\n\n",
            f"{rule_keys.RuleKeys.__doc__}\n\n",
            _table(_rows(rule_keys.RuleKeys)),
            "\n## Ready to use\n\n```toml\n",
            examples(),
            "```\n",
        )
    )


def examples() -> str:
    """Rules for an office, as TOML."""
    return "\n".join(f'[[rules]]\nname = "{name}"\n{keys}\n' for name, keys in EXAMPLES)


def _table(rows: Mapping[str, str]) -> str:
    return "| key | accepted | |\n|---|---|---|\n" + "".join(rows.values())


def _rows(kind: type[msgspec.Struct]) -> dict[str, str]:
    """A row for each field that this Struct itself documents."""
    docs = field_docs(kind)
    fields = [field for field in msgspec.structs.fields(kind) if field.name in docs]
    return {field.name: _row(field, docs[field.name]) for field in fields}


def _row(field: msgspec.structs.FieldInfo, doc: str) -> str:
    words = toml.accepted(msgspec.inspect.type_info(field.type)).replace("|", "\\|")
    return f"| `{field.encode_name}` | {words} | {' '.join(doc.split())} |\n"


if __name__ == "__main__":
    print(page(), end="")
