"""The long form of the tests can be run part by part, and the parts make the whole."""

from collections import Counter

from tests.deep import PAGES, PARTS, TESTS, arguments_of


def test_each_test_file_belongs_to_one_part():
    every = {f"tests/{path.relative_to(TESTS)}" for path in TESTS.rglob("test_*.py")}

    named = Counter(
        each for part in PARTS for each in arguments_of(part) if "::" not in each
    )

    assert named == Counter(every)


def test_what_has_a_part_of_its_own_is_left_out_of_that_of_its_file():
    pages = [f"tests/{PAGES}[{language}]" for language in ("es", "en")]

    assert arguments_of("pages-in-spanish") == pages[:1]
    assert arguments_of("public-site") == [
        "tests/browser/test_public_site.py",
        *(f"--deselect={each}" for each in pages),
    ]
