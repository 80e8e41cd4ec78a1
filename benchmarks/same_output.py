"""Whether two checkouts print and write the same: the proof that a rearrangement changed nothing.

    python benchmarks/same_output.py BEFORE AFTER

Each checkout runs the same commands with the current interpreter, in a folder of its own, beside
the other. JSON, Markdown and files must be the same bytes, what is printed for people the same
words in the same order (boxes dropped), exit codes the same. Every difference is told; the exit
code is then 1. Not a benchmark of `make bench`: it takes minutes.

No command reads the date. Workbooks and documents hold the hour of their writing, in the zip and in
two properties: it is left out, and their parts compared byte by byte, in order.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

#: Run in order: later ones read what earlier ones wrote. Files come from `_inputs`.
COMMANDS = """
--help
--version
app --help
revenue irm_1_5t --acts 8000 --amortisation non_amorti --zone province --date 2024-06-01
revenue irm_1_5t --acts 8000 --amortisation non_amorti --zone province --date 2024-06-01 --json
revenue irm_1_5t --acts 8000 --year 2026
revenue irm_1_5t --acts 8000 --year 2026 --json
revenue irm_1_5t --acts 8000
revenue irm_15t --acts -1 --zone lyon --date 2024-06-01
revenue irm_15t --acts -1 --zone lyon --date 2024-06-01 --json
cost irm_1_5t --acts 6500
cost irm_1_5t --acts 6500 --json
cost tep_tdm --acts 2500 --amortisation amorti --perimeter legal_2023
cost scanner --acts 90000
cost scanner --acts 0
cost scanner --acts 10 --models absent
compare
compare --json
compare --scenario two.json --draws 200
compare --scenario two.json --draws 200 --json
compare --scenario absent.json
compare --date 2010-01-01 --json
claim cnam_75 --draws 200
claim cnam_75 --draws 200 --json
claim cnam_57
sensitivity cnam_75 --draws 256
sensitivity cnam_scanner_72 --draws 256 --json
bridge perimetre_large_activite_observee perimetre_etroit_activite_haute --result overvaluation
bridge perimetre_large_activite_observee perimetre_etroit_activite_haute --json
bridge two.json three.json --result savings
bridge two.json three.json --result cost --class irm_1_5t --acts 5000
elicit 800000 1000000 1400000 --unit EUR
elicit 800000 1000000 1400000 --unit EUR --json
elicit 1 2 3 --unit EURO
replicate
replicate --json
replicate evens-1985
optimise --scenario two.json --target 150e3 --out found.xlsx --schedule found.csv --lp found.lp
optimise --scenario two.json --target 150e3 --json
optimise --scenario two.json --target 1e12
optimise --scenario two.json --target 1e12 --json
optimise --out absent/found.xlsx
optimise --target 600e6
evaluate found.xlsx --scenario two.json --draws 64
evaluate found.csv --scenario two.json --draws 64 --json
evaluate official --draws 0
evaluate oficial
frontier --scenario two.json --points 3
frontier --scenario two.json --points 3 --json
menu
menu --language en
menu --json
template --out template.xlsx
import filled.xlsx --out scenario.json
import filled.xlsx --json
import bad.xlsx --returned returned.xlsx
import bad.xlsx --language en --json
import absent.xlsx
export two.json --out exported.xlsx
export --schedule official --out decision.xlsx
export --out nothing.xlsx
verify exported.xlsx
verify exported.xlsx --json
verify template.xlsx
verify changed.xlsx --gaps gaps.csv
verify changed.xlsx --json
fleet fleet.csv --year 2024 --save-mapping mapping.yaml --out fleet.json
fleet fleet.csv --year 2024 --json
fleet faulty.csv --mapping mapping.yaml --year 2024 --problems problems.csv
fleet faulty.csv --mapping mapping.yaml --year 2024 --json
annex official --out annex.docx
annex two.json --out annex.xlsx
annex found.csv --out found.docx
annex official --out annex.odt
"""
#: After this command, a copy of its workbook is made in which a result is falsified.
EXPORTED = "export two.json --out exported.xlsx"
FLEET = """N° appareil;FINESS;Classe;Date d'installation;Code postal;Secteur;Rang;Actes facturés;\
Actes d'hospitalisés
007;350000001;IRM 1,5 T;01/03/2018;35000;libéral;1;5 200;120
008;350000001;Scanner;15/09/2016;35000;public;2;9 000;3 100
9;750000002;TEP-TDM;2020-12-31;75013;GIE / GCS;1;2100;0
"""
#: At midnight sharp, it is a date that the program chose: compared.
HOUR = re.compile(rb"<dcterms:(?:created|modified)[^>]*>[\d-]+T(?!00:00:00)[^<]*<")
BOXES = re.compile("[\u2500-\u257f]")


@dataclass(frozen=True)
class Outcome:
    """What a command did: its exit code and what it printed."""

    code: int
    out: bytes
    err: bytes

    def words(self) -> dict[str, list[str]]:
        """What was printed, as words."""
        streams = {"output": self.out, "errors": self.err}
        return {name: BOXES.sub(" ", data.decode()).split() for name, data in streams.items()}


def main() -> int:
    """Run both sides and tell what differs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    checkouts = parser.parse_args()
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as root, ThreadPoolExecutor(2) as side:
        sides = [Path(root) / name for name in ("before", "after")]
        for folder in sides:
            _inputs(folder, checkouts.before)
        given = [checkouts.before, checkouts.after]
        before, after = side.map(_run_all, (path.resolve() for path in given), sides)
        differences = [
            f"{command}\n    {told}"
            for command in before
            for told in _compared(command, before[command], after[command])
        ]
        names = sorted({path.name for folder in sides for path in (folder / "work").iterdir()})
        differences += [told for name in names for told in _files(name, *sides)]
    for told in differences:
        print(told)
    verdict = f"{len(differences)} differences" if differences else "all the same"
    seconds = time.perf_counter() - start
    print(f"{len(before)} commands, {len(names)} files: {verdict} ({seconds:.0f} s)")
    return int(bool(differences))


