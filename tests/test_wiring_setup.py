"""What making and removing an account does to the configuration and the keyring."""

import keyring
import keyrings
import pytest
from keyring.backends.fail import Keyring
from msgspec.structs import replace

from tuimail import config
from tuimail.backends import secrets
from tuimail.mail.errors import ConfigError, SecretError
from tuimail.mail.setup.form import Form
from tuimail.mail.setup.setting import Way
from tuimail.paths import Paths
from tuimail.wiring import setup

FORM = Form(
    address="hanako@example.jp",
    imap="imap.example.jp",
    smtp="smtp.example.jp",
    user="hanako@example.jp",
    name="work",
)


@pytest.fixture
def kept():
    with keyrings.in_memory() as memory:
        yield memory.kept


@pytest.fixture
def places(tmp_path):
    return Paths.under(tmp_path)


async def test_the_password_goes_to_the_keyring_and_the_rest_to_the_file(places, kept):
    await setup.ConfigShelf(places).keep(FORM, "hunter2")
    assert kept == {(secrets.SERVICE, "work"): "hunter2"}
    assert "hunter2" not in places.config.read_text()
    assert setup.names(places.config) == ("work",)


async def test_where_the_file_can_not_be_written_no_password_is_left_behind(places, kept):
    places.config.parent.parent.mkdir(exist_ok=True)
    places.config.parent.write_text("a file where the folder should be")
    with pytest.raises(ConfigError):
        await setup.ConfigShelf(places).keep(FORM, "hunter2")
    assert kept == {}


@pytest.mark.parametrize("named", [True, False])
async def test_without_a_keyring_nothing_is_written(places, kept, monkeypatch, named):
    keyring.set_keyring(Keyring())
    if named:
        monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    with pytest.raises(SecretError):
        await setup.ConfigShelf(places).keep(FORM, "hunter2")
    assert "no keyring" in await setup.no_keyring()
    assert not places.config.exists()


async def test_removing_takes_block_and_password_of_that_account_alone(places, kept):
    shelf = setup.ConfigShelf(places)
    await shelf.keep(FORM, "hunter2")
    await shelf.keep(replace(FORM, name="home"), "hunter3")
    await setup.remove(places, config.load(places.config).accounts[0])
    assert setup.names(places.config) == ("home",)
    assert kept == {(secrets.SERVICE, "home"): "hunter3"}


async def test_a_command_touches_no_keyring(places, kept):
    kept[secrets.SERVICE, "work"] = "somebody else's"
    await setup.ConfigShelf(places).keep(replace(FORM, way=Way.COMMAND, command="pass x"), "")
    await setup.remove(places, config.load(places.config).accounts[0])
    assert kept == {(secrets.SERVICE, "work"): "somebody else's"}


@pytest.mark.parametrize(
    ("text", "empty"),
    [
        (None, True),
        ("", True),
        ("# x\n[outbox]\n", True),
        ("[[accounts]]\n", False),
        ("broken", False),
        ("[outbox]\nundo_second = 3\n", False),
    ],
)
def test_a_configuration_without_accounts_is_as_none(places, text, empty):
    if text is not None:
        places.config.parent.mkdir(parents=True)
        places.config.write_text(text)
    assert setup.is_empty(places.config) is empty
