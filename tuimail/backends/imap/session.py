"""All that is asked of an IMAP server over one connection. Loaded when the first one is opened."""

from tuimail.backends.imap import deed, fetch, folders, look, search
from tuimail.backends.imap.wire import Wire


class ImapSession(Wire):
    """A connection with its sentences; each is described where it is defined."""

    counts = folders.counts
    glance = folders.glance
    create = folders.create
    folders = folders.folders

    begin = look.begin
    stretch = look.stretch
    look = look.look

    newest = fetch.newest
    heads = fetch.heads
    bodies = fetch.bodies
    parcels = fetch.parcels
    message_ids = fetch.message_ids

    find = search.find
    search = search.search

    file = deed.file
    store = deed.store
    label = deed.label
    move = deed.move
    erase = deed.erase
