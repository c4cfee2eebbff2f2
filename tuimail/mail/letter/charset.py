"""Bytes to text, whatever their label says. Only codecs of text are ever asked, and nothing raises."""

import re

_LABELS = {
    "utf-8": "us-ascii ascii ansi-x3.4-1968 utf-8 utf8 unicode-1-1-utf-8",
    "utf-7": "utf-7 unicode-1-1-utf-7",
    "utf-16": "utf-16",
    "utf-16-le": "utf-16le",
    "utf-16-be": "utf-16be",
    "utf-32": "utf-32",
    "cp1252": "latin1 latin-1 iso-8859-1 iso8859-1",
    "cp1254": "iso-8859-9 iso8859-9",
    "cp1258": "viscii",
    "cp874": "iso-8859-11 tis-620 windows-874",
    "iso8859-8": "iso-8859-8-i",
    "koi8_r": "koi8-r",
    "koi8_u": "koi8-u",
    "mac_roman": "macintosh x-mac-roman",
    "gb18030": "gb2312 gb-2312 gbk cp936 x-gbk gb18030",
    "hz": "hz-gb-2312",
    "cp950": "big5 x-x-big5 cn-big5",
    "big5hkscs": "big5-hkscs",
    "cp949": "euc-kr ks-c-5601-1987 ks-c-5601-1989 ks-c-5601 korean uhc",
    "iso2022_kr": "iso-2022-kr",
    "iso2022_jp": "iso-2022-jp iso-2022-jp-1 iso-2022-jp-2 iso-2022-jp-3 iso-2022-jp-2004 iso-2022-jp-ext "
    "iso-2022-jp-ms csiso2022jp jis cp50220 cp50221 cp50222",
    "cp932": "shift-jis sjis x-sjis ms-kanji windows-31j cp932 x-mac-japanese",
    "shift_jis_2004": "shift-jis-2004",
    "euc_jis_2004": "euc-jp x-euc-jp x-euc",
}
_CODECS = {label: codec for codec, labels in _LABELS.items() for label in labels.split()}
_PAGES = frozenset(f"iso8859-{n}" for n in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)) | frozenset(
    f"cp{n}" for n in (437, 737, 775, 850, 852, 855, 858, 862, 864, 866, 949, 950, *range(1250, 1259))
)
_NUMBERED = re.compile(r"(iso-?8859-|windows-|cp-?|x-cp|ibm-?)(\d{1,4})(?:-[a-z])?")
_SINGLE_BYTE = frozenset({"cp1252", "cp1254", "utf-8"})
_JIS_ESCAPE = re.compile(rb"\x1b(\$[@B]|\$\([A-Q]|\([A-Z])")
_KANJI = re.compile(rb"\x1b\$[@B]")
_SJIS_LEADS = re.compile(rb"[\x81-\x84\x88-\x90\x95\x97-\x9f][\x40-\x7e\x80-\xfc]")
_EUC_KANA = re.compile(rb"[\xa4\xa5][\xa1-\xf6]")
_EUC_NEVER = re.compile(rb"[\x80-\x8d\x90-\xa0]")


def text(data: bytes, charset: str) -> str:
    """`data` as text: by its label if that can be true, else by the likeliest guess."""
    codec = _codec(charset)
    if codec == "iso2022_jp" or (codec in _SINGLE_BYTE and _KANJI.search(data)):
        return _iso_2022_jp(data)
    if codec in _SINGLE_BYTE:
        return _strict(data, "utf-8") or (_guess(data) if codec == "utf-8" else _western(data, codec))
    if not codec:
        return _guess(data)
    return _strict(data, codec) or _strict(data, "utf-8") or data.decode(codec, "replace")


def _codec(charset: str) -> str:
    """The Python codec for a label; empty for labels that name none, or none of text."""
    label = charset[:60].strip("\"' \t\r\n").lower().replace("_", "-")
    if label in _CODECS:
        return _CODECS[label]
    numbered = _NUMBERED.fullmatch(label)
    if not numbered:
        return ""
    kind, number = ("iso8859-" if "8859" in numbered[1] else "cp"), numbered[2]
    codec = kind + number
    return codec if codec in _PAGES else ""


def _strict(data: bytes, codec: str) -> str:
    """Decoded, or empty when the codec has any complaint."""
    try:
        return data.decode(codec)
    except (UnicodeError, ValueError):
        return ""


def _western(data: bytes, codec: str) -> str:
    return _strict(data, codec) or data.decode("latin-1")


def _mostly_utf8(data: bytes) -> str:
    """UTF-8 with a few bad bytes (cut in the middle of a letter, say), or empty when it is none."""
    decoded = data.decode("utf-8", "replace")
    good = len(data) - len(decoded)
    return decoded if decoded.count("\ufffd") * 6 <= good else ""


def _guess(data: bytes) -> str:
    """UTF-8, then what Japanese mail is likely to be, then Western European."""
    if _KANJI.search(data):
        return _iso_2022_jp(data)
    if utf8 := _strict(data, "utf-8") or _mostly_utf8(data):
        return utf8
    if _EUC_KANA.search(data) and not _EUC_NEVER.search(data) and (euc := _strict(data, "euc_jp")):
        return euc
    if _SJIS_LEADS.search(data) and (sjis := _strict(data, "cp932")):
        return sjis
    return _western(data, "cp1252")


def _iso_2022_jp(data: bytes) -> str:
    """ISO-2022-JP as it is written: RFC 1468, or JIS X 0213, or the characters of NEC and IBM (cp50221)."""
    for codec in ("iso2022_jp", "iso2022_jp_2004", "iso2022_jp_ext"):
        if decoded := _strict(data, codec):
            return decoded
    pieces = _JIS_ESCAPE.split(data)
    shown = [_western(pieces[0], "cp1252")]
    shown += [_jis_run(mode, run) for mode, run in zip(pieces[1::2], pieces[2::2], strict=True)]
    return "".join(shown)


def _jis_run(mode: bytes, run: bytes) -> str:
    """The characters after one escape sequence, by way of their Shift_JIS codes."""
    if mode == b"(I":
        return bytes(code | 0x80 for code in run).decode("cp932", "replace")
    if mode not in (b"$@", b"$B"):
        return run.decode("cp932", "replace")
    shifted = bytearray()
    at = 0
    while at < len(run):
        if at + 1 < len(run) and 0x21 <= run[at] <= 0x7E and 0x21 <= run[at + 1] <= 0x7E:
            shifted += _shift(run[at], run[at + 1])
            at += 2
        else:
            shifted.append(run[at])
            at += 1
    return shifted.decode("cp932", "replace")


def _shift(row: int, cell: int) -> bytes:
    """A JIS X 0208 code as Shift_JIS writes it."""
    lead = ((row + 1) >> 1) + (0x70 if row < 0x5F else 0xB0)
    trail = cell + (0x7E if row % 2 == 0 else 0x20 if cell >= 0x60 else 0x1F)
    return bytes((lead, trail))
