"""Every key of the screen in one table: bindings, key bars, help and the palette are made from it."""

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType

from msgspec import Struct
from textual.binding import Binding, BindingType


class Place(StrEnum):
    """Where a key is valid; the value is the heading in the help."""

    EVERYWHERE = "Everywhere"
    LIST = "Messages"
    READER = "Reader"
    COMPOSER = "Composer"
    OUTBOX = "Outbox"
    WHEN = "Choosing a time"
    DRAFTS = "Drafts"
    INCIDENTS = "Incidents"
    INCIDENT = "Incident"
    FOLDERS = "Folders"
    SEARCH = "Search"
    RECALL = "Asking for delivered mail"
    RECALLS = "Asking for several mails"
    CORRECT = "Correcting a mail"
    AMEND = "What it should have said"
    ACCOUNT = "Making an account"
    QUIT = "Leaving with held mail"
    HELP = "Help"
    MOVING = "Moving about"


class Key(Struct, frozen=True):
    """One action: `keys` as Textual spells them, `label` for the key bar, `tooltip` for the help.

    `id` is the name a key map uses. `shown` says whether it stands in the key bar, `strong` whether it
    goes before what the focused widget would do with the key.
    """

    id: str
    keys: str
    action: str
    label: str
    tooltip: str
    places: tuple[Place, ...]
    shown: bool = True
    strong: bool = False


_E, _L, _R, _C, _O, _D, _W, _F = (
    (Place.EVERYWHERE,),
    (Place.LIST,),
    (Place.READER,),
    (Place.COMPOSER,),
    (Place.OUTBOX,),
    (Place.DRAFTS,),
    (Place.WHEN,),
    (Place.FOLDERS,),
)
_MAIL = (Place.LIST, Place.READER)
_A, _B = (Place.CORRECT,), (Place.AMEND,)
_M = (Place.MOVING,)
_RECALL, _RECALLS = (Place.RECALL,), (Place.RECALLS,)
_INCIDENTS, _INCIDENT = (Place.INCIDENTS,), (Place.INCIDENT,)
_N = (Place.ACCOUNT,)

