"""Hostile files within bounds: read in a process of little memory, each is refused by its reason.

The process has 512 MiB over what the program takes once its data are loaded, and must not have used
512 MiB in all. No time is asserted; a hang ends the test.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.workbook.bad import containers, make
from tests.workbook.test_bad import EXPECTED

HANG = 300
CHILD = """
import json, resource, sys
from pathlib import Path
from costing.problems.errors import InputError
from costing.reference.load import load_reference
from costing.workbook.imported.annotate import annotate
from costing.workbook.imported.importer import import_workbook

reference = load_reference()
pages = int(Path("/proc/self/statm").read_text().split()[0])
room = pages * resource.getpagesize() + 512 * 2**20
resource.setrlimit(resource.RLIMIT_AS, (room, room))
found = {}
for path in map(Path, sys.argv[1:]):
    try:
        import_workbook(path, reference)
        found[path.stem] = None
    except InputError as error:
        found[path.stem] = [problem.code for problem in error.problems]
        annotate(path.read_bytes(), error.problems)
status = Path("/proc/self/status").read_text()
used = int(status.split("VmHWM:")[1].split()[0]) // 1024
print(json.dumps({"found": found, "used": used}))
"""


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits of memory: Linux only")
def test_every_hostile_file_is_refused_in_little_memory():
    names = [*containers.FILES, "content_in_the_last_cell", "content_below_the_last_row"]
    files = [make.FOLDER / f"{name}.xlsx" for name in names]
    answer = _run(files)
    expected = {path.stem: [code for code, *_ in EXPECTED[path.stem]] for path in files}
    assert answer["found"] == expected
    assert answer["used"] < 512


def _run(files: list[Path]) -> dict[str, object]:
    command = [sys.executable, "-c", CHILD, *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=HANG, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
