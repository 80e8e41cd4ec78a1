"""The files of messages: what is a text there, and what they may not hold."""

import pytest

from costing.problems.catalogue import FOLDER, messages, read
from costing.problems.errors import Place, problem

ENTRY = "code:\n  fr: oui\n  en: yes\n"


def test_a_text_is_what_is_written():
    texts = "a:\n  fr: non\n  en: no\nb:\n  fr: >-\n    le\n    2026-01-01\n  en: 2026-01-01\n"
    assert read(texts, "f.yaml") == {"a": ("non", "no"), "b": ("le 2026-01-01", "2026-01-01")}


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        (ENTRY + ENTRY, 4, "'code' is written twice"),
        (ENTRY + "  fr: oui\n", 4, "'fr' is written twice"),
        ("code:\n  fr: oui\n", 2, "'code' wants a text for fr and one for en"),
        (ENTRY + "  de: ja\n", 2, "'code' wants a text for fr and one for en"),
        ("code:\n  fr: oui\n  en:\n", 2, "'code' wants a text for fr and one for en"),
        ("code:\n  fr: oui\n  en: '  '\n", 2, "'code' wants a text for fr and one for en"),
        ("code:\n  fr: oui\n  en: [yes]\n", 2, "'code' wants a text for fr and one for en"),
        ("code: oui\n", 1, "keys with their values are expected"),
        ("", 1, "keys with their values are expected"),
    ],
)
def test_what_is_not_a_message_in_two_languages_is_refused(text, line, why):
    with pytest.raises(ValueError, match=f"f.yaml:{line}: {why}"):
        read(text, "f.yaml")


def test_a_code_is_of_one_family(tmp_path):
    for family in ("a.yaml", "b.yaml"):
        (tmp_path / family).write_text(ENTRY, encoding="utf-8")
    with pytest.raises(ValueError, match=r"b\.yaml: 'code' is in another family too"):
        messages(tmp_path)


def test_all_the_families_are_read():
    families = [read(path.read_text("utf-8"), path.name) for path in FOLDER.glob("*.yaml")]
    assert len(messages()) == sum(map(len, families)) > 200


def test_a_message_is_one_line_and_fills_its_facts():
    assert not [code for code, texts in messages().items() if any("\n" in t for t in texts)]
    told = problem("tariff_gap", Place(file="f.csv", line=3), "EXAM", end="A", start="B")
    assert told.text() == (
        "f.csv:3 : les dates de ce tarif ne se suivent pas : fin au A, reprise au B."
    )
    assert told.message("en") == (
        "the dates of this rate do not follow each other: ends A, resumes B."
    )
