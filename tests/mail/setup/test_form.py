"""What a filled form is missing, and what it becomes in config.toml."""

import msgspec
import pytest
from msgspec.structs import replace

from tuimail import config
from tuimail.mail.setup import providers
from tuimail.mail.setup.entry import entry
from tuimail.mail.setup.form import Form, Step, Through, faults, with_setting
from tuimail.mail.setup.question import questions, ways
from tuimail.mail.setup.setting import Way

FORM = Form(
    address="hanako@example.jp",
    display_name="山田花子",
    imap="imap.example.jp",
    smtp="smtp.example.jp:587",
    user="hanako@example.jp",
    name="work",
)
WORK = providers.receiving([".mail.protection.outlook.com"]).setting("h@example.jp", "the DNS")

WRONG = [
    (Step.ADDRESS, {"address": " "}, "address"),
    (Step.ADDRESS, {"address": "hanako"}, "address"),
    (Step.SERVERS, {"imap": "a b c d"}, "imap"),
    (Step.SERVERS, {"smtp": "smtp.example.jp:25"}, "smtp"),
    (Step.SERVERS, {"user": " "}, "user"),
    (Step.SERVERS, {"name": "taken"}, "name"),
    (Step.SERVERS, {"name": "a/b"}, "name"),
    (Step.LOGIN, {}, "secret"),
    (Step.LOGIN, {"way": Way.COMMAND}, "command"),
    (Step.LOGIN, {"way": Way.TOKEN}, "command"),
    (Step.LOGIN, {"way": Way.MICROSOFT}, "client_id"),
    (Step.LOGIN, {"way": Way.MICROSOFT, "client_id": "x", "tenant": "a b"}, "tenant"),
    (Step.LOGIN, {"way": Way.GOOGLE}, "client_file"),
]


@pytest.mark.parametrize(("step", "changes", "question"), WRONG)
def test_what_is_wrong_stands_beside_its_question(step, changes, question):
    assert list(faults(step, replace(FORM, **changes), "", ["taken"])) == [question]


def test_a_right_form_goes_through_every_step():
    assert not any(faults(step, FORM, "secret", ["taken"]) for step in Step)


def test_it_becomes_an_account_of_the_configuration():
    assert msgspec.convert(entry(FORM), config.Account) == config.Account(
        name="work",
        address="hanako@example.jp",
        display_name="山田花子",
        imap=config.Server("imap.example.jp", 993, "tls"),
        smtp=config.Server("smtp.example.jp", 587, "starttls"),
    )


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"way": Way.COMMAND, "command": " pass show x "}, {"password_command": "pass show x"}),
        ({"way": Way.MICROSOFT, "client_id": "id"}, {"auth": "microsoft", "oauth": {"client_id": "id"}}),
        (
            {"way": Way.MICROSOFT, "client_id": "id", "tenant": "example.jp"},
            {"oauth": {"client_id": "id", "tenant": "example.jp"}},
        ),
        ({"way": Way.GOOGLE, "client_file": "f"}, {"auth": "google", "oauth": {"client_file": "f"}}),
        (
            {"way": Way.TOKEN, "command": "t", "ways": (Way.GOOGLE, Way.TOKEN)},
            {"auth": "google", "token_command": "t"},
        ),
        (
            {"way": Way.TOKEN, "command": "t", "ways": (Way.MICROSOFT, Way.TOKEN)},
            {"auth": "microsoft", "token_command": "t"},
        ),
        ({"user": "hanako"}, {"user": "hanako"}),
    ],
)
def test_each_way_to_log_in_has_its_keys(changes, expected):
    found = entry(replace(FORM, **changes))
    assert {key: found.get(key) for key in expected} == expected


def test_a_password_is_in_no_entry():
    assert "password" not in str(entry(FORM))


def test_by_graph_there_are_no_servers_to_ask_for_or_to_keep():
    form = with_setting(Form(address="h@example.jp"), WORK, ())
    assert form.by_graph
    assert [one.id for one in questions(Step.SERVERS, form, WORK)] == ["through", "name"]
    form = replace(form, client_id="id")
    assert msgspec.convert(entry(form), config.Account).graph == config.Graph()
    assert not {"imap", "smtp", "user"} & set(entry(form))


def test_by_imap_microsoft_365_asks_for_servers():
    form = replace(with_setting(Form(address="h@example.jp"), WORK, ()), through=Through.IMAP)
    asked = [one.id for one in questions(Step.SERVERS, form, WORK)]
    assert asked == ["through", "imap", "smtp", "user", "name"]


def test_without_a_keyring_no_password_is_asked_for():
    assert Way.PASSWORD not in ways(FORM, "this computer has no keyring")
    assert Way.PASSWORD in ways(FORM)


def test_the_name_is_one_that_nobody_has():
    gmail = providers.of("gmail.com").setting("h@gmail.com")
    assert with_setting(Form(address="h@gmail.com"), gmail, ("gmail", "gmail2")).name == "gmail3"
    assert with_setting(Form(address="h@example.jp"), None, ()).name == "example"
