"""What was read of a file: its columns, each worked out when it is first asked for.

Several threads may ask. Not here: how a file is read (`read`, `text`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from threading import Lock

from costing.fleet_file.cells import Cells


class Content(Mapping[str, Cells]):
    """Columns by heading; `rows` is how many each has.

    What working one out raises is raised to all who ask.
    """

    def __init__(self, rows: int, tasks: Mapping[str, Callable[[], Cells]]) -> None:
        self.rows = rows
        self._tasks = dict(tasks)
        self._locks = {heading: Lock() for heading in tasks}
        self._done: dict[str, Cells] = {}

    def __getitem__(self, heading: str) -> Cells:
        with self._locks[heading]:
            if heading not in self._done:
                self._done[heading] = self._tasks[heading]()
                del self._tasks[heading]
            return self._done[heading]

    def __iter__(self) -> Iterator[str]:
        return iter(self._locks)

    def __len__(self) -> int:
        return len(self._locks)
