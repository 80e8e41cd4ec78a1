"""Every code that the workbook layer can raise has its words, in both languages."""

import re
from pathlib import Path
from string import Formatter

import costing.workbook
from costing.messages import MESSAGES

SOURCES = "".join(p.read_text("utf-8") for p in Path(costing.workbook.__file__).parent.glob("*.py"))
USED = set(re.findall(r'"(wb_[a-z_]+)"', SOURCES))


def fields(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_codes_and_words_match():
    assert {code for code in MESSAGES if code.startswith("wb_")} == USED


def test_both_languages_say_the_same_facts():
    for code in USED:
        french, english = MESSAGES[code]
        assert fields(french) == fields(english), code
