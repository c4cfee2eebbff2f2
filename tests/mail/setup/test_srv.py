import pytest

from tuimail.mail.setup.srv import Record, asked, setting

ADDRESS = "hanako@example.jp"
IMAPS = Record(0, 1, 993, "imap.example.jp.")
SUBMISSIONS = Record(0, 1, 465, "smtp.example.jp.")

CASES = {
    "TLS from the first byte goes first": (
        {
            "_imaps._tcp": (IMAPS,),
            "_imap._tcp": (Record(0, 0, 143, "old.example.jp."),),
            "_submissions._tcp": (SUBMISSIONS,),
            "_submission._tcp": (Record(0, 0, 587, "old.example.jp."),),
        },
        ("imap.example.jp:993 tls", "smtp.example.jp:465 tls"),
    ),
    "what is left is spoken to by STARTTLS": (
        {
            "_imap._tcp": (Record(0, 0, 143, "mail.example.jp."),),
            "_submission._tcp": (Record(0, 0, 587, "mail.example.jp."),),
        },
        ("mail.example.jp:143 starttls", "mail.example.jp:587 starttls"),
    ),
    "the lower priority wins, then the greater weight": (
        {
            "_imaps._tcp": (
                Record(10, 9, 993, "c.jp."),
                Record(1, 1, 993, "b.jp."),
                Record(1, 5, 994, "a.jp."),
            ),
            "_submissions._tcp": (SUBMISSIONS,),
        },
        ("a.jp:994 tls", "smtp.example.jp:465 tls"),
    ),
    "a dot says that there is none": (
        {"_imaps._tcp": (Record(0, 0, 0, "."),), "_submissions._tcp": (SUBMISSIONS,)},
        None,
    ),
    "one way alone is not enough": ({"_imaps._tcp": (IMAPS,)}, None),
}


@pytest.mark.parametrize(("records", "expected"), CASES.values(), ids=CASES)
def test_records_become_servers(records, expected):
    found = setting(records, ADDRESS)
    assert (found and (str(found.imap), str(found.smtp))) == expected


def test_a_person_has_to_look_since_nobody_signed_it():
    found = setting({"_imaps._tcp": (IMAPS,), "_submissions._tcp": (SUBMISSIONS,)}, ADDRESS)
    assert not found.sure
    assert "look at the names" in found.doubt


def test_four_names_are_asked_for():
    assert asked() == ("_imaps._tcp", "_imap._tcp", "_submissions._tcp", "_submission._tcp")
