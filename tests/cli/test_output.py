"""Every command on outputs that cannot show everything; tables and colours, on terminals or not."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from costing.cli import main
from costing.cli.characters import prepare_streams
from costing.cli.terminal import print_table, progress
from costing.fleet_file.mapping import FOLDER_VARIABLE
from costing.scenario.scenario import Scenario
from tests.strategies import fleet_of

COST = ("cost", "irm_1_5t", "--acts", "6500")
PARC = (
    "Appareil;FINESS;Classe;Date d'installation;Code postal;Secteur;Rang;Actes facturés;"
    "Actes d'hospitalisés\n007;350000001;IRM 1,5 T;01/03/2018;35000;libéral;1;5 200;120\n"
)
#: Each command, and words that it prints: with the accents that the encoding has.
EXAMPLES = {
    "revenue": ("revenue irm_1_5t --acts 8000 --year 2026", "Recette"),
    "cost": (" ".join(COST), "Total"),
    "compare": ("compare --scenario two.json --draws 16", "pondéré par"),
    "claim": ("claim cnam_irm_54 --scenario two.json --draws 16", "Définition"),
    "sensitivity": ("sensitivity cnam_scanner_72 --scenario two.json --draws 16", "À collecter"),
    "bridge": (
        "bridge two.json three.json --result cost --class irm_1_5t --acts 5000", "Écart"
    ),
    "elicit": ("elicit 800000 1000000 1400000 --unit EUR", "PERT"),
    "replicate": ("replicate", "dans la tolérance"),
    "optimise": ("optimise --scenario two.json --target 100e3", "Économies"),
    "evaluate": ("evaluate official --scenario two.json --draws 16", "Écart / acte"),
    "frontier": ("frontier --scenario two.json --points 2", "économies"),
    "menu": ("menu", "Économies"),
    "template": ("template --out template.xlsx", "template.xlsx"),
    "import": ("import template.xlsx", "Importé"),
    "fleet": ("fleet parc.csv --year 2024", "Correspondance devinée"),
    "export": ("export two.json --schedule official --out official.xlsx", "official.xlsx"),
    "verify": ("verify official.xlsx", "Classeur exact"),
    "annex": ("annex official --out annex.xlsx", "annex.xlsx"),
    "app": ("app --help", "Start the workbench"),
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the examples read, and write in their order."""
    path = tmp_path_factory.mktemp("output")
    machines = (
        {"class": "scanner", "acts_billed": 9_000},
        {"class": "irm_1_5t", "acts_billed": 4_000},
    )
    two = Scenario(name="deux → « € »", fleet=fleet_of(*machines))
    (path / "two.json").write_text(two.to_json(), encoding="utf-8")
    three = two.model_copy(update={"name": "trois", "perimeter": "legal_2023"})
    (path / "three.json").write_text(three.to_json(), encoding="utf-8")
    (path / "parc.csv").write_text(PARC, encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def here(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))


def run(*arguments: str, charset: str = "utf-8") -> Result:
    """A command, its output a stream of bytes in some encoding."""
    return CliRunner(charset=charset).invoke(main, arguments)


def test_every_command_has_its_example() -> None:
    assert EXAMPLES.keys() == main.commands.keys()


@pytest.mark.parametrize("charset", ["cp1252", "ascii"])
@pytest.mark.parametrize("command", EXAMPLES)
def test_every_command_whatever_the_output_can_show(command: str, charset: str) -> None:
    arguments, words = EXAMPLES[command]
    result = run(*arguments.split(), charset=charset)
    assert result.exit_code == 0, (result.exception, result.output)
    shown = result.stdout_bytes.decode(charset)
    if charset == "ascii":
        words = words.translate(str.maketrans("éÉÀ", "eEA"))
    assert words in shown
    # every sign that is printed has another that stands for it
    assert not re.search(r"\\[ux][0-9a-f]{2}", shown)


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("cp1252", "−1\u202f234 € → ▲ œ … é ≥ « — »"),
        ("latin-1", "−1\u202f234 € → ▲ œ … é ≥ « — »"),
        ("cp850", "−1\u202f234 € → ▲ œ … é ≥ « — »"),
        ("ascii", "−1\u202f234 € → ▲ œ … é ≥ « — »"),
    ],
)
def test_signs_that_an_encoding_lacks(charset: str, text: str) -> None:
    """Worked out from the tables of the four encodings."""
    expected = {
        "cp1252": "-1\u00a0234 € -> ^ œ … é >= « — »",
        "latin-1": "-1\u00a0234 EUR -> ^ oe ... é >= « - »",
        "cp850": "-1\u00a0234 EUR -> ^ oe ... é >= « - »",
        "ascii": '-1 234 EUR -> ^ oe ... e >= " - "',
    }
    say = click.Command("say", callback=lambda: click.echo(text))
    group = type(main)("group", commands={"say": say})
    result = CliRunner(charset=charset).invoke(group, ["say"])
    assert result.exit_code == 0, result.exception
    assert result.stdout_bytes.decode(charset).rstrip("\r\n") == expected[charset]


def test_a_sign_without_another_shows_its_number() -> None:
    result = run("cost", "irm_中_\udce9", "--acts", "10", charset="latin-1")
    assert result.exit_code == 2
    assert "irm_\\u4e2d_\\udce9" in result.stderr


def test_help_and_refusals_whatever_the_output_can_show() -> None:
    for arguments, code in (("--help", 0), ("claim --help", 0), ("revenue scanner --acts 1", 2),
                            ("cost nothing --acts 1", 2), ("import absent.xlsx", 2)):  # fmt: skip
        result = run(*arguments.split(), charset="ascii")
        assert result.exit_code == code, result.exception
        assert (result.stdout_bytes + result.stderr_bytes).decode("ascii").strip()


