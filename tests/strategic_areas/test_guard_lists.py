"""
Three lists of texts by people who had not seen the guard, and what it finds of them.

Each holds 100 texts with what leads to somebody and 100 harmless ones, all invented.
The rules were not fitted to them: each number is that of the first time that a form of
the guard read them, below which it may not fall. The rules for identifiers were written
anew between the second list and the third.
"""

from functools import cache
from pathlib import Path

import pytest
import yaml

from strategic_areas.text_guard import (
    KnownWords,
    Severity,
    find_personal_data,
    find_review_marks,
)

LISTS = Path(__file__).parent / "guard_lists"
PLAN = Path("strategic_areas/plans/plan-2017-2020.yaml")
#: What the plan's file tells of its sources and records names nobody's work.
NO_NAMES = {"records", "updates", "sources"}


@cache
def texts(name):
    return yaml.safe_load((LISTS / f"{name}.yaml").read_text(encoding="utf-8"))


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from strings(each)
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from strings(each) if key not in NO_NAMES else ()


@cache
def known():
    file = PLAN.read_text(encoding="utf-8")
    return KnownWords.of(strings(yaml.load(file, yaml.CSafeLoader)))


def gravest(text):
    """How the guard takes a text: the gravest that it finds, or ""."""
    found = {
        each.severity
        for each in [*find_personal_data(text), *find_review_marks(text, known())]
    }
    return next((str(each) for each in Severity if each in found), "")


@pytest.mark.parametrize(("name", "least"), [("one", 97), ("two", 96), ("three", 97)])
def test_what_leads_to_somebody_is_stopped_warned_of_or_marked(name, least):
    missed = [
        each["text"] for each in texts(name)["leaks"] if not gravest(each["text"])
    ]

    assert len(missed) <= 100 - least, missed


@pytest.mark.parametrize(
    ("name", "least", "of"), [("one", 36, 39), ("two", 40, 43), ("three", 52, 60)]
)
def test_what_identifies_somebody_by_itself_is_stopped(name, least, of):
    leaks = [each["text"] for each in texts(name)["leaks"] if each["identifier"]]

    stopped = [text for text in leaks if gravest(text) == Severity.BLOCK]

    assert len(leaks) == of
    assert len(stopped) >= least


@pytest.mark.parametrize(
    ("name", "stopped", "warned"), [("one", 0, 0), ("two", 0, 1), ("three", 2, 1)]
)
def test_a_harmless_text_is_hardly_ever_stopped_or_warned_of(name, stopped, warned):
    found = [gravest(text) for text in texts(name)["harmless"]]

    assert found.count(Severity.BLOCK) <= stopped
    assert found.count(Severity.WARN) <= warned
