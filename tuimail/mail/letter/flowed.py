"""format=flowed (RFC 3676): lines that end in a space go on in the next one."""

SIGNATURE = "-- "


def unfold(text: str, delsp: bool) -> str:
    """The paragraphs, one line each, quote marks kept; with `delsp` the joining space is not part of them."""
    shown: list[str] = []
    pieces: list[str] = []
    open_depth = -1
    for row in text.split("\n"):
        depth = len(row) - len(row.lstrip(">"))
        content = row[depth:].removeprefix(" ")
        flows = content.endswith(" ") and content != SIGNATURE
        if depth != open_depth or content == SIGNATURE:
            shown += ["".join(pieces)] if pieces else []
            pieces = [">" * depth + " " if depth else ""]
        pieces.append(content[:-1] if flows and delsp else content)
        open_depth = depth if flows else -1
        if not flows:
            shown.append("".join(pieces))
            pieces = []
    return "\n".join([*shown, "".join(pieces)] if pieces else shown)
