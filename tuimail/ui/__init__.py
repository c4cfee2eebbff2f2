"""ui shows: the only room that knows Textual."""
