"""The state of a commitment, row by row of the rule."""

import re
from collections import Counter
from datetime import date

import pytest
from django.utils.translation import override
from hypothesis import given, strategies as st

from plan_portal import settings
from plan_portal.styles import join_files
from strategic_areas.commitment_states import (
    DECLARED,
    FAMILIES,
    RULE,
    UNKNOWN_STATES,
    CommitmentFacts,
    CommitmentState,
    KnownActivityState,
    StateFamily,
    Tally,
    commitment_state,
    count_activities,
    family_of,
    newest_update,
)
from strategic_areas.models import DeclaredResult
from strategic_areas.progress import (
    ActivityReport,
    ActivityState,
    Deadline,
    Declaration,
    ProgressSummary,
    average_percent,
    count_states,
    known_state_of,
    summarise_commitment,
)
from strategic_areas.sentences import COMMITMENT_STATES, FAMILY_WORDS, work_done

DONE, GOING, KEPT = (
    KnownActivityState.COMPLETED,
    KnownActivityState.IN_PROGRESS,
    KnownActivityState.KEPT_UP,
)
HALTED, DROPPED, IDLE = (
    KnownActivityState.SUSPENDED,
    KnownActivityState.CANCELLED,
    KnownActivityState.NOT_STARTED,
)
WAITING, RESERVED = KnownActivityState.IN_REVIEW, KnownActivityState.RESERVED
SILENT, UNASKED = KnownActivityState.SILENT, KnownActivityState.NOT_ASKED
ENDS = date(2028, 12, 31)

#: By the row of the rule: what is known, and the state.
ROWS = [
    [
        (CommitmentFacts([GOING], result=result), state)
        for result, state in zip(DeclaredResult, DECLARED, strict=True)
    ],
    [(CommitmentFacts(), "no_activities")],
    [
        (CommitmentFacts([DROPPED]), "cancelled"),
        (CommitmentFacts([DROPPED, DROPPED]), "cancelled"),
    ],
    [
        (CommitmentFacts([GOING]), "in_progress"),
        (CommitmentFacts([DONE, HALTED, IDLE, GOING]), "in_progress"),
        (CommitmentFacts([KEPT]), "in_progress"),
        (CommitmentFacts([GOING, SILENT]), "in_progress"),
        (CommitmentFacts([GOING], is_over=True), "left_in_progress"),
        (CommitmentFacts([KEPT, DONE, DROPPED], is_over=True), "kept_up"),
        (CommitmentFacts([KEPT, GOING], is_over=True), "left_in_progress"),
        (CommitmentFacts([KEPT, SILENT], is_over=True), "left_in_progress"),
    ],
    [
        (CommitmentFacts([DONE, DONE]), "to_declare"),
        (CommitmentFacts([DONE, DROPPED]), "to_declare"),
    ],
    [
        (CommitmentFacts([HALTED, IDLE]), "suspended"),
        (CommitmentFacts([HALTED, DONE, DROPPED]), "partly_suspended"),
    ],
    [
        (CommitmentFacts([DONE, IDLE]), "begun"),
        (CommitmentFacts([DONE, SILENT]), "begun"),
    ],
    [
        (CommitmentFacts([IDLE, IDLE, DROPPED]), "not_started"),
        (CommitmentFacts([IDLE, SILENT]), "incomplete"),
        (CommitmentFacts([IDLE, WAITING]), "incomplete"),
    ],
    [(CommitmentFacts([WAITING, RESERVED, SILENT]), "in_review")],
    [(CommitmentFacts([RESERVED, SILENT]), "reserved")],
    [(CommitmentFacts([SILENT, UNASKED]), "no_report")],
    [(CommitmentFacts([UNASKED]), "not_asked")],
]


@pytest.mark.parametrize(
    ("row", "facts", "state"),
    [
        (row, facts, state)
        for row, cases in zip(RULE, ROWS, strict=True)
        for facts, state in cases
    ],
)
def test_the_first_row_that_applies_gives_the_state(row, facts, state):
    first = next(each for each in RULE if each.choose(facts))

    assert commitment_state(facts) == state
    assert first is row


