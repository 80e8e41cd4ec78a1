"""Independent tasks side by side.

For arrays only: NumPy and Arrow work outside Python's lock, Python does not.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import count
from typing import Any, TypeVar

T = TypeVar("T")


#: Elements of each task's arrays below which threads wait for each other more than they help.
_FEW = 50_000


def in_parallel(tasks: Iterable[Callable[[], T]], size: int = _FEW) -> list[T]:
    """What each task gives, in their order; what a task raises is raised.

    The calling thread takes tasks like the others. size: elements of a task's arrays.
    """
    if size < _FEW:
        return [task() for task in tasks]
    todo, turn = list(tasks), count()
    results: dict[int, Any] = {}

    def work() -> None:
        while (index := next(turn)) < len(todo):
            results[index] = todo[index]()

    helpers = [_pool().submit(work) for _ in range((os.cpu_count() or 1) - 1)]
    try:
        work()
    finally:
        started = [helper for helper in helpers if not helper.cancel()]
    for helper in started:
        helper.result()
    return [results[index] for index in range(len(todo))]


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(os.cpu_count())
