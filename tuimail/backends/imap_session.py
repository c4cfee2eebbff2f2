"""All that is asked of an IMAP server over one connection. Loaded when the first one is opened."""

from tuimail.backends import imap_deed, imap_fetch, imap_folders, imap_look, imap_search
from tuimail.backends.imap_wire import Wire


class ImapSession(Wire):
    """A connection with its sentences; each is described where it is defined."""

    folders = imap_folders.folders
    counts = imap_folders.counts
    glance = imap_folders.glance
    create = imap_folders.create

    look = imap_look.look
    begin = imap_look.begin
    stretch = imap_look.stretch

    newest = imap_fetch.newest
    heads = imap_fetch.heads
    bodies = imap_fetch.bodies
    parcels = imap_fetch.parcels
    message_ids = imap_fetch.message_ids

    find = imap_search.find
    search = imap_search.search

    file = imap_deed.file
    store = imap_deed.store
    label = imap_deed.label
    move = imap_deed.move
    erase = imap_deed.erase
