"""Independent tasks side by side."""

from __future__ import annotations

import os
import sys
import threading
from functools import partial

import pytest

from costing.run.parallel import in_parallel

MANY = 10**6


@pytest.mark.parametrize("size", [0, MANY])
def test_results_stand_in_the_order_of_the_tasks(size: int) -> None:
    done: list[int] = []

    def task(index: int) -> int:
        done.append(index)
        return index * index

    assert in_parallel((partial(task, i) for i in range(50)), size) == [i * i for i in range(50)]
    assert sorted(done) == list(range(50))


@pytest.mark.parametrize("size", [0, MANY])
@pytest.mark.parametrize("wrong", [0, 7, 19])
def test_what_a_task_raises_is_raised(size: int, wrong: int) -> None:
    def task(index: int) -> int:
        if index == wrong:
            raise ValueError(str(index))
        return index

    with pytest.raises(ValueError, match=str(wrong)):
        in_parallel((partial(task, i) for i in range(20)), size)


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one processor")
def test_two_tasks_run_at_once() -> None:
    meeting = threading.Barrier(2, timeout=30)
    assert sorted(in_parallel([meeting.wait, meeting.wait], MANY)) == [0, 1]


def test_a_task_may_have_tasks_of_its_own() -> None:
    def outer(index: int) -> int:
        return sum(in_parallel((partial(abs, index) for _ in range(3)), MANY))

    assert in_parallel((partial(outer, i) for i in range(8)), MANY) == [3 * i for i in range(8)]


@pytest.mark.skipif(sys.platform != "linux", reason="fork")
def test_a_forked_process_has_no_threads_to_wait_for() -> None:
    in_parallel([partial(abs, -1)] * 4, MANY)
    child = os.fork()
    if child == 0:
        os._exit(sum(in_parallel((partial(abs, -i) for i in range(5)), MANY)))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 10
