"""
The long forms of tests and their short ones.

`make deep` sets DEEP: then every page is walked, every case is tried and rules are held
against thousands of examples. Otherwise a part is drawn by SEED, the same each time.
"""

import os
import random

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