def test_every_state_stands_in_one_row_and_every_row_gives_its_states():
    given = [{state for _, state in cases} for cases in ROWS]

    assert Counter(state for row in RULE for state in row.states) == Counter(
        CommitmentState
    )
    assert given == [set(row.states) for row in RULE]


def test_every_state_has_a_word_of_its_own():
    words = [str(word) for word in COMMITMENT_STATES.values()]

    assert set(COMMITMENT_STATES) == set(CommitmentState)
    assert len(set(words)) == len(CommitmentState)


def test_every_state_is_in_one_family_or_reported_and_not_to_be_read():
    assert [row.family for row in FAMILIES] == list(StateFamily)
    assert Counter(state for row in FAMILIES for state in row.states) == Counter(
        CommitmentState
    )
    assert {state for state in CommitmentState if family_of(state) == "unread"} == {
        "in_review",
        "reserved",
    }
    assert {state: family_of(state) for state in ActivityState} == {
        "completed": "met",
        "in_progress": "going",
        "left_in_progress": "going",
        "not_started": "unbegun",
        "suspended": "halted",
        "cancelled": "halted",
        "in_review": "unread",
        "no_report": "silent",
        "not_asked": "silent",
        "no_record": "silent",
    }


@given(st.lists(st.sampled_from([None, *CommitmentState])))
def test_the_families_sum_to_the_whole(states):
    counts = count_states(states)

    assert [family for family, _ in counts.by_family] == list(StateFamily)
    assert sum(number for _, number in counts.by_family) == counts.total
    for family, number in counts.by_family:
        assert number == sum(
            state is not None and family_of(state) == family for state in states
        )


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_every_family_has_a_word_a_mark_and_a_colour_that_is_read_in_grey_too():
    shapes = (settings.BASE_DIR / "templates/_shapes.html").read_text()
    css = join_files().read_text()
    drawn = dict(re.findall(r'id="shape-(\w+)"( [^>]*>.*)</symbol>', shapes))
    light, dark = (
        dict(re.findall(r"--([\w-]+): (#\w{6});", part.replace("#fff;", "#ffffff;")))
        for part in css.split("*,\n")[0].split("@media screen")
    )

    assert list(FAMILY_WORDS) == list(StateFamily)
    assert len({str(word) for word in FAMILY_WORDS.values()}) == len(StateFamily)
    assert len({drawn[each] for each in [*StateFamily, "late"]}) == len(StateFamily) + 1
    assert all(f".family--{each} " in css for each in StateFamily)
    for colours in (light, dark):
        inks = [colours[each] for each in StateFamily]
        for paper in (colours["paper"], colours["paper-shade"]):
            for ink in [*inks, colours["late"]]:
                assert contrast(ink, paper) >= 4.5
        # A bar's parts are full up to the fourth; the others are told by their lines.
        full = inks[:4]
        assert min(map(contrast, full, full[1:])) >= 1.4


@given(st.lists(st.sampled_from(list(KnownActivityState))), st.booleans())
def test_only_a_declaration_says_what_became_of_the_result(works, is_over):
    assert commitment_state(CommitmentFacts(works, is_over=is_over)) not in DECLARED


def report(execution="in_progress", ends_on=date(2027, 6, 30), **fields):
    return ActivityReport(execution=execution, period_ends_on=ends_on, **fields)


@pytest.mark.parametrize(
    ("reports", "known", "work"),
    [
        ([], {}, UNASKED),
        ([], {"asked": True}, SILENT),
        ([], {"asked": True, "in_review": True}, WAITING),
        ([], {"stopped": "cancelled"}, DROPPED),
        ([report("completed")], {"stopped": "cancelled"}, DONE),
        ([report()], {"stopped": "suspended"}, HALTED),
        ([report("cancelled")], {}, HALTED),
        ([report("completed", is_reserved=True)], {}, RESERVED),
        ([report()], {"in_review": True}, GOING),
        ([report()], {"ends_on": ENDS}, GOING),
        ([report(ends_on=ENDS)], {"ends_on": ENDS}, KEPT),
        ([report("suspended", ends_on=ENDS)], {"ends_on": ENDS}, HALTED),
    ],
)
def test_what_is_known_of_an_activity(reports, known, work):
    assert known_state_of(reports, **known) == work