KEYS: tuple[Key, ...] = (
    Key("send", "alt+s,ctrl+enter", "send", "send", "Send: it waits in the outbox first", _C, strong=True),
    Key(
        "save",
        "ctrl+s",
        "save",
        "save",
        "Save the draft now; it also saves itself",
        _C,
        strong=True,
    ),
    Key(
        "attach", "alt+a", "attach", "attach", "Attach files: type a path, or look for them", _C, strong=True
    ),
    Key("template", "alt+t", "template", "template", "Put in a template", _C, shown=False, strong=True),
    Key(
        "schedule",
        "alt+l",
        "schedule",
        "later",
        "Choose when it leaves, or that it leaves soon",
        _C,
        strong=True,
    ),
    Key("editor", "alt+e", "editor", "editor", "Write the text in your own editor", _C, strong=True),
    Key(
        "identity",
        "alt+i",
        "identity",
        "from",
        "Write as the next of your addresses, of all accounts",
        _C,
        shown=False,
        strong=True,
    ),
    Key(
        "receipts",
        "alt+r",
        "receipts",
        "receipts",
        "Ask for word of delivery and reading, or not",
        _C,
        shown=False,
        strong=True,
    ),
    Key(
        "other_drafts",
        "ctrl+t",
        "app.drafts",
        "drafts",
        "To the other drafts; this one stays",
        _C,
        False,
        True,
    ),
    Key("discard", "alt+d", "discard", "discard", "Throw the draft away, after a question", _C, False, True),
    Key(
        "next_field", "tab", "next_field", "next", "The next field, or the address on offer", _C, False, True
    ),
    Key("previous_field", "shift+tab", "previous_field", "previous", "The field before", _C, False, True),
    Key("compose", "c", "app.compose", "compose", "Write a new mail", (*_E, *_MAIL)),
    Key("open", "enter", "open", "open", "Open the message", _L, shown=False),
    Key("reply", "r", "reply", "reply", "Answer the sender", _MAIL),
    Key("archive", "e", "archive", "archive", "Put it into the archive", _MAIL),
    Key(
        "delete",
        "d",
        "delete",
        "delete",
        "Move it to the trash; there, erase it after a question",
        _MAIL,
    ),
    Key("search", "slash", "search", "find", "Narrow the list as you type", _L),
    Key("folders", "g", "folders", "folders", "Go to a folder", _L),
    Key(
        "correct",
        "C",
        "correct",
        "correct",
        "Put right this sent mail, or the last one",
        (*_MAIL, *_O, *_RECALL),
    ),
    Key(
        "recall",
        "B",
        "recall",
        "ask back",
        "Ask Exchange for this sent mail, or the last",
        (*_MAIL, *_O),
        False,
    ),
    Key("recall_ask", "a", "ask", "ask Exchange", "Ask for the copies, after a question", _RECALL),
    Key("recall_replace", "R", "ask(True)", "replace", "Ask, and open the mail to send anew", _RECALL),
    Key("recall_report", "r", "report", "report", "Read the report that came", _RECALL),
    Key("recall_export", "E", "export", "export", "Save the page: Markdown, CSV or JSON", _RECALL),
    Key("recall_incident", "i", "incident", "incident", "The record of what is done about it", _RECALL),
    Key("recall_all", "a", "ask_all", "ask for all", "Ask for all that can be, after a question", _RECALLS),
    Key("recall_open", "enter", "open", "open", "Open one by itself", _RECALLS),
    Key("reply_all", "a", "reply_all", "reply all", "Answer everybody", _MAIL),
    Key("reply_list", "l", "reply_list", "reply to list", "Answer the mailing list", _MAIL, shown=False),
    Key("forward", "f", "forward", "forward", "Send it on to somebody else", _MAIL),
    Key(
        "forward_attached",
        "F",
        "forward_attached",
        "forward attached",
        "Send it on as an attachment",
        _MAIL,
        False,
    ),
    Key("next", "n", "step(1)", "next", "The next message", _R, shown=False),
    Key("previous", "p", "step(-1)", "previous", "The previous message", _R, shown=False),
    Key("save_files", "s", "save_files", "save", "Save an attachment, or all", _R),
    Key("open_file", "O", "open_file", "open", "Open an attachment, after a question", _R),
    Key("link", "x", "link", "links", "Open a link, or copy it, after a question", _R),
    Key("quotes", "z", "quotes", "quotes", "Unfold what is quoted, or fold it", _R, shown=False),
    Key("invitation", "i", "invitation", "answer invitation", "Answer an invitation", _R, shown=False),
    Key(
        "unsubscribe",
        "U",
        "unsubscribe",
        "unsubscribe",
        "Leave a mailing list, after a question",
        _R,
        shown=False,
    ),
    Key("pipe", "vertical_line", "pipe", "pipe", "Hand the message to a command", _R, shown=False),
    Key(
        "read_on",
        "space",
        "read_on",
        "read on",
        "One screen down; at the end, the next unread message",
        _R,
        False,
        True,
    ),
    Key("headers", "h", "headers", "headers", "All headers, or the usual ones", _R),
    Key("raw", "v", "raw", "source", "The message as it came, byte for byte", _R),
    Key("junk", "exclamation_mark", "junk", "junk", "It is junk, or it is not", _MAIL, shown=False),
    Key("move", "M", "move_to", "move", "Move it to another folder", _MAIL, shown=False),
    Key("label", "y", "label", "label", "Put a label on it, or take one off (Gmail)", _MAIL, shown=False),
    Key("mark", "t", "mark", "mark", "Mark it; the other keys act on all that are marked", _L, shown=False),
    Key("mark_all", "T", "mark_all", "all", "Mark all, or none", _L, shown=False),
    Key("fold", "z", "fold", "unfold", "Unfold a conversation, or fold it again", _L, shown=False),
    Key("threads", "Z", "threads", "threads", "Conversations, or single messages", _L, shown=False),
    Key("sort", "S", "sort", "sort", "Sort by date, sender, subject or size", _L, shown=False),
    Key(
        "next_unread",
        "N",
        "unread(1)",
        "next unread",
        "The next unread message, here or elsewhere",
        _MAIL,
        False,
    ),
    Key("previous_unread", "P", "unread(-1)", "previous unread", "The unread message before", _MAIL, False),
    Key("read", "m", "toggle_read", "read/unread", "Mark read or unread", _MAIL, shown=False),
    Key("flag", "asterisk", "toggle_flag", "flag", "Flag, or take the flag away", _MAIL, shown=False),
    Key("fetch", "ctrl+r", "fetch", "get mail", "Ask the server for new mail", _L, shown=False),
    Key("item_undo", "u,e", "undo", "to composer", "Take it back to the composer; several, to Drafts", _O),
    Key("item_sent", "x", "settle(True)", "was sent", "Settle a probably sent mail: it was sent", _O),
    Key(
        "item_again",
        "R",
        "again",
        "send again",
        "Try a failed one again, or send a probably sent one again",
        _O,
    ),
    Key("item_now", "n", "now", "now", "Send it now; a stopped account goes on", _O),
    Key("item_later", "l", "later", "later", "Wait longer: a minute, ten, an hour, or as you say", _O),
    Key("item_when", "s", "when", "when", "Choose the time it leaves", _O),
    Key("item_pause", "p", "pause", "pause", "Rest till it is released; again: release it", _O),
    Key("account_go", "a", "go_on", "log in again", "Let the mail of a stopped account go on", _O),
    Key("item_delete", "d", "delete", "delete", "Remove a finished or failed one, after a question", _O),
    Key(
        "item_mark",
        "t,space",
        "mark",
        "mark",
        "Mark it; the other keys act on all that are marked",
        _O,
        True,
        True,
    ),
    Key("item_mark_all", "T", "mark_all", "all", "Mark all, or none", _O, shown=False),
    Key(
        "item_mark_others",
        "asterisk",
        "mark_others",
        "others",
        "Mark those that are not, and no others",
        _O,
        shown=False,
    ),
    Key("when_accept", "enter", "accept", "accept", "Take this time", _W, True, True),
    Key("when_next", "down", "choose(1)", "next", "The next suggestion", _W, True, True),
    Key("when_previous", "up", "choose(-1)", "previous", "The suggestion before", _W, False, True),
    Key(
        "when_server",
        "alt+k",
        "keeper",
        "server keeps it",
        "Let the server keep it till then, or not",
        _W,
        True,
        True,
    ),
    Key("wrong_person", "w", "wrong('wrong-person')", "wrong person", "It went to a wrong person", _A, False),
    Key(
        "wrong_attachment", "a", "wrong('attachment')", "attachment", "A file was wrong or missing", _A, False
    ),
    Key("wrong_content", "t", "wrong('content')", "wrong text", "Something in the text was wrong", _A, False),
    Key("wrong_addresses", "v", "wrong('addresses')", "visible", "Addresses could be seen by all", _A, False),
    Key("wrong_early", "e", "wrong('early')", "too early", "It was sent before it was ready", _A, False),
    Key("wrong_other", "o", "wrong('other')", "other", "Something else was wrong", _A, False),
    Key("correct_language", "l", "language", "language", "Japanese or English", _A),
    Key("correct_each", "m", "each", "one mail/each", "One mail, or each person separately", _A),
    Key("correct_people", "p", "people", "to whom", "Choose who gets it", _A),
    Key("correct_wording", "x", "wording", "wording", "Worded for inside or outside", _A),
    Key("correct_files", "f", "keep_files", "its files", "Send the original's files along, or not", _A),
    Key(
        "amended",
        "alt+s,ctrl+enter",
        "amended",
        "write it",
        "Write a correction of what changed",
        _B,
        True,
        True,
    ),
    Key("draft_open", "enter", "open", "open", "Go on writing", _D),
    Key("draft_drop", "d", "discard", "discard", "Throw the draft away, after a question", _D),
    Key("incident_open", "enter", "open", "open", "Open the incident", _INCIDENTS),
    Key("incident_new", "n", "new", "for the last mail", "Open one for the last mail sent", _INCIDENTS),
    Key("incident_tick", "space,enter", "screen.tick", "tick", "Tick the step, or not", _INCIDENT),
    Key("incident_note", "n", "note", "note", "Write a note on the step", _INCIDENT),
    Key("incident_meant", "m", "meant_for", "meant for", "Whom it was meant for, or about", _INCIDENT),
    Key("incident_report", "p", "report", "report", "Draft the report to manager and security", _INCIDENT),
    Key("incident_correct", "C", "correct", "correct", "Put the mail right", _INCIDENT, shown=False),
    Key("incident_clocks", "K", "clocks", "clocks", "Show the times the law gives, or hide them", _INCIDENT),
    Key("incident_export", "E", "export", "export", "Save the record: Markdown, JSON or CSV", _INCIDENT),
    Key("incident_close", "c", "finish", "close", "Nothing is left to do; again: open it again", _INCIDENT),
    Key("undo", "u", "app.undo", "undo", "Take back the newest held mail, or the last deed", _E, shown=False),
    Key(
        "undo_typing",
        "alt+u",
        "app.take_back",
        "take back",
        "Take back the newest held mail; this draft is saved",
        _E,
        shown=False,
        strong=True,
    ),
    Key("outbox", "o", "app.outbox", "outbox", "What is held, going out, failed", _E),
    Key("drafts", "D", "app.drafts", "drafts", "The drafts on this computer", _E),
    Key("incidents", "I", "app.incidents", "incidents", "Misdirected mail: what is done about it", _E, False),
    Key("pick", "enter", "pick", "go", "Take this folder", _F, strong=True),
    Key("folder_down", "down", "choose(1)", "next", "The next folder", _F, False, True),
    Key("folder_up", "up", "choose(-1)", "previous", "The folder before", _F, False, True),
    Key("folder_fold", "left", "fold(True)", "fold", "Hide the folders below this one", _F, False, True),
    Key(
        "folder_unfold",
        "right",
        "fold(False)",
        "unfold",
        "Show the folders below it again",
        _F,
        False,
        True,
    ),
    Key("search_keep", "enter", "keep", "keep", "Keep the narrowed list", (Place.SEARCH,), strong=True),
    Key("search_clear", "escape", "clear", "clear", "Back to where one was", (Place.SEARCH,)),
    Key("search_wide", "tab", "widen", "everywhere", "Search everywhere, or here again", (Place.SEARCH,)),
    Key("search_down", "down", "choose(1)", "next", "The next message", (Place.SEARCH,), False, True),
    Key(
        "search_up",
        "up",
        "choose(-1)",
        "previous",
        "The one before; in an empty line a former query",
        (Place.SEARCH,),
        False,
        True,
    ),
    Key("search_pagedown", "pagedown", "page(1)", "screen down", "A screen down", (Place.SEARCH,), False),
    Key("search_pageup", "pageup", "page(-1)", "screen up", "A screen up", (Place.SEARCH,), False),
    Key(
        "quit_agent",
        "a",
        "choose('agent')",
        "to the agent",
        "Leave it to the agent",
        (Place.QUIT,),
    ),
    Key("quit_now", "n", "choose('now')", "send now", "Send all held mail now, then leave", (Place.QUIT,)),
    Key("quit_drafts", "d", "choose('drafts')", "to Drafts", "Put held mail back to Drafts", (Place.QUIT,)),
    Key(
        "quit_keep",
        "k",
        "choose('keep')",
        "keep held",
        "Keep it held till tuimail runs again",
        (Place.QUIT,),
    ),
    Key("quit_stay", "escape,q", "leave", "stay", "Stay here", (Place.QUIT,)),
    Key("account_forward", "enter", "forward", "go on", "Take the answers and go on", _N, True, True),
    Key("account_back", "escape", "back", "back", "A step back; stops what is going on", _N, True, True),
    Key(
        "account_other",
        "alt+o",
        "other",
        "other servers",
        "The next servers that were found",
        _N,
        True,
        True,
    ),
    Key("account_again", "alt+t", "again", "try again", "Try the account again", _N, True, True),
    Key("account_keep", "alt+k", "keep", "keep it anyway", "Keep what does not work yet", _N, True, True),
    Key("account_demo", "f2", "demo", "demo", "Look around first, in a built-in world", _N, True, True),
    Key("down", "j,down", "move(1)", "down", "One row down", _M),
    Key("up", "k,up", "move(-1)", "up", "One row up", _M),
    Key("page_down", "pagedown,space", "page(1)", "page down", "One screen down", _M),
    Key("page_up", "pageup", "page(-1)", "page up", "One screen up", _M),
    Key("top", "home", "top", "top", "The first row", _M),
    Key("bottom", "end,G", "bottom", "bottom", "The last row", _M),
    Key(
        "leave",
        "escape",
        "leave",
        "leave",
        "Leave this place; nothing is lost",
        (
            *(Place.READER, Place.COMPOSER, Place.OUTBOX, Place.WHEN, Place.DRAFTS, Place.FOLDERS),
            *(Place.HELP, Place.RECALL, Place.CORRECT, Place.AMEND, Place.INCIDENTS, Place.INCIDENT),
            Place.RECALLS,
        ),
    ),
    Key("unfind", "escape", "unfind", "show all", "Show everything again after a search", _L, shown=False),
    Key(
        "back",
        "q",
        "leave",
        "back",
        "Back; from the list, quit",
        (
            *(Place.LIST, Place.READER, Place.OUTBOX, Place.DRAFTS, Place.HELP, Place.CORRECT),
            *(Place.INCIDENTS, Place.INCIDENT, Place.RECALL, Place.RECALLS),
        ),
        shown=False,
    ),
    Key("palette", "ctrl+p", "app.command_palette", "actions", "Find any action by name", _E, False, True),
    Key("quit", "ctrl+q", "app.leave", "quit", "Quit from anywhere; drafts are saved", _E, False, True),
    Key(
        "help",
        "question_mark,f1",
        "app.help",
        "help",
        "The keys, of this place and all others",
        _E,
        shown=False,
    ),
)