@pytest.mark.parametrize("arguments", [("replicate",), ("cost", "irm_15t", "--acts", "10")])
def test_json_is_the_same_object_in_any_encoding(arguments: tuple[str, ...]) -> None:
    """Bytes that any reader takes alike, whatever encoding he reads with."""
    usual = run(*arguments, "--json")
    assert not usual.stdout.isascii()
    for charset in ("cp1252", "ascii", "cp850"):
        escaped = run(*arguments, "--json", charset=charset)
        assert escaped.exit_code == usual.exit_code
        assert escaped.stdout_bytes.isascii()
        assert json.loads(escaped.stdout_bytes) == json.loads(usual.stdout)


def process(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "costing.cli", *arguments],
        capture_output=True, check=False, env={**os.environ, **environment},
    )  # fmt: skip


def test_a_real_process_in_a_windows_code_page() -> None:
    """743 184 € is worked out line by line in tests/test_costs.py."""
    done = process(*COST, PYTHONUTF8="0", PYTHONIOENCODING="cp1252")
    assert (done.returncode, done.stderr) == (0, b"")
    assert "743\u00a0184 €".encode("cp1252") in done.stdout.replace(b" \x80", b"\x20\x80")


def test_a_pipe_that_is_closed_ends_a_command_quietly() -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "wb") as closed:
        done = subprocess.run(
            [sys.executable, "-m", "costing.cli", "menu"],
            stdout=closed, stderr=subprocess.PIPE, check=False,
        )  # fmt: skip
    assert done.stderr == b""


# --- tables ---------------------------------------------------------------------------------------


class Terminal(io.TextIOWrapper):
    """A stream of bytes that says it is a terminal."""

    def __init__(self, encoding: str = "utf-8") -> None:
        super().__init__(io.BytesIO(), encoding=encoding, newline="\n")

    def isatty(self) -> bool:
        return True

    def shown(self) -> str:
        self.flush()
        return self.buffer.getvalue().decode(self.encoding)  # type: ignore[attr-defined, no-any-return]


@contextmanager
def terminal(**environment: str) -> Iterator[Terminal]:
    """Both outputs on a terminal with colours, 80 signs wide unless told otherwise."""
    usual = {"TERM": "xterm-256color", "COLUMNS": "80"}
    stream = Terminal()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(stream), redirect_stderr(stream):
        for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "COLORTERM"):
            patch.delenv(name, raising=False)
        for name, value in {**usual, **environment}.items():
            patch.setenv(name, value)
        yield stream


ROWS = (
    ("un nom de plusieurs mots, assez long", "1\u202f234 €", "atteinte"),
    "en travers",
    ("b", "5 €", "[manquée]"),
)
HEADS = ("", "Montant", "Cible")
#: Columns of 36, 7 and 9 signs, two spaces between them.
PLAIN = """\
                                      Montant      Cible
un nom de plusieurs mots, assez long  1\u202f234 €   atteinte
en travers
b                                         5 €  [manquée]
"""


@pytest.mark.parametrize("columns", ["1", "20", "400"])
def test_a_table_in_a_pipe_has_its_natural_width(
    columns: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setenv("FORCE_COLOR", "1")
    print_table("prr", ROWS, HEADS)
    assert capsys.readouterr().out == PLAIN


def test_a_table_on_a_terminal_breaks_lines_of_words_never_figures() -> None:
    with terminal(NO_COLOR="1") as wide:
        print_table("prr", ROWS, HEADS)
    assert wide.shown() == PLAIN
    # 36 less 7, 9 and two gaps of 2: words have 16
    with terminal(NO_COLOR="1", COLUMNS="36") as narrow:
        print_table("prr", ROWS, HEADS)
    assert narrow.shown().splitlines() == [
        "                  Montant      Cible",
        "un nom de         1\u202f234 €   atteinte",
        "plusieurs mots,",
        "assez long",
        "en travers",
        "b                     5 €  [manquée]",
    ]


def test_colours_are_for_terminals() -> None:
    with terminal() as shown:
        print_table("prr", ROWS, HEADS, total=True)
    assert "\x1b[32m" in shown.shown()  # green, for what holds
    assert "\x1b[1m" in shown.shown()  # bold, for heads and total
    assert re.sub(r"\x1b\[[0-9;]*m", "", shown.shown()).split() == PLAIN.split()


def test_a_table_stays_in_columns_in_ascii(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal("ascii")
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setenv("NO_COLOR", "1")
    prepare_streams()
    print_table("lr", [("é", "12 €"), ("œ", "1\u202f000 €")])
    assert stream.shown() == "e      12 EUR\noe  1 000 EUR\n"


def test_progress_is_shown_on_terminals_and_wiped() -> None:
    with terminal() as shown, progress("Tirages") as tell:
        tell(0.5, "tout droit")
        tell(0.2, "moitié [faite]")
    assert "moitié [faite]" in shown.shown()
    assert "50%" in shown.shown()
    assert "20%" not in shown.shown()  # it never goes back
    assert shown.shown().endswith("\x1b[2K")  # its line is erased


def test_progress_is_silent_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("Tirages") as tell:
        tell(0.5, "moitié")
    assert capsys.readouterr() == ("", "")


def test_nothing_slow_to_import_without_a_table() -> None:
    code = "import sys, costing.cli; print('rich' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"