@pytest.mark.parametrize(
    ("works", "counted", "words"),
    [
        ([DONE, DONE, DONE, GOING], Tally(3, 4, 4), "3 of 4 activities completed"),
        ([GOING, DROPPED], Tally(0, 1, 1), "0 of 1 activity completed"),
        ([SILENT] * 4, Tally(0, 0, 4), "4 activities"),
        ([WAITING, RESERVED], Tally(0, 0, 2), "2 activities"),
        (
            [DONE, SILENT, SILENT],
            Tally(1, 1, 3),
            "1 of 3 activities completed; 2 without a published report",
        ),
        ([IDLE, SILENT], Tally(0, 1, 2), "1 of 2 activities reported, none completed"),
        ([DROPPED], Tally(0, 0, 0), ""),
    ],
)
def test_missing_is_never_zero(works, counted, words):
    assert count_activities(works) == counted
    with override("en"):
        assert work_done(counted) == words


@given(st.lists(st.sampled_from(sorted(UNKNOWN_STATES)), min_size=1))
def test_where_nobody_is_known_to_have_done_anything_no_number_is_said_done(works):
    with override("en"):
        assert " of " not in work_done(count_activities(works))


def standing(activities, declarations=(), **fields):
    given = [
        (
            ProgressSummary(ActivityState(each[0].execution), None, each[0].percent),
            known_state_of(each),
            each,
        )
        for each in activities
    ]
    fields = {"is_stated_by_plan": True} | fields
    return summarise_commitment(
        given, declarations, Deadline(), date(2027, 7, 1), **fields
    )


def test_a_reconstructed_commitment_has_no_state_whatever_is_said_of_it():
    declared = [Declaration(result="fulfilled", period_ends_on=date(2027, 6, 30))]

    told = standing([[report(percent=30)]], declared, is_stated_by_plan=False)

    assert told == ProgressSummary(None, None)


def test_the_day_is_that_of_the_declaration_or_of_the_last_report():
    reports = [[report()], [report("completed", ends_on=date(2027, 3, 31))]]
    declared = Declaration(result="in_part", period_ends_on=date(2026, 12, 31))
    not_yet = Declaration(result="", period_ends_on=date(2026, 12, 31))

    found = [standing(reports, said) for said in ([], [declared], [not_yet])]

    assert [(each.state, each.said_on) for each in found] == [
        ("in_progress", newest_update([r for rows in reports for r in rows]).known_by),
        ("in_part", declared.known_by),
        ("in_progress", date(2027, 6, 30)),
    ]


def test_the_newest_declaration_stands_and_an_old_no_takes_a_yes_back():
    yes = Declaration(result="fulfilled", period_ends_on=date(2026, 12, 31))
    later = Declaration(result="", period_ends_on=date(2027, 6, 30))

    assert standing([[report()]], [yes, later]).state == "in_progress"


@pytest.mark.parametrize(
    ("activities", "percent"),
    [
        ([[report(percent=30)], [report(percent=50)]], 40),
        ([[report("cancelled", percent=30)]], 30),
        ([[report("not_started", percent=0)]], None),
    ],
)
def test_a_percent_stands_beside_work_under_way_alone(activities, percent):
    assert standing(activities).percent == percent


def test_an_amendment_that_cancels_a_commitment_cancels_one_without_activities():
    assert standing([], stopped="cancelled").state == "cancelled"
    assert standing([]).state == "no_activities"


def test_an_average_needs_a_percent_of_every_activity():
    assert average_percent([50, 100]) == 75
    assert average_percent([50, None]) is None
    assert average_percent([]) is None


@given(st.lists(st.integers(-500, 500), min_size=1))
def test_no_average_leaves_0_to_100(percents):
    assert 0 <= average_percent(percents) <= 100
