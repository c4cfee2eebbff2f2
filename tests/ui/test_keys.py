from collections import Counter
from pathlib import Path

import pytest
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual.app import App

from tuimail.ui import keys, keys_page
from tuimail.ui.keys import KEYS, Place

FIXED = {
    "compose": "c",
    "reply": "r",
    "reply_all": "a",
    "forward": "f",
    "open": "enter",
    "send": "alt+s,ctrl+enter",
    "save": "ctrl+s",
    "undo": "u",
    "undo_typing": "alt+u",
    "outbox": "o",
    "search": "slash",
    "palette": "ctrl+p",
    "help": "question_mark,f1",
}


def test_the_promised_keys_are_what_they_were_promised_to_be():
    assert {key.id: key.keys for key in KEYS if key.id in FIXED} == FIXED


def test_every_key_has_a_name_of_its_own_and_says_what_it_does():
    assert [name for name, count in Counter(key.id for key in KEYS).items() if count > 1] == []
    assert all(key.label and key.tooltip for key in KEYS)


@pytest.mark.parametrize("place", [place for place in Place if place is not Place.MOVING])
def test_no_key_means_two_things_in_one_place(place):
    pressed = Counter(one for key in keys.of(place) for one in key.keys.split(","))
    assert [key for key, count in pressed.items() if count > 1] == []


def test_bindings_carry_ids_so_that_a_key_map_finds_them():
    ids = {binding.id for place in Place for binding in keys.bindings(place)}
    assert ids == {key.id for key in KEYS}


def test_a_users_own_key_stands_in_the_key_bar():
    assert ("w", "compose") in keys.bar(Place.LIST, {"compose": "w"})


def test_a_place_does_not_offer_the_way_to_itself():
    assert "outbox" in dict(keys.bar(Place.DRAFTS, {})).values()
    assert "outbox" not in dict(keys.bar(Place.OUTBOX, {})).values()
    assert "drafts" not in dict(keys.bar(Place.DRAFTS, {})).values()


@pytest.mark.parametrize("place", list(Place))
def test_actions_exist(place):
    """Every action of the table is a method somewhere it can be reached."""
    import tuimail.ui.app
    from tuimail.ui.screens import (
        account,
        amend,
        composer,
        correct,
        drafts,
        help,
        incident,
        incidents,
        mail,
        outbox,
        quit,
        reader,
        recall,
        recalls,
        when,
    )
    from tuimail.ui.widgets import folder_line, row_list, search_line

    homes = {
        Place.EVERYWHERE: tuimail.ui.app.TuimailApp,
        Place.LIST: mail.MailScreen,
        Place.READER: reader.ReaderScreen,
        Place.COMPOSER: composer.ComposerScreen,
        Place.OUTBOX: outbox.OutboxScreen,
        Place.WHEN: when.WhenScreen,
        Place.DRAFTS: drafts.DraftsScreen,
        Place.FOLDERS: folder_line.FolderLine,
        Place.SEARCH: search_line.SearchLine,
        Place.RECALL: recall.RecallScreen,
        Place.RECALLS: recalls.RecallsScreen,
        Place.CORRECT: correct.CorrectScreen,
        Place.AMEND: amend.AmendScreen,
        Place.INCIDENTS: incidents.IncidentsScreen,
        Place.INCIDENT: incident.IncidentScreen,
        Place.ACCOUNT: account.AccountScreen,
        Place.QUIT: quit.QuitScreen,
        Place.HELP: help.HelpScreen,
        Place.MOVING: row_list.RowList,
    }
    for key in keys.of(place):
        space, _, name = key.action.partition("(")[0].rpartition(".")
        home = tuimail.ui.app.TuimailApp if space == "app" else homes[place]
        assert hasattr(home, f"action_{name}"), key.id
    assert issubclass(homes[Place.EVERYWHERE], App)


def test_the_page_of_keys_is_the_table_of_keys():
    page = Path(__file__).parents[2] / "docs" / "keys.md"
    assert page.read_text("utf-8") == keys_page.page(), "run: python -m tuimail.ui.keys_page > docs/keys.md"


def test_no_key_is_one_that_terminals_send_for_another():
    pressed = (one for key in KEYS for one in key.keys.split(",") if len(one) == len("alt+x"))
    sent = {one: f"\x1b{one[-1]}" for one in pressed if one.startswith("alt+")}
    assert sent
    assert [one for one, bytes_ in sent.items() if bytes_ in ANSI_SEQUENCES_KEYS] == []
