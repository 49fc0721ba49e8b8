"""Scenarios that are tests already, in their long form if that takes minutes."""

import os
import re
import subprocess
import sys
from contextlib import ExitStack

from tools.benchmarks.servers import ROOT
from tools.faults.telling import Outcome, scenario
from tools.run_tests import find_server_binaries, throw_away_cluster


def pytest_outcome(stage, engine, *arguments, **variables):
    """Run tests on an engine; their last line describes the run."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    with ExitStack() as stack:
        url = ""
        if engine == "postgresql":  # the quick one on which tests always run
            url = stack.enter_context(throw_away_cluster(find_server_binaries()))
        done = subprocess.run(
            [*command, *arguments],
            cwd=ROOT,
            env=os.environ | variables | {"TEST_DATABASE_URL": url},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    closing = done.stdout.strip().splitlines()[-1]
    outcome = Outcome(f"{' '.join(arguments)}: {closing}")
    failed = re.findall(r"^FAILED (\S+)", done.stdout, re.MULTILINE)
    outcome.must(not done.returncode, f"failed: {failed[:3] or closing}")
    return outcome


@scenario(
    "L5",
    "Queries of each public page, with one record and with a hundred",
    passes="at most 20 queries, and as many for a hundred records as for one",
)
def queries(stage, engine):
    return pytest_outcome(stage, "sqlite", "tests/test_public_pages.py", "-k", "quer")


@scenario(
    "Z2",
    "Hostile values in addresses, queries and forms of every page",
    passes="never a 500, nothing leaks",
    on=("sqlite",),
)
def hostile_values(stage, engine):
    return pytest_outcome(stage, engine, "tests/test_fuzz.py")


@scenario(
    "Z3",
    "2,000 damaged files of every kind uploaded as evidence",
    passes="each is refused or taken within 2 s, no crash, at most 500 MB of memory",
    on=("sqlite",),
)
def damaged_files(stage, engine):
    test = "tests/strategic_areas/test_evidence_damaged.py"
    return pytest_outcome(stage, engine, test, DEEP="1")
