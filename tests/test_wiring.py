import pytest
from msgspec.structs import replace

from tuimail import wiring
from tuimail.config import Account, Config, Graph, Jmap, Outbox, Recall, Server
from tuimail.mail.after.kind import Kind
from tuimail.mail.errors import ConfigError, SecretError
from tuimail.paths import Paths
from tuimail.wiring import signing_in

SMTP = Server("127.0.0.1", 2525, "none")


@pytest.fixture
def places(tmp_path):
    return Paths.under(tmp_path)


def account(**given):
    return Account(**{"name": "work", "address": "a@x.example", "smtp": SMTP, "maildir": "~/Mail", **given})


def test_an_engine_has_the_accounts_in_their_order(places):
    engine = wiring.build(Config((account(), account(name="home", display_name="花子"))), places)
    assert [own.name for own in engine.accounts] == ["work", "home"]
    assert engine.accounts[1].address.name == "花子"


def test_the_copy_in_sent_is_left_to_servers_that_file_their_own(places):
    gmail = account(name="gmail", smtp=Server("smtp.gmail.com", 465))
    engine = wiring.build(Config((account(), gmail)), places)
    assert [own.files_sent for own in engine.accounts] == [True, False]


def test_the_mailbox_is_read_by_graph_only_where_there_is_no_other_way_to_it(places):
    imap, way = Server("127.0.0.1", 1143, "none"), {"graph": Graph(), "auth": "microsoft", "smtp": None}
    accounts = (
        account(name="all", maildir=None, **way),
        account(name="imap", maildir=None, imap=imap, **way),
        account(name="files", **way),
    )
    engine = wiring.build(Config(accounts), places)
    kinds = [type(own.source).__name__ for own in engine.accounts]
    assert kinds == ["GraphSource", "ImapSource", "MaildirSource"]


def test_scheduled_mail_is_kept_by_jmap_where_it_is_given_else_by_the_submission_server(places):
    with_jmap = account(name="other", jmap=Jmap("https://jmap.example"))
    engine = wiring.build(Config((account(), with_jmap)), places)
    kinds = [type(own.keeper).__name__ for own in engine.accounts]
    assert kinds == ["SmtpKeeper", "JmapKeeper"]


async def test_the_undo_window_is_the_configured_one(places):
    engine = wiring.build(Config((account(),), Outbox(undo_seconds=7)), places)
    try:
        item = await engine.outbox.send_raw("work", b"To: b@x.example\r\nFrom: a@x.example\r\n\r\nx\r\n")
    finally:
        await engine.close()
    assert item.hold == 7


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "data").write_text("in the way")
    with pytest.raises(ConfigError, match="tuimail keeps its outbox there"):
        wiring.build(Config((account(),)), Paths.under(tmp_path))


async def test_secrets_come_from_the_command_that_fits(places):
    assert await signing_in.credential(account(auth="none"), places) == ""
    assert await signing_in.credential(account(password_command="echo one"), places) == "one"
    assert await signing_in.credential(account(auth="google", token_command="echo two"), places) == "two"


async def test_a_token_command_is_told_what_its_token_is_for(places):
    given = account(auth="microsoft", token_command="sh -c 'echo token for $TUIMAIL_TOKEN_FOR'")
    login = signing_in.Login(given, places)
    assert await login.secret() == "token for mail"
    assert await login.graph_token() == "token for graph"


async def test_a_command_that_fails_names_the_account(places):
    with pytest.raises(SecretError, match="token_command of work failed"):
        await signing_in.credential(account(auth="google", token_command="false"), places)


def test_themes_come_along_and_the_user_may_add_some(places):
    places.themes.mkdir(parents=True)
    (places.themes / "mine.toml").write_text('name = "mine"')
    names = [theme["name"] for theme in wiring.themes(places)]
    assert names[-1] == "mine"
    assert "tuimail-dark" in names


def test_a_theme_that_is_not_toml_is_named(places):
    places.themes.mkdir(parents=True)
    (places.themes / "mine.toml").write_text("name = ")
    with pytest.raises(ConfigError, match=r"mine\.toml"):
        tuple(wiring.themes(places))


def microsoft(**given):
    return account(auth="microsoft", token_command="echo token", graph=Graph(), **given)


def test_an_account_with_graph_sends_by_it_even_where_smtp_is_given(places):
    [own] = wiring.build(Config((microsoft(),)), places).accounts
    made = engine_account(places, microsoft())
    names = [type(each).__name__ for each in (made.submitter, made.keeper, made.tracer, made.exchange)]
    assert names == ["GraphSubmitter", "GraphKeeper", "GraphTracer", "GraphExchange"]
    assert not made.files_sent
    assert own.name == "work"


def test_all_of_an_account_has_one_conversation_with_graph(places):
    made = engine_account(places, microsoft())
    ways = (made.submitter, made.keeper, made.tracer, made.exchange)
    assert len({id(way._graph) for way in ways}) == 1


@pytest.mark.parametrize(
    ("given", "words"),
    [({}, "look at token_command"), ({"token_command": None}, "tuimail account sign-in work")],
)
def test_where_graph_refuses_a_token_the_account_knows_what_to_do(places, given, words):
    made = engine_account(places, replace(microsoft(), **given))
    assert words in made.submitter._graph.server.remedy


def test_an_account_without_graph_has_nothing_to_ask_exchange_with(places):
    made = engine_account(places, account())
    assert (made.tracer, made.exchange) == (None, None)


def test_asking_for_delivered_mail_can_be_switched_off_and_the_kind_stays(places):
    made = engine_account(places, microsoft(), Recall(enabled=False))
    assert (made.exchange, made.kind) == (None, Kind.WORK)


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({}, Kind.OTHER),
        ({"smtp": Server("smtp.office365.com", 587, "starttls")}, Kind.UNSIGNED),
        ({"imap": Server("outlook.office365.com", 993), "maildir": None}, Kind.UNSIGNED),
        ({"auth": "microsoft", "token_command": "echo t"}, Kind.UNSIGNED),
        ({"auth": "microsoft", "token_command": "echo t", "graph": Graph()}, Kind.WORK),
        (
            {"auth": "microsoft", "token_command": "echo t", "graph": Graph(), "address": "a@outlook.jp"},
            Kind.PERSONAL,
        ),
        (
            {"smtp": Server("smtp-mail.outlook.com", 587, "starttls"), "address": "a@hotmail.com"},
            Kind.PERSONAL,
        ),
        ({"address": "a@outlook.com"}, Kind.OTHER),
    ],
)
def test_the_kind_of_an_account_is_guessed_by_its_servers_and_its_address(places, given, kind):
    assert engine_account(places, account(**given)).kind is kind


def engine_account(places, given, recall=None):
    return wiring.build(Config((given,), recall=recall or Recall()), places)._accounts[given.name]
