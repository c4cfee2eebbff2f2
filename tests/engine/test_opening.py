"""Letters and what is in them, on a mailbox in memory."""

import asyncio

import pytest
from msgspec.structs import replace

from tuimail.engine.opening import KEPT, PICTURE_LIMIT, NoOpener, Opening, Source
from tuimail.mail.errors import MailboxError, OpenError
from tuimail.mail.letter.envelope import Ref

INNER = b"Subject: inner\n\nContent\n"
MAIL = (
    b"From: a@b.example\nSubject: outer\nContent-Type: multipart/mixed; boundary=B\n\n--B\n\nhello\n"
    b"--B\nContent-Type: message/rfc822\n\n"
    + INNER
    + b"--B\nContent-Type: application/pdf; name=../a.pdf\n\n%PDF\n"
    b"--B\nContent-Type: text/plain; name=run.sh\nContent-Disposition: attachment\n\n#!/bin/sh\n--B--\n"
)


class Box:
    def __init__(self):
        self.asked, self.trouble = [], None

    async def raw(self, ref):
        self.asked.append(ref.uid)
        if self.trouble:
            raise self.trouble
        return MAIL


class Desktop(NoOpener):
    def __init__(self):
        self.shown = []

    async def link(self, target):
        self.shown.append(target)

    async def file(self, name, data):
        self.shown.append((name, data))

    async def picture(self, data, columns, rows):
        return (data, columns, rows)

    async def pipe(self, command, data):
        return data[:4]


class Disk:
    async def save(self, folder, name, data):
        return f"{folder}/{name}:{data.decode()}"


@pytest.fixture
def box():
    return Box()


@pytest.fixture
def desktop():
    return Desktop()


@pytest.fixture
def opening(box, desktop):
    return Opening(box, Disk(), desktop)


def at(uid="1", *path):
    return Source(Ref("work", "INBOX", uid), path)


async def test_a_letter_is_parsed_once_while_it_is_kept(opening, box):
    first = await opening.letter(at())
    assert await opening.letter(at()) is first
    assert box.asked == ["1"]


async def test_a_message_looked_ahead_to_is_there_when_it_is_opened(opening, box):
    opening.ahead(at("2").ref)
    await opening.letter(at("2"))
    assert box.asked == ["2"]


async def test_only_a_few_letters_are_kept(opening, box):
    for uid in range(KEPT + 1):
        await opening.letter(at(str(uid)))
    await opening.letter(at("0"))
    assert box.asked == [*map(str, range(KEPT + 1)), "0"]


async def test_a_letter_that_could_not_be_had_is_asked_for_again(opening, box):
    box.trouble = MailboxError("offline")
    opening.ahead(at().ref)
    await asyncio.sleep(0)
    with pytest.raises(MailboxError):
        await opening.letter(at())
    box.trouble = None
    assert (await opening.letter(at())).subject == "outer"


async def test_an_attached_message_is_a_letter_too(opening):
    letter = await opening.letter(at())
    inside = at().inside(letter.parts[0])
    assert (await opening.letter(inside)).subject == "inner"
    assert (await opening.raw(inside)).startswith(b"Subject: inner")


async def test_an_attachment_is_saved_under_a_clean_name(opening):
    letter = await opening.letter(at())
    assert await opening.save(at(), letter.parts[1], "/home/h") == "/home/h/a.pdf:%PDF"


async def test_an_attachment_is_opened_under_a_clean_name(opening, desktop):
    letter = await opening.letter(at())
    await opening.open(at(), letter.parts[1])
    assert desktop.shown == [("a.pdf", b"%PDF")]


async def test_a_program_is_told_and_never_opened(opening, desktop):
    part = (await opening.letter(at())).parts[2]
    assert (await opening.perils(at(), part))[1]
    with pytest.raises(OpenError, match=r"run\.sh is a program"):
        await opening.open(at(), part)
    assert desktop.shown == []


@pytest.mark.parametrize("target", ["file:///etc/passwd", "javascript:x", "data:x", "", "http://"])
async def test_other_links_than_web_and_mail_are_refused(opening, desktop, target):
    with pytest.raises(OpenError):
        await opening.link(target)
    assert desktop.shown == []


async def test_a_link_reaches_the_desktop_without_what_a_shell_knows(opening, desktop):
    await opening.link("https://a.example/$(x)")
    assert desktop.shown == ["https://a.example/%24%28x%29"]


async def test_only_what_says_it_is_an_image_is_drawn(opening):
    part = (await opening.letter(at())).parts[1]
    assert await opening.picture(at(), part, 80, 20) is None
    for kind, drawn in (("image/svg+xml", None), ("image/png", (b"%PDF", 80, 20))):
        assert await opening.picture(at(), replace(part, type=kind), 80, 20) == drawn
    large = replace(part, type="image/png", size=PICTURE_LIMIT + 1)
    assert await opening.picture(at(), large, 80, 20) is None


async def test_a_message_is_piped_as_it_came(opening):
    assert await opening.pipe(at(), "wc") == MAIL[:4]


async def test_where_nothing_can_be_opened_each_says_so():
    nothing = NoOpener()
    for deed in (nothing.link("x"), nothing.file("x", b""), nothing.pipe("x", b""), nothing.leave_list("x")):
        with pytest.raises(OpenError):
            await deed
