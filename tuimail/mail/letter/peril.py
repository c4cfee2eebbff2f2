"""What a person should know before a file that came by mail is opened."""

import re

from tuimail.mail.letter.safe import line

_PROGRAMS = """
app appimage bat bin cmd com command cpl deb desktop dll dmg elf exe gadget hta img inf ins iso jar
js jse ksh lnk msc msh msi msp pif pkg pl ps1 py pyc rb reg rpm run scf scr sh so sys terminal vb
vbe vbs vhd vhdx workflow ws wsc wsf wsh xll zsh
"""
_RUN = frozenset(_PROGRAMS.split())
_MACROS = frozenset(["docm", "dotm", "xlsm", "xltm", "xlsb", "xlam", "pptm", "potm", "ppsm", "sldm", "one"])
_OLD_OFFICE = frozenset(["doc", "dot", "xls", "xlt", "ppt", "pps", "rtf"])
_PAGES = frozenset(["html", "htm", "xhtml", "shtml", "mht", "mhtml", "svg", "xml", "url", "webloc"])
_ARCHIVES = frozenset(["zip", "rar", "7z", "gz", "tar", "tgz", "bz2", "xz", "cab", "arj", "lzh"])
_STARTS = (
    b"MZ",
    b"\x7fELF",
    b"#!",
    b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",
    b"\xfe\xed\xfa\xcf",
    b"L\0\0\0\x01\x14\x02",
)
_SCRIPTS = ("application/x-msdownload", "application/x-sh", "application/x-desktop", "application/javascript")
_LOOKS_LIKE = re.compile(
    r"\.(pdf|docx?|xlsx?|pptx?|txt|jpe?g|png|gif|csv|zip)[\s._]*\.[^.]{1,10}$", re.IGNORECASE
)


def is_program(name: str, kind: str, start: bytes) -> bool:
    """Whether opening it could run it: by its name, its MIME type or its first bytes."""
    return _ending(name) in _RUN or kind.lower() in _SCRIPTS or start.startswith(_STARTS)


def perils(name: str, kind: str, start: bytes) -> tuple[str, ...]:
    """In words, what may be wrong with a file of this name, MIME type and beginning; mostly nothing."""
    ending, found = _ending(name), []
    if is_program(name, kind, start):
        found.append("it is a program")
    if _LOOKS_LIKE.search(name):
        found.append(f"its name has two endings, and the last one counts: .{line(ending, 20)}")
    if ending in _MACROS or (ending in _OLD_OFFICE and (b"VBA" in start or b"\0_\0V\0B\0A" in start)):
        found.append("it has macros, which are programs")
    elif ending in _OLD_OFFICE:
        found.append("files of this kind may have macros, which are programs")
    if ending in _PAGES or kind.lower() in ("text/html", "image/svg+xml"):
        found.append("it is a web page, and may fetch things or imitate a login")
    if ending in _ARCHIVES:
        found.append("it is an archive: look at what is in it before you open that")
    return tuple(found)


def _ending(name: str) -> str:
    return name.rpartition(".")[2].strip().lower() if "." in name else ""