NAMES = {
    "question_mark": "?",
    "slash": "/",
    "asterisk": "*",
    "vertical_line": "|",
    "exclamation_mark": "!",
    "escape": "esc",
    "pagedown": "pgdn",
    "pageup": "pgup",
}


def key_of(action_id: str, keymap: Mapping[str, str]) -> str:
    """The first key of an action as a person reads it."""
    return names(next(key for key in KEYS if key.id == action_id), keymap)[0]


def of(place: Place) -> tuple[Key, ...]:
    """The keys of one place, in the table's order."""
    return tuple(key for key in KEYS if place in key.places)


def bindings(place: Place) -> list[BindingType]:
    """The place's keys as Textual takes them; a key map finds them by id."""
    return [
        Binding(
            key.keys,
            key.action,
            key.label,
            show=key.shown,
            tooltip=key.tooltip,
            priority=key.strong,
            id=key.id,
        )
        for key in of(place)
    ]


def names(key: Key, keymap: Mapping[str, str]) -> tuple[str, ...]:
    """The keys of an action as a person reads them, the user's own if they have any."""
    return tuple(NAMES.get(one, one) for one in keymap.get(key.id, key.keys).split(","))


TYPING = (Place.COMPOSER, Place.AMEND, Place.SEARCH, Place.WHEN, Place.FOLDERS)
"""Where letters are text, and only other keys act."""


