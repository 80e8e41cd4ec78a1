"""What a file that is no workbook seems to be, in words, so that its owner sees the slip."""

from __future__ import annotations

from collections.abc import Collection

from costing.problems.errors import Both

_STARTS = {
    b"": Both("un fichier vide", "an empty file"),
    b"%PDF": Both("un PDF", "a PDF"),
    b"\x89PNG": Both("une image", "an image"),
    b"\xff\xd8\xff": Both("une image", "an image"),
    b"{": Both("du JSON", "JSON"),
    b"{\\rtf": Both("un document RTF", "an RTF document"),
    b"<": Both("une page HTML ou du XML", "an HTML page or XML"),
}
_PARTS = {
    "xl/workbook.bin": Both("un classeur binaire (.xlsb)", "a binary workbook (.xlsb)"),
    "mimetype": Both("un document OpenDocument (.ods ?)", "an OpenDocument file (.ods?)"),
    "word/document.xml": Both("un document Word", "a Word document"),
    "ppt/presentation.xml": Both("une présentation", "a presentation"),
}
STRICT = Both("un classeur « Open XML strict »", "a 'Strict Open XML' workbook")
_TEXT = Both("un texte (CSV ?)", "a text (CSV?)")
_UNKNOWN = Both("d'un autre format", "in another format")


def kind_of_bytes(data: bytes) -> Both:
    """What the first bytes of a file say that it is."""
    start = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start:
        return _STARTS[b""]
    for mark in sorted(_STARTS, key=len, reverse=True):
        if mark and start.startswith(mark):
            return _STARTS[mark]
    control = sum(byte < 9 or 13 < byte < 32 for byte in start)
    return _UNKNOWN if control else _TEXT


def kind_of_parts(names: Collection[str]) -> Both:
    """What the parts of a zip say that it is."""
    return next((words for part, words in _PARTS.items() if part in names), Both("un zip", "a zip"))
