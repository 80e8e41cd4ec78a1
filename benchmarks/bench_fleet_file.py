"""Activity files against pandas' own readers: a file of the user's becomes a checked fleet.

Ours opens the file, finds its shape, reads it by the guessed correspondence, and checks every row;
the peer only reads the same file into the same table. pandas' reader of separated values leaves
dates as texts unless it is asked: both are measured. Machines are those of the
reference fleet, renamed in no order; a French file has semicolons, days first, decimal commas.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.measure import Row, side_by_side
from costing.fleet_file.file import import_fleet
from costing.fleet_file.guess import guess
from costing.fleet_file.read import open_file
from costing.reference.load import load_reference

ROWS, LARGE = 100_000, 1_000_000
TARGET, MEMORY_GIB = 2.0, 1.0
FRENCH = {
    "machine_id": "N° appareil", "site_id": "FINESS", "modality": "Modalité", "class": "Classe",
    "installed_on": "Date d'installation", "zone": "Zone", "region": "Région",
    "sector": "Secteur", "rank_on_authorisation": "Rang", "acts_billed": "Actes facturés",
    "acts_inpatient": "Actes d'hospitalisés", "weight": "Poids",
}  # fmt: skip

#: Run in a process of its own, so that its peak memory is its own.
PEAK = """
import resource, sys
from pathlib import Path
from benchmarks.bench_fleet_file import whole
assert len(whole(Path(sys.argv[1])).frame) == int(sys.argv[2])
status = Path("/proc/self/status")
if status.is_file():  # what getrusage tells may be the peak of the process that started this one
    peak = next(int(l.split()[1]) for l in status.read_text().splitlines() if "VmHWM" in l) * 1024
else:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(peak / 2**30)
"""


def run() -> list[Row]:
    """A spreadsheet, a plain and a French CSV file, a large one, one by month, its peak memory."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        return [
            _sheet(folder),
            *_csv(folder, ROWS, french=False),
            *_csv(folder, ROWS, french=True),
            *_csv(folder, LARGE, french=False),
            *_csv(folder, LARGE, french=True),
            _months(folder),
            _peak(folder),
        ]


def whole(path: Path) -> object:
    """A file as a fleet, with what its headings say."""
    reader = open_file(path)
    found = guess(reader)
    assert found.mapping is not None and not found.doubts, found.doubts
    return import_fleet(reader, found.mapping, REFERENCE, 2024).fleet


REFERENCE = load_reference()


def machines(count: int) -> pd.DataFrame:
    """The reference fleet over and over, each machine with a name of its own, in no order."""
    base = REFERENCE.fleet.frame
    frame = base.iloc[np.arange(count) % len(base)].reset_index(drop=True)
    names = np.random.default_rng(1).permutation(count)
    return frame.assign(machine_id=[f"A{n:07d}" for n in names])


def _frenchified(frame: pd.DataFrame) -> pd.DataFrame:
    dates = frame["installed_on"].dt.strftime("%d/%m/%Y")
    weights = frame["weight"].map(lambda weight: f"{weight:.1f}".replace(".", ","))
    frame = frame.astype(dict.fromkeys(("acts_billed", "acts_inpatient"), int))
    return frame.assign(installed_on=dates, weight=weights).rename(columns=FRENCH)


def _csv(folder: Path, count: int, french: bool) -> list[Row]:
    """Against pandas reading the same table, dates as dates; and leaving texts as they are."""
    path = folder / f"{count}_{french}.csv"
    frame = machines(count)
    if french:
        _frenchified(frame).to_csv(path, sep=";", index=False, encoding="utf-8-sig")
    else:
        whole_numbers = dict.fromkeys(("acts_billed", "acts_inpatient", "weight"), int)
        frame.astype(whole_numbers).to_csv(path, index=False)
    date = FRENCH["installed_on"] if french else "installed_on"
    shape = {"sep": ";" if french else ",", "decimal": "," if french else "."}
    dated = {"parse_dates": [date], "dayfirst": french}
    runs = 7 if count == LARGE else 21
    same = side_by_side(lambda: whole(path), lambda: pd.read_csv(path, **shape, **dated), runs)
    texts = side_by_side(lambda: whole(path), lambda: pd.read_csv(path, **shape), runs)
    what = f"fleet of {count:,} rows, CSV{' (French)' if french else ''}"
    return [
        Row(what, *same, "pandas.read_csv, with its dates", TARGET),
        Row(f"{what}, dates left as texts by the peer", *texts, "pandas.read_csv", TARGET),
    ]


def _months(folder: Path) -> Row:
    """A million rows by month, some thousands of machines."""
    base = REFERENCE.fleet.frame
    repeats = -(-LARGE // len(base))
    frame = pd.concat([base] * repeats, ignore_index=True).iloc[:LARGE]
    frame = frame.assign(acts_billed=10, acts_inpatient=1, month=np.arange(LARGE) // len(base))
    path = folder / "months.csv"
    frame.rename(columns={**FRENCH, "month": "Période"}).to_csv(path, sep=";", index=False)
    dated = {"parse_dates": [FRENCH["installed_on"]]}
    times = side_by_side(lambda: whole(path), lambda: pd.read_csv(path, sep=";", **dated))
    what = f"fleet of {LARGE:,} rows added up by machine, CSV"
    return Row(what, *times, "pandas.read_csv, with its dates", TARGET)


def _sheet(folder: Path) -> Row:
    path = folder / "fleet.xlsx"
    machines(ROWS).rename(columns=FRENCH).to_excel(path, index=False, engine="xlsxwriter")
    times = side_by_side(
        lambda: whole(path), lambda: pd.read_excel(path, engine="calamine"), runs=3
    )
    return Row(f"fleet of {ROWS:,} rows, XLSX", *times, "pandas.read_excel, calamine", TARGET)


def _peak(folder: Path) -> Row:
    path = folder / f"{LARGE}_True.csv"
    command = [sys.executable, "-c", PEAK, str(path), str(LARGE)]
    output = subprocess.run(command, check=True, capture_output=True).stdout
    what = f"fleet of {LARGE:,} rows, CSV, peak of a whole process"
    return Row(what, float(output), MEMORY_GIB, "limit", 1.0, "GiB")