NO_LABELS: Mapping[str, str] = MappingProxyType({})

LEADS_HERE = {Place.OUTBOX: "outbox", Place.DRAFTS: "drafts", Place.INCIDENTS: "incidents"}
"""The key that leads to a place, which is of no use once one is there."""


def help_key(place: Place, keymap: Mapping[str, str]) -> str:
    """The key that opens the help from here."""
    known = names(next(key for key in KEYS if key.id == "help"), keymap)
    return known[-1] if place in TYPING else known[0]


def bar(
    place: Place,
    keymap: Mapping[str, str],
    without: Collection[str] = (),
    labels: Mapping[str, str] = NO_LABELS,
    first: Sequence[str] = (),
) -> tuple[tuple[str, str], ...]:
    """(key, label) for the key bar: `first`, then the place's own, then what is valid everywhere.

    `without` are ids of actions that are of no use at the moment, `labels` other words for some,
    `first` those that are asked for just now.
    """
    alone = place in (*TYPING, Place.CORRECT, Place.QUIT)
    keys = {key.id: key for key in (of(place) if alone else (*of(place), *of(Place.EVERYWHERE)))}
    needless = {*without, *first, LEADS_HERE.get(place)}
    shown = [key for key in keys.values() if key.shown and key.id not in needless]
    return tuple(
        (names(key, keymap)[0], labels.get(key.id, key.label))
        for key in (*map(keys.__getitem__, first), *shown)
    )
