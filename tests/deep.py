"""
The long forms of tests and their short ones.

`make deep` sets DEEP: then every page is walked, every case is tried and rules are held
against thousands of examples. Otherwise a part is drawn by SEED, the same each time.
"""

import os
import random
from pathlib import Path

TESTS = Path(__file__).parent

DEEP = bool(os.environ.get("DEEP"))
SEED = os.environ.get("SEED", "1")
#: So many rows, beside one, tell whether a page asks the database for each of them.
MANY_ROWS = 100
#: So many where each row takes the whole workflow, or another test reads the page with
#: MANY_ROWS.
SOME_ROWS = MANY_ROWS if DEEP else 8


def drawn(cases, number, *, key=""):
    """
    The cases to try, in their order: all in the long form, else ``number`` of them.

    ``key`` tells apart draws that should not be alike, such as the name of a row.
    """
    cases = list(cases)
    if DEEP or len(cases) <= number:
        return cases
    chosen = random.Random(f"{SEED}/{key}").sample(range(len(cases)), number)  # noqa: S311
    return [cases[place] for place in sorted(chosen)]


PAGES = "browser/test_public_site.py::test_everyone_can_read_any_page_and_it_is_light"
#: Part of `make deep` → what pytest runs in it, below tests/. Each is to end within an
#: hour. A file belongs to the first part that names it.
PARTS = {
    "crawl": ["test_crawl.py", "test_every_public_page.py"],
    "fuzz": ["test_fuzz.py"],
    "permissions": ["test_permission_matrix.py", "test_one_door.py"],
    "stored-portals": ["test_stored_portal.py", "test_added_migrations.py"],
    "pages-in-spanish": [f"{PAGES}[es]"],
    "pages-in-english": [f"{PAGES}[en]"],
    "public-site": ["browser/test_public_site.py"],
    "staff-site": ["browser/"],
    "text-guard": ["strategic_areas/text_guard/"],
    "plan-a-to-l": ["strategic_areas/test_[a-l]*.py"],
    "plan-m-to-z": ["strategic_areas/test_[m-z]*.py"],
    "accounts": ["agencies/"],
    "portal": ["plan_portal/"],
    "whole-pages": ["test_*.py"],
}


def arguments_of(part):
    """What pytest is told to run a part: its files, without those named before it."""
    names = list(PARTS)
    before = [each for name in names[: names.index(part)] for each in PARTS[name]]
    taken = {path for each in before for path in _files(each)}
    chosen = [path for each in PARTS[part] for path in _files(each)]
    alone = [each for each in before if "::" in each]
    left_out = [each for each in alone if each.partition("::")[0] in chosen]
    return [
        *(f"tests/{path}" for path in chosen if path not in taken),
        *(f"--deselect=tests/{each}" for each in left_out),
    ]


def _files(pattern):
    """The test files below tests/ that a pattern names; a single test is itself."""
    if "::" in pattern:
        return [pattern]
    pattern = f"{pattern}**/test_*.py" if pattern.endswith("/") else pattern
    return sorted(path.relative_to(TESTS).as_posix() for path in TESTS.glob(pattern))
