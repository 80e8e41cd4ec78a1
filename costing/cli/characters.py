"""What an output can show: a sign that its encoding lacks is written with those that it has.

Windows' legacy code pages have no « ▲ » and no narrow space, ASCII has no accents: what is printed
there stays readable, and no command fails on a sign. Where all can be shown nothing changes.
"""

from __future__ import annotations

import codecs
import io
import sys
from functools import partial
from typing import TextIO

#: What stands for a sign, the nearest first. Others lose their accents, or show their number.
_NEAREST = {
    "\u00a0": (" ",), "\u202f": ("\u00a0", " "),
    "€": ("EUR",), "°": ("o",), "×": ("x",), "·": (".",), "•": ("-",), "±": ("+/-",),
    "−": ("-",), "–": ("-",), "—": ("–", "-"), "‑": ("-",), "…": ("...",),
    "«": ('"',), "»": ('"',), "“": ('"',), "”": ('"',), "‘": ("'",), "’": ("'",),
    "œ": ("oe",), "Œ": ("OE",), "æ": ("ae",), "Æ": ("AE",), "ß": ("ss",),
    "≥": (">=",), "≤": ("<=",), "≠": ("!=",), "≈": ("~",),
    "→": ("->",), "←": ("<-",), "▲": ("^",), "▼": ("v",), "✓": ("ok",), "✗": ("x",),
}  # fmt: skip

# click takes an ASCII stream for a UTF-8 one that is not set up, and writes UTF-8 there. Python no
# longer sets up ASCII unasked: under another name, it is what was asked for.
_ASCII = "ascii-asked-for"


def prepare_streams() -> None:
    """Let standard output and error write any text, each in its own encoding."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            encoding = codecs.lookup(stream.encoding).name
            wanted = _ASCII if encoding == "ascii" else encoding
            stream.reconfigure(encoding=wanted, errors=_handler(wanted))


def is_utf8(stream: TextIO | None) -> bool:
    """Whether a stream can show everything; one that keeps text and no bytes can."""
    encoding = getattr(stream, "encoding", None)
    return encoding is None or codecs.lookup(encoding).name == "utf-8"


def as_shown(text: str) -> str:
    """The text as standard output will show it: what a table's widths are made for."""
    if sys.stdout is None or is_utf8(sys.stdout):
        return text
    encoding = sys.stdout.encoding
    return text.encode(encoding, _handler(encoding)).decode(encoding)


def _handler(encoding: str) -> str:
    """The name of what writes the signs that an encoding lacks.

    One for each: the error of a code page does not say which page it is.
    """
    name = f"costing.nearest.{encoding}"
    codecs.register_error(name, partial(_written, encoding))
    return name


def _written(encoding: str, error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    signs = error.object[error.start : error.end]
    return "".join(_nearest(sign, encoding) for sign in signs), error.end


def _nearest(sign: str, encoding: str) -> str:
    """What stands for a sign: its nearest, its letter without accent, or its number."""
    import unicodedata

    parts = unicodedata.normalize("NFKD", sign)
    bare = "".join(part for part in parts if not unicodedata.combining(part))
    for candidate in (*_NEAREST.get(sign, ()), bare):
        try:
            candidate.encode(encoding)
        except UnicodeEncodeError:
            continue
        return candidate
    return sign.encode("ascii", "backslashreplace").decode("ascii")


def _search(name: str) -> codecs.CodecInfo | None:
    """ASCII under its other name."""
    if name.replace("_", "-") != _ASCII:
        return None
    ascii_ = codecs.lookup("ascii")
    return codecs.CodecInfo(
        ascii_.encode, ascii_.decode, ascii_.streamreader, ascii_.streamwriter,
        ascii_.incrementalencoder, ascii_.incrementaldecoder, name=_ASCII,
    )  # fmt: skip


codecs.register(_search)
