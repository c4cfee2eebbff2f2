"""`tuimail compose`: what it begins with, and what it refuses before a screen opens."""

import pytest

from tuimail.cli import compose, main
from tuimail.cli.exits import DATA, USAGE
from tuimail.mail.letter.draft import Draft
from tuimail.mail.letter.mailto import mailto


class Drafts:
    """The part of an engine that makes drafts."""

    def new(self):
        return Draft("d", "work", body="\n\n-- \nMe\n")

    def linked(self, url):
        return mailto(url).into(self.new()), mailto(url)

    async def filled(self, draft, name):
        return Draft("d", "work", to=draft.to, subject=name)


class Engine:
    drafts = Drafts()


@pytest.mark.parametrize("link", ["mailto:a@b.example", "MAILTO:a@b.example", "a@b.example"])
async def test_a_link_or_an_address_is_whom_it_goes_to(link):
    draft, said = await compose.draft(Engine(), link, "")
    assert (draft.to, said) == ("a@b.example", "")


async def test_what_a_link_may_not_say_is_told(link="mailto:a@b.example?attach=/etc/passwd"):
    draft, said = await compose.draft(Engine(), link, "report")
    assert (draft.to, draft.subject, draft.attachments) == ("a@b.example", "report", ())
    assert said == "The link also asked for attach: left out."


@pytest.mark.parametrize("args", [["compose"], ["compose", "a@b.example"], ["mailto:a@b.example"]])
def test_without_a_terminal_it_says_what_to_do(args, capsys):
    assert main.main(args) == USAGE
    assert "needs a terminal" in capsys.readouterr().err


def test_a_huge_link_is_refused(capsys):
    assert main.main(["mailto:a@b.example?body=" + "A" * 300_000]) == DATA
    assert "nothing was opened" in capsys.readouterr().err
