"""What a person looks for, as typed into the search line."""

from msgspec import Struct


class Term(Struct, frozen=True):
    """One condition. `field` is an operator such as `from`, or empty for a word that may stand anywhere.

    `value` is what it asks for, `unwanted` turns it round (`-from:ci`).
    """

    field: str
    value: str
    unwanted: bool = False


class Query(Struct, frozen=True):
    """`text` as typed; all of `terms` must hold. Without terms it is answered by every message."""

    text: str = ""
    terms: tuple[Term, ...] = ()


EVERYTHING = Query()


def parse(text: str) -> Query:
    """The query that was typed."""
    return Query(text.strip(), tuple(Term("", word) for word in text.split()))
