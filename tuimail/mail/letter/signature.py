"""The signature under a text: a line with `-- `, and what follows it."""

from collections.abc import Iterable

MARK = "-- "


def signed(signature: str) -> str:
    """The signature as it stands at the end of a text; nothing for none."""
    signature = signature.strip("\n")
    return f"\n{MARK}\n{signature}\n" if signature else ""


def unsigned(text: str) -> str:
    """The text without its signature."""
    return f"\n{text}".split(f"\n{MARK}\n", 1)[0].removeprefix("\n").rstrip()


def swapped(text: str, known: Iterable[str], wanted: str) -> str:
    """The text with `wanted` in place of the signature it ends in, if that is one of `known`.

    One that somebody wrote or changed by hand stays; a text without any gets the one wanted. What stands
    above is not touched.
    """
    above, mark, below = f"\n{text}".rpartition(f"\n{MARK}\n")
    if not mark:
        return text + _below(text, wanted)
    if below.strip("\n") not in {signature.strip("\n") for signature in known}:
        return text
    return (above + signed(wanted)).removeprefix("\n")


def _below(text: str, signature: str) -> str:
    """The signature with what parts it from the text."""
    if not signature.strip("\n"):
        return ""
    return signed(signature) if text.endswith("\n") else "\n" + signed(signature)
