from concurrent.futures import ThreadPoolExecutor
from resource import RUSAGE_THREAD, getrusage

from plan_portal.page_cache.call_stack import with_stack_room


def test_a_loop_takes_no_memory_at_any_depth_of_calls():
    # A new thread: tests themselves have room.
    with ThreadPoolExecutor(1) as thread:
        faults = thread.map(with_stack_room(page_faults_at), range(150))

    assert max(faults) < 100


def page_faults_at(depth):
    """Page faults of a loop of 500 calls that is this many calls deep."""
    if depth:
        return page_faults_at(depth - 1)
    before = getrusage(RUSAGE_THREAD).ru_minflt
    for _turn in range(500):
        call()
    return getrusage(RUSAGE_THREAD).ru_minflt - before


def call(first=1, second=2, third=3):
    return first + second + third
