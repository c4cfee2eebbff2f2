import smtplib
import time
from email import message_from_bytes
from email.header import decode_header, make_header

import pytest

from tuimail.demo.people import LATER, PEOPLE, YOU
from tuimail.demo.server import HOST, PostOffice

LETTER = (
    b"From: hanako@komorebi.example\r\nSubject: =?utf-8?b?6KaL56mN5pu4?=\r\n"
    b"Message-ID: <one@komorebi.example>\r\n\r\n.dot\r\nsecond\r\n"
)
DANA = PEOPLE["dana"].spec


@pytest.fixture
def office(tmp_path):
    office = PostOffice(you=tmp_path / "you", people=tmp_path / "people", pause=0.05).open()
    yield office
    office.close()


@pytest.fixture
def client(office):
    with smtplib.SMTP(HOST, office.port, timeout=5) as client:
        yield client


def waited_for(folder):
    for _ in range(100):
        if found := list(folder.glob("new/*")):
            return found
        time.sleep(0.02)
    return []


def test_what_is_taken_lies_in_the_maildir_of_its_people(office, client, tmp_path):
    client.sendmail(YOU.spec, [DANA, YOU.spec], LETTER)
    for folder in (tmp_path / "people" / DANA, tmp_path / "you"):
        (file,) = folder.glob("new/*")
        assert file.read_bytes() == LETTER.replace(b"\r\n", b"\n")
    assert office.deliveries[0].wire == LETTER
    assert office.deliveries[0].recipients == (DANA, YOU.spec)


def test_somebody_answers_in_the_thread(client, tmp_path):
    client.sendmail(YOU.spec, [DANA], LETTER)
    (file,) = waited_for(tmp_path / "you")
    reply = message_from_bytes(file.read_bytes())
    assert reply["In-Reply-To"] == "<one@komorebi.example>"
    assert str(make_header(decode_header(reply["Subject"]))) == "Re: 見積書"
    assert "> .dot" in reply.get_payload(decode=True).decode()


def test_nobody_of_that_name_is_refused(client):
    with pytest.raises(smtplib.SMTPRecipientsRefused) as error:
        client.sendmail(YOU.spec, ["nobody@client.example"], LETTER)
    assert error.value.recipients["nobody@client.example"][0] == 550


def test_the_slow_one_says_not_now_once(client, office):
    client.ehlo()
    client.mail(YOU.spec)
    assert [client.rcpt(LATER.spec)[0] for _ in range(2)] == [451, 250]
    assert any("451" in line for line in office.log)
