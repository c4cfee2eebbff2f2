import pytest

from tuimail.cli.exits import USAGE, Fault
from tuimail.cli.sendmail import addresses, message
from tuimail.cli.sendmail_call import Call, Mode, read_call
from tuimail.mail.errors import AddressError
from tuimail.mail.letter.address import Address

ME = Address("hanako@example.jp", "山田花子")


@pytest.mark.parametrize(
    ("args", "call"),
    [
        (["-i", "a@x.example", "b@x.example"], Call(("a@x.example", "b@x.example"), dots=True)),
        (
            ["-f", "me@x.example", "-i", "a@x.example"],
            Call(("a@x.example",), dots=True, sender="me@x.example"),
        ),
        (
            ["-oem", "-oi", "-f", "me@x.example", "--", "a@x.example"],
            Call(("a@x.example",), dots=True, sender="me@x.example"),
        ),
        (["-FCronDaemon", "-i", "-B8BITMIME", "-oem", "root"], Call(("root",), dots=True, name="CronDaemon")),
        (["-t", "-i"], Call(from_header=True, dots=True)),
        (["-i", "--", "a@x.example"], Call(("a@x.example",), dots=True)),
        (["-t"], Call(from_header=True)),
        (["-t", "-oi"], Call(from_header=True, dots=True)),
        (["-ti"], Call(from_header=True, dots=True)),
        (["-t", "-N", "success,failure", "-R", "hdrs", "-V", "envid"], Call(from_header=True)),
        (["-odb", "-oi", "a@x.example"], Call(("a@x.example",), dots=True)),
        (["-m", "-n", "-U", "-om", "-G", "-L", "tag", "a@x.example"], Call(("a@x.example",))),
        (["-fme@x.example", "a@x.example"], Call(("a@x.example",), sender="me@x.example")),
        (["-r", "me@x.example", "a@x.example"], Call(("a@x.example",), sender="me@x.example")),
        (["-f", "<>", "a@x.example"], Call(("a@x.example",))),
        (["-t", "a@x.example"], Call(("a@x.example",), from_header=True)),
        (["-bm", "a@x.example"], Call(("a@x.example",))),
        (["a@x.example", "-v"], Call(("a@x.example",))),
        (["-odq", "-oi", "a@x.example"], Call(("a@x.example",), dots=True)),
        (["-odi", "-ow7", "-oQ/var/x", "a@x.example"], Call(("a@x.example",))),
        (["-d8.100", "-q", "a@x.example"], Call(("a@x.example",), mode=Mode.FLUSH)),
        (["-O", "IgnoreDots=no", "-X", "/dev/null", "-h", "3", "a@x.example"], Call(("a@x.example",))),
        (["-i", "--", "-q"], Call(("-q",), dots=True)),
        (["-bs"], Call(mode=Mode.SMTP)),
        (["-bs", "-odb", "-oem"], Call(mode=Mode.SMTP)),
        (["-bp"], Call(mode=Mode.LIST)),
        (["-bv", "root"], Call(("root",), mode=Mode.VERIFY)),
        (["-q"], Call(mode=Mode.FLUSH)),
        (["-q15m"], Call(mode=Mode.FLUSH)),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_arguments_are_read_as_the_programs_that_call_sendmail_write_them(args, call):
    assert read_call(args) == call


@pytest.mark.parametrize("args", [["-bd"], ["-bi"], ["-bv"], ["-i"], ["-F"], ["-Z", "a@x.example"], []])
def test_what_is_not_offered_is_a_usage_error(args):
    with pytest.raises(Fault) as error:
        read_call(args)
    assert error.value.code == USAGE


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_lone_dot_ends_the_message(end):
    assert message(b"A: b" + end + end + b"text" + end + b"." + end + b"more" + end, dots=False) == (
        b"A: b" + end + end + b"text" + end
    )


def test_with_dots_as_text_nothing_ends_the_message():
    assert message(b"A: b\n\n.\nmore\n", dots=True) == b"A: b\n\n.\nmore\n"


def test_a_line_that_only_begins_with_a_dot_is_text():
    assert message(b"\n..\n.x\n", dots=False) == b"\n..\n.x\n"


def test_recipients_come_once_each_in_their_order():
    given = ("b@x.example", "A Name <a@x.example>, b@x.example")
    assert addresses(given, ME) == ("b@x.example", "a@x.example")


def test_a_name_without_a_domain_is_you():
    assert addresses(("root", "www-data"), ME) == (ME.spec,)


def test_something_that_is_no_address_is_refused():
    with pytest.raises(AddressError):
        addresses(("not an@address@x",), ME)
