"""The people of the demo's other account: a cooperative of bookshops whose mail is Microsoft 365's."""

from tuimail.demo.exchange.tenant import Colleague, Group, Tenant
from tuimail.demo.people import PEOPLE, Person

US = "us"
DOMAIN = "kazemachi.example"
AWAY = "中島は金曜日までお休みをいただいております。お急ぎの方は渡辺までご連絡ください。"

YOU_THERE = Person("山田 花子", f"yamada@{DOMAIN}")
MEETING = Person("販売会議", f"hanbai@{DOMAIN}")

COLLEAGUES: dict[str, Person] = {
    US: YOU_THERE,
    "meeting": MEETING,
    "kobayashi": Person(
        "小林 誠",
        f"kobayashi@{DOMAIN}",
        (
            "山田さん\n\n届きました。助かります。印刷して、すぐシュレッダーの隣から離しました。\n\n小林（誠）",
            "山田さん\n\n了解です。真琴さんとはよく間違えられます。\n\n小林（誠）",
        ),
    ),
    "makoto": Person(
        "小林 真琴",
        "kobayashi@papermill.example",
        (
            "山田様\n\nメールを拝受しました。宛先は私でよろしかったでしょうか。\n\nかざまち製紙 小林真琴",
            "山田様\n\n承知いたしました。まだ開いておりませんので、ご安心ください。\n\n小林真琴",
        ),
    ),
    "nakajima": Person("中島 葵", f"nakajima@{DOMAIN}"),
    "watanabe": Person(
        "渡辺 蓮",
        f"watanabe@{DOMAIN}",
        (
            "山田さん\n\n拝見しました。木曜の会議で配ります、紙で、一部ずつ。\n\n渡辺",
            "山田さん\n\n承知しました。\n\n渡辺",
        ),
    ),
    "emma": Person(
        "Emma Berg",
        f"berg@{DOMAIN}",
        (
            "Thanks, Hanako. Read, filed, and under lock and key.\n\nEmma",
            "Noted! I owe you a cinnamon bun.\n\nEmma",
        ),
    ),
}

BY_SPEC: dict[str, Person] = {one.spec: one for one in (*PEOPLE.values(), *COLLEAGUES.values())}
"""Everybody in the demo's world."""


def tenant() -> Tenant:
    """The cooperative, as its Microsoft 365 knows it."""
    inside = tuple(
        Colleague(one.name, one.spec, away=AWAY if key == "nakajima" else "")
        for key, one in COLLEAGUES.items()
        if one.domain == DOMAIN and one is not MEETING
    )
    members = tuple(COLLEAGUES[key].spec for key in ("kobayashi", "watanabe"))
    guests = tuple(PEOPLE[key].spec for key in ("anna", "mari"))
    return Tenant(
        inside, (Group(MEETING.name, MEETING.spec, members + guests),), "Kazemachi Cooperative", (DOMAIN,)
    )
