"""The self-assessment has a row for every requirement, and its evidence exists."""

import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "asvs.md"

#: Requirements of levels 1 and 2 that apply to the portal: a section, and its numbers.
APPLY = """
1.1:1-2 1.2:1-5,9 1.3:1-3,5-7,10-11 1.4:2 1.5:1-2 2.1:1-3 2.2:1-3 2.3:1-4 2.4:1 3.2:1-2
3.3:1-4 3.4:1-6 3.5:1-4 3.7:1-2 4.1:1-3 4.2:1 5.1:1 5.2:1-3 5.3:1-2 5.4:1-3 6.1:1-3
6.2:1-12 6.3:1-4 6.4:1-4 6.5:1-5 7.1:1-2 7.2:1-4 7.3:1-2 7.4:1-5 7.5:1-2 8.1:1-2 8.2:1-3
8.3:1 8.4:1 11.1:1-2 11.2:1-3 11.3:1-3 11.4:1-4 11.5:1 12.1:1-2 12.2:1-2 12.3:1-4 13.1:1
13.2:1-5 13.3:1-2 13.4:1-5 14.1:1-2 14.2:1-4 14.3:1-3 15.1:1-3 15.2:1-3 15.3:1-7 16.1:1
16.2:1-5 16.3:1-4 16.4:1-3 16.5:1-3
"""
#: Those of level 3 that are taken on besides.
ADOPT = """
1.2:10 2.3:5 3.4:7-8 3.5:8 3.6:1 4.1:4 5.2:4,6 6.3:7-8 6.4:6 6.5:6 7.5:3 8.3:2 13.1:2-3
13.2:6 13.4:6 14.2:5,7-8 15.2:4 15.4:2 16.5:4
"""


def ids_of(sections):
    """The ids of a list in which "1.2:1-3,5" stands for four of them."""
    found = set()
    for section, numbers in (each.split(":") for each in sections.split()):
        for part in numbers.split(","):
            first, _, last = part.partition("-")
            numbered = range(int(first), int(last or first) + 1)
            found |= {f"{section}.{number}" for number in numbered}
    return found


NEEDS_EVIDENCE = {"met", "partly"}
NEEDS_REMARK = {"partly", "not met", "not applicable"}


def rows():
    """Each row of the page's tables: id, level 3 or not, status, evidence, remark."""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        found = re.fullmatch(r"(\d+\.\d+\.\d+)( \(L3\))?", cells[0])
        if found:
            _id, _asks, status, evidence, remark = cells
            yield found[1], bool(found[2]), status, evidence, remark


ROWS = list(rows())


def anchors(text):
    """What a link to a heading is called."""
    for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE):
        yield re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-")


@cache
def evidence_in(name):
    """The tests of a file, or the headings of a document."""
    path = ROOT / name
    if not path.is_file():
        return frozenset()
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".md":
        return frozenset(anchors(text))
    return frozenset(re.findall(r"^def (test_\w+)\(", text, re.MULTILINE))


def is_there(evidence):
    name, _separator, inside = re.split(r"(::|#)", evidence)
    return inside in evidence_in(name)


def test_every_requirement_that_applies_has_one_row():
    ids = [id for id, *_rest in ROWS]

    assert len(ids_of(APPLY)) == 183
    assert len(ids) == len(set(ids))
    assert set(ids) == ids_of(APPLY) | ids_of(ADOPT)
    assert {id for id, is_level_3, *_rest in ROWS if is_level_3} == ids_of(ADOPT)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_row_has_a_status_and_evidence_that_exists(row):
    _id, _level, status, evidence, remark = row
    cited = re.findall(r"`([^`]+)`", evidence)

    assert status in NEEDS_EVIDENCE | NEEDS_REMARK
    assert [each for each in cited if not is_there(each)] == []
    assert bool(cited) or status not in NEEDS_EVIDENCE
    assert bool(remark) or status not in NEEDS_REMARK


def test_the_page_claims_no_certificate():
    text = " ".join(PAGE.read_text(encoding="utf-8").lower().split())

    assert "nobody has certified it, and owasp certifies nobody" in text
    assert re.findall(r"asvs[ -]certified|certified (by|against)", text) == []
