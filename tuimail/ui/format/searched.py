"""How far a search has come, in a few words for the title."""

from tuimail.engine.news import Searched, Stage
from tuimail.mail.letter.safe import line


def words(searched: Searched) -> str:
    """What was looked through, and by whom."""
    total, rest = searched.total, searched.textless
    match searched.stage:
        case Stage.ASKING:
            return "asking the server…"
        case Stage.ASKED:
            return f"{rest:,} of {total:,} looked through by the server"
        case Stage.REFUSED:
            return line(f"{rest:,} of {total:,} by header alone: {searched.trouble}", 80)
        case Stage.HERE:
            return f"{rest:,} of {total:,} by header alone" if rest else f"all {total:,} searched"
