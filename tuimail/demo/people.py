"""The demo's people: who they are and what they answer."""

from msgspec import Struct, field

ME = "me"


class Person(Struct, frozen=True):
    """Somebody with a mailbox. Without `answers` a person reads and keeps quiet."""

    name: str
    spec: str
    answers: tuple[str, ...] = field(default=())

    @property
    def header(self) -> str:
        """As it stands in an address header."""
        return f'"{self.name}" <{self.spec}>' if "," in self.name else f"{self.name} <{self.spec}>"

    @property
    def domain(self) -> str:
        return self.spec.rpartition("@")[2]


YOU = Person("山田 花子", "hanako@komorebi.example")
LIST = Person("letterpress", "letterpress@letters.example")
LATER = Person(
    "Post office, back in five minutes",
    "later@post.example",
    ("We were closed at your first knock, and open at your second. Patience pays.\n\nThe post office",),
)

PEOPLE: dict[str, Person] = {
    ME: YOU,
    "list": LIST,
    "later": LATER,
    "tanaka": Person(
        "田中 美咲",
        "tanaka@komorebi.example",
        (
            "確認しました。ありがとう。\n宛先を声に出して読みましたか。\n\n田中",
            "了解です。猫にも伝えておきます。\n\n田中",
        ),
    ),
    "sato": Person(
        "佐藤 健",
        "sato@komorebi.example",
        (
            "拝見しました。倉庫から返信しています。ここは静かです。\n\n佐藤",
            "承知しました。二階はまだ使えません。\n\n佐藤",
        ),
    ),
    "suzuki": Person(
        "鈴木 一郎",
        "suzuki@client.example",
        (
            "山田様\n\nさっそくのご連絡、ありがとうございます。会議に間に合いました。\n\n鈴木",
            "山田様\n\n拝受いたしました。社内で確認のうえ、ご返事いたします。\n\n鈴木",
        ),
    ),
    "dana": Person(
        "Dana Whitfield",
        "dana@whitfield.example",
        (
            "Got it, and read it twice, the second time for pleasure.\n\nDana",
            "Perfect. The author says hello from the kitchen.\n\nD.",
        ),
    ),
    "anna": Person(
        "Kowalska, Anna",
        "anna@supplier.example",
        (
            "Thank you, received. I counted the zeros: all there, none too many.\n\nAnna",
            "Noted. The driver asks about the coffee.\n\nAnna",
        ),
    ),
    "ravi": Person(
        "Ravi Menon",
        "ravi@friends.example",
        (
            "Reading this with noodles in one hand. Yes to whatever it says.\n\nR.",
            "Counter-proposal: ramen.\n\nR.",
        ),
    ),
    "mari": Person(
        "高橋 真理",
        "mari@kappan.example",
        ("山田様\n\n承知しました。紙にもそう話しておきます。\n\n高橋",),
    ),
    "nakamura": Person(
        "中村 雪",
        "nakamura@library.example",
        ("山田様\n\n受け取りました。声を出さずに喜んでいます。\n\n中村",),
    ),
    "news": Person(
        "Paper & Ink",
        "leave@paperandink.example",
        ("You have left. No hard feelings, and no hard covers.\n\nPaper & Ink",),
    ),
    "doorkeeper": Person(
        "letterpress",
        f"leave@{LIST.domain}",
        ("You have left the list. The g's stay with us.\n\nletterpress",),
    ),
    "mother": Person(
        "山田 節子",
        "setsuko@home.example",
        (
            "はなこへ\n\nとどきました。すぐ返事が来るので、母もびっくりしています。🍊\n\n母",
            "はなこへ\n\nわかりました。ごはんは食べていますか。\n\n母",
        ),
    ),
}

BY_SPEC: dict[str, Person] = {person.spec: person for person in PEOPLE.values()}
