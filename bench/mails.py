"""Mail by the hundred thousand, alike on every machine: threads, Japanese, HTML, files; 8 kB each.

A million of them are short, so that a disk can have them.
"""

import base64
import os
import random
import time
from collections.abc import Iterator
from email.header import Header
from pathlib import Path
from typing import NamedTuple

NEWEST = 1_790_000_000
SPAN = 3 * 365 * 86400
RARE, COMMON, JAPANESE = "zyzzogeton", "invoice", "請求"
RARE_MAILS = 5
SHORT_FROM = 500_000
REPLIES, THREAD = 0.55, 12

_PEOPLE = (
    ("Alice Adams", "alice@example.com"),
    ("Bob Bauer", "bob@example.org"),
    ("Carol Dubois", "carol@lists.example.org"),
    ("山田 太郎", "yamada@corp.example.co.jp"),
    ("佐藤 花子", "sato@example.jp"),
    ("鈴木 一郎", "suzuki@client.example"),
    ("Zoë García", "zoe@univ.example.edu"),
    ("Kowalska, Anna", "anna@supplier.example"),
    ("build", "build@ci.example"),
)
_SUBJECTS = (
    "Budget review", "Weekly status report", "Release checklist", "Build failed on main", "Travel plans",
    "Réunion à Genève", "Zażółć gęślą jaźń", "会議の日程について", "請求書を送付します", "来週の出張の件",
    "資料を添付しました", "Question about the API", "Lunch on Friday?", "Quarterly numbers",
)  # fmt: skip
_WORDS = (
    "the", "of", "and", "to", "in", "is", "that", "for", "it", "on", "with", "as", "was", "at", "by", "be",
    "this", "have", "from", "or", "had", "not", "are", "but", "what", "all", "were", "when", "we", "there",
    "can", "your", "which", "their", "said", "if", "will", "each", "about", "how", "up", "out", "them",
    "then", "many", "some", "so", "these", "would", "other", "into", "more", "two", "time", "could",
    "make", "than", "first", "been", "its", "who", "now", "people", "made", "over", "down", "only", "way",
    "find", "use", "long", "after", "called", "meeting", "review", "schedule", "budget", "release",
    "deploy", "server", "patch", "update", "report", "invoice", "payment", "customer", "contract", "draft",
    "attached", "please", "confirm", "tomorrow", "deadline", "question", "answer", "team", "quarter",
    "plan",
)  # fmt: skip
_SENTENCES = (
    "お世話になっております。先日お話しした件について、資料を添付しましたのでご確認ください。",
    "請求書を送付いたしますので、今月末までにお支払いをお願いいたします。",
    "来週の会議は会議室の都合により、木曜日の午後三時からに変更となりました。",
)


class Mail(NamedTuple):
    """One message: its bytes, Maildir flags, and when it came."""

    raw: bytes
    flags: str
    when: int


def mails(count: int, seed: int = 1) -> Iterator[Mail]:
    """So many messages, oldest first."""
    chance = random.Random(seed)
    threads: list[tuple[str, list[str]]] = []
    rare = {(2 * n + 1) * count // (2 * RARE_MAILS) for n in range(RARE_MAILS)}
    for number in range(count):
        when = NEWEST - SPAN + (number + 1) * SPAN // count
        length = 300 if count >= SHORT_FROM else min(40_000, max(300, int(chance.lognormvariate(8.1, 0.7))))
        yield Mail(
            _message(chance, number, when, threads, _text(chance, number, length, number in rare)),
            _flags(chance),
            when,
        )


def maildir(folder: Path, count: int, owner: tuple[int, int] | None = None) -> None:
    """Write them as a Maildir; done already when the folder is there."""
    if folder.exists():
        return
    for name in ("cur", "new", "tmp"):
        (folder / name).mkdir(parents=True)
    for number, mail in enumerate(mails(count)):
        path = (
            folder
            / "cur"
            / f"{mail.when}.M{number}P1.bench,S={len(mail.raw)},W={len(mail.raw)}:2,{mail.flags}"
        )
        path.write_bytes(mail.raw)
        os.utime(path, (mail.when, mail.when))
    if owner is not None:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, *owner)


def _flags(chance: random.Random) -> str:
    letters = {"F": 0.04, "R": 0.08, "S": 0.7}
    return "".join(letter for letter, share in letters.items() if chance.random() < share)


def _message(
    chance: random.Random, number: int, when: int, threads: list[tuple[str, list[str]]], text: str
) -> bytes:
    ident = f"<{number}.bench@example.test>"
    (name, spec), subject, references = chance.choice(_PEOPLE), chance.choice(_SUBJECTS), []
    if threads and chance.random() < REPLIES:
        subject, references = chance.choice(threads[-200:])
        subject = f"Re: {subject}"
    head = [
        f"From: {Header(name, 'utf-8').encode()} <{spec}>"
        if not name.isascii()
        else f'From: "{name}" <{spec}>',
        "To: me@example.test",
        f"Subject: {subject if subject.isascii() else Header(subject, 'utf-8').encode()} ",
        f"Date: {time.strftime('%a, %d %b %Y %H:%M:%S +0000', time.gmtime(when))}",
        f"Message-ID: {ident}",
    ]
    if references:
        head += [f"In-Reply-To: {references[-1]}", f"References: {' '.join(references)}"]
        if len(references) < THREAD:
            references.append(ident)
    else:
        threads.append((subject, [ident]))
    return "\r\n".join((*head, "MIME-Version: 1.0", *_body(chance, number, text))).encode()


def _words(text: str, quoted: bool = False) -> str:
    if not text.isascii():
        return Header(text, "utf-8").encode()
    return f'"{text}"' if quoted else text


def _body(chance: random.Random, number: int, text: str) -> Iterator[str]:
    html = "<html><body>" + "".join(f"<p>{part}</p>" for part in text.split("\r\n")) + "</body></html>"
    kind = chance.random()
    if kind < 0.45:
        yield from ("Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit", "", text)
    elif kind < 0.53:
        yield from ("Content-Type: text/html; charset=utf-8", "Content-Transfer-Encoding: 8bit", "", html)
    else:
        mixed = kind > 0.88
        yield f'Content-Type: multipart/{"mixed" if mixed else "alternative"}; boundary="b{number}"'
        yield from ("", f"--b{number}", "Content-Type: text/plain; charset=utf-8", "", text, f"--b{number}")
        if mixed:
            data = base64.encodebytes(chance.randbytes(6000)).decode().replace("\n", "\r\n")
            yield 'Content-Type: application/pdf; name="report.pdf"'
            yield from ("Content-Disposition: attachment", "Content-Transfer-Encoding: base64", "", data)
        else:
            yield from ("Content-Type: text/html; charset=utf-8", "", html)
        yield f"--b{number}--"
    yield ""


def _text(chance: random.Random, number: int, length: int, rare: bool) -> str:
    lines = [f"Ref M{number:07}"]
    while length > 0:
        line = chance.choice(_SENTENCES) if chance.random() < 0.1 else " ".join(chance.choices(_WORDS, k=12))
        lines.append(line)
        length -= len(line)
    return "\r\n".join((*lines, RARE) if rare else lines)