def _inputs(folder: Path, checkout: Path) -> None:
    """The files that the commands read, the same on both sides."""
    work = folder / "work"
    for each in (work, folder / "home"):
        each.mkdir(parents=True)
    shutil.copy(checkout / "workbooks" / "exemple_rempli.xlsx", work / "filled.xlsx")
    shutil.copy(checkout / "tests/workbook/bad/many_faults_at_once.xlsx", work / "bad.xlsx")
    machine = {
        "machine_id": ("m", "n"), "site_id": ("s", "s"), "modality": ("scanner", "irm"),
        "class": ("scanner", "irm_1_5t"), "installed_on": ("2023-06-01", "2012-06-30"),
        "zone": ("province",) * 2, "region": ("Bretagne",) * 2, "sector": ("liberal",) * 2,
        "rank_on_authorisation": (1, 1), "acts_billed": (9000, 4000), "acts_inpatient": (0, 50),
        "weight": (1, 1),
    }  # fmt: skip
    two = {"name": "deux", "fleet": {"year": 2024, "label": "essai", "columns": machine}}
    change = {"parameter": "irm.maintenance_share.*", "mode": 0.10}
    three = {**two, "name": "trois", "perimeter": "legal_2023", "overrides": [change]}
    for name, content in (("two", two), ("three", three)):
        (work / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    (work / "fleet.csv").write_text(FLEET, encoding="utf-8")
    faulty = FLEET.replace("5 200", "beaucoup").replace("15/09/2016", "31/02/2016")
    (work / "faulty.csv").write_text(faulty, encoding="utf-8")


def _run_all(checkout: Path, folder: Path) -> dict[str, Outcome]:
    """Every command of one side, in order."""
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(checkout),
        "PYTHONPYCACHEPREFIX": str(folder / "cache"),
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "TZ": "UTC",
        "HOME": str(folder / "home"),
        "COSTING_MAPPINGS": str(folder / "home" / "mappings"),
    }
    outcomes = {}
    for command in COMMANDS.strip().splitlines():
        done = subprocess.run(
            [sys.executable, "-m", "costing.cli", *shlex.split(command)],
            cwd=folder / "work", env=environment, capture_output=True, check=False,
        )  # fmt: skip
        here = str(checkout).encode()
        streams = (text.replace(here, b"CHECKOUT") for text in (done.stdout, done.stderr))
        outcomes[command] = Outcome(done.returncode, *streams)
        if command == EXPORTED:
            _falsified(folder / "work" / "exported.xlsx", folder / "work" / "changed.xlsx")
    return outcomes


def _falsified(exported: Path, changed: Path) -> None:
    """A copy of a workbook, one computed value raised by a thousand in each of its sheets."""
    with zipfile.ZipFile(exported) as old, zipfile.ZipFile(changed, "w") as new:
        for part in old.infolist():
            data = old.read(part)
            if part.filename.startswith("xl/worksheets/sheet"):
                data = re.sub(rb"(</f><v>)(\d)", rb"\g<1>1000\g<2>", data, count=1)
            new.writestr(part, data)


def _compared(command: str, before: Outcome, after: Outcome) -> Iterator[str]:
    """What a command does otherwise than before."""
    if before.code != after.code:
        yield f"exit code {before.code}, then {after.code}"
    if before.code not in (0, 2, 3):
        yield f"a fault of the program: {before.err.decode()[-300:]}"
    if ("--json" in command or command.startswith("menu")) and before.out != after.out:
        yield f"output: not the same bytes, from the {_first(before.out, after.out)}th on"
    said = after.words()
    for stream, words in before.words().items():
        if words != said[stream]:
            at = _first(words, said[stream])
            was, now = (" ".join(each[max(0, at - 3) : at + 8]) for each in (words, said[stream]))
            yield f"{stream}: « {was} », then « {now} »"


def _files(name: str, *sides: Path) -> Iterator[str]:
    """How a file differs; of a zip, in which of its parts."""
    paths = [folder / "work" / name for folder in sides]
    if not all(path.is_file() for path in paths):
        yield f"{name}: only written {'before' if paths[0].is_file() else 'after'}"
        return
    if all(zipfile.is_zipfile(path) for path in paths):
        before, after = map(_parts, paths)
        differing = [part for part in before | after if before.get(part) != after.get(part)]
        if differing:
            yield f"{name}: not the same bytes in {', '.join(differing)}"
        elif list(before) != list(after):
            yield f"{name}: not the same order of parts"
        return
    one, two = (path.read_bytes() for path in paths)
    if one != two:
        yield f"{name}: not the same bytes, from the {_first(one, two)}th on"


def _parts(path: Path) -> dict[str, bytes]:
    """The parts of a zip, in order, without the hour of their writing."""
    with zipfile.ZipFile(path) as archive:
        return {name: HOUR.sub(b"", archive.read(name)) for name in archive.namelist()}


def _first(before: bytes | list[str], after: bytes | list[str]) -> int:
    """The first place where two sequences differ."""
    pairs = enumerate(zip_longest(before, after))
    return next((at for at, (one, two) in pairs if one != two), 0)


if __name__ == "__main__":
    sys.exit(main())
