"""vCard files of several makers, whole and damaged."""

import asyncio
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimail.backends.vcard import CardFiles, people
from tuimail.mail.errors import ContactsError
from tuimail.mail.letter.address import Address

APPLE = """BEGIN:VCARD
VERSION:3.0
N:鈴木;一郎;;;
FN:鈴木 一郎
X-PHONETIC-FIRST-NAME:イチロウ
X-PHONETIC-LAST-NAME:スズキ
item1.EMAIL;type=INTERNET;type=pref:suzuki@client.example
EMAIL;TYPE="home:own":ichiro@home.
 example
UID:urn:uuid:1
END:VCARD
"""
OLD = """BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E4=BD=90=E8=97=A4;=E8=8A=B1=
=E5=AD=90
EMAIL:sato@example.jp
END:VCARD
"""
GROUP = """BEGIN:VCARD
VERSION:4.0
KIND:group
FN:営業部
MEMBER:urn:uuid:1
MEMBER:mailto:dana@partner.example
MEMBER:urn:uuid:gone
END:VCARD
"""


def test_a_person_has_names_readings_and_every_address():
    (one,) = people(APPLE, "me")
    assert (one.name, one.reading, one.source) == ("鈴木 一郎", "スズキ イチロウ", "me")
    assert [address.spec for address in one.addresses] == ["suzuki@client.example", "ichiro@home.example"]


def test_the_cards_of_old_phones_are_read():
    (one,) = people(OLD.replace("\n", "\r\n"), "old")
    assert one.name == "佐藤 花子"


def test_a_group_is_its_members():
    group = list(people(APPLE + GROUP, "me"))[1]
    assert group.group
    assert group.addresses == (
        Address("suzuki@client.example", "鈴木 一郎"),
        Address("dana@partner.example"),
    )


@pytest.mark.parametrize(
    "card",
    ["", "BEGIN:VCARD\nFN:nobody\nEND:VCARD\n", "BEGIN:VCARD\nEMAIL:no address\nEND:VCARD\n", APPLE[:60]],
)
def test_what_has_no_address_is_nobody(card):
    assert list(people(card, "x")) == []


def test_no_name_brings_a_line_end_or_an_escape_along():
    (one,) = people("BEGIN:VCARD\nFN:a\\nBcc: x\x1b[31m\nEMAIL:a@b.example\nEND:VCARD\n", "x")
    assert one.name.isprintable()


@given(st.text(st.sampled_from('BEGINVCARD:END;\n=EMAIL"\\@.a \t'), max_size=200))
def test_nothing_makes_it_raise(text):
    list(people(f"BEGIN:VCARD\n{text}\nEND:VCARD\n", "x"))


async def test_files_and_folders_are_read_once_and_again_when_they_change(tmp_path):
    (tmp_path / "cards").mkdir()
    (tmp_path / "cards" / "one.vcf").write_text(APPLE, "utf-8")
    (tmp_path / "old.vcf").write_text(OLD, "utf-8")
    cards = CardFiles([str(tmp_path / "cards"), str(tmp_path / "old.vcf")])
    assert [one.source for one in await cards.find("すず", 9)] == ["one"]
    assert [one.source for one in await cards.find("sato", 9)] == ["old"]
    (tmp_path / "old.vcf").write_text(OLD.replace("sato", "kato"), "utf-8")
    os.utime(tmp_path / "old.vcf", ns=(1, 1))
    assert await cards.find("sato", 9) == ()
    assert len(await cards.find("kato", 9)) == 1


async def test_who_stops_waiting_does_not_stop_the_reading(tmp_path):
    (tmp_path / "one.vcf").write_text(APPLE, "utf-8")
    cards = CardFiles([str(tmp_path / "one.vcf")])
    first = asyncio.create_task(cards.find("suz", 9))
    await asyncio.sleep(0)
    first.cancel()
    assert len(await cards.find("suz", 9)) == 1


async def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(ContactsError, match=r"gone\.vcf can't be read: no such file"):
        await CardFiles([str(tmp_path / "gone.vcf")]).find("a", 9)


NUMBERS = """BEGIN:VCARD
VERSION:4.0
FN:鈴木
EMAIL:suzuki@client.example
TEL;VALUE=uri;TYPE="voice,work":tel:+81-3-1234-5678;ext=12
item1.TEL;TYPE=CELL:090-1111-2222
TEL;TYPE=FAX,WORK:03-9999-9999
TEL:\x1b[31m
TEL:
END:VCARD
"""


def test_telephone_numbers_are_read_but_not_those_of_fax():
    (contact,) = people(NUMBERS, "book")
    assert contact.phones == ("+81-3-1234-5678 ext. 12", "090-1111-2222", "␛[31m")
