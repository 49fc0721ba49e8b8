"""
Counts in words, whose number and gender follow what is counted.

Spanish says "9 suspendidos" of commitments, and "9 suspendidas" of activities.
"""

from django import template
from django.utils.html import format_html_join
from django.utils.translation import npgettext_lazy

from plan_portal.templatetags.portal import made_once
from strategic_areas import sentences
from strategic_areas.progress import Punctuality, State
from strategic_areas.sentences import COMMITMENT_PUNCTUALITY
from strategic_areas.states import CommitmentState

register = template.Library()
register.filter("rest_on_record", sentences.rest_on_record)

COMMITMENTS = {
    CommitmentState.FULFILLED: npgettext_lazy(
        "commitments",
        "%(n)d fulfilled",
        "%(n)d fulfilled",
        "n",
    ),
    CommitmentState.IN_PART: npgettext_lazy(
        "commitments",
        "%(n)d fulfilled in part",
        "%(n)d fulfilled in part",
        "n",
    ),
    CommitmentState.UNFULFILLED: npgettext_lazy(
        "commitments",
        "%(n)d not fulfilled",
        "%(n)d not fulfilled",
        "n",
    ),
    CommitmentState.CARRIED_OVER: npgettext_lazy(
        "commitments",
        "%(n)d that pass to another plan",
        "%(n)d that pass to another plan",
        "n",
    ),
    CommitmentState.TO_DECLARE: npgettext_lazy(
        "commitments",
        "%(n)d done, result to be declared",
        "%(n)d done, result to be declared",
        "n",
    ),
    CommitmentState.IN_PROGRESS: npgettext_lazy(
        "commitments",
        "%(n)d in progress",
        "%(n)d in progress",
        "n",
    ),
    CommitmentState.KEPT_UP: npgettext_lazy(
        "commitments",
        "%(n)d kept up until the plan ended",
        "%(n)d kept up until the plan ended",
        "n",
    ),
    CommitmentState.LEFT_IN_PROGRESS: npgettext_lazy(
        "commitments",
        "%(n)d in progress by the last report",
        "%(n)d in progress by the last report",
        "n",
    ),
    CommitmentState.BEGUN: npgettext_lazy(
        "commitments",
        "%(n)d begun",
        "%(n)d begun",
        "n",
    ),
    CommitmentState.NOT_STARTED: npgettext_lazy(
        "commitments",
        "%(n)d not begun",
        "%(n)d not begun",
        "n",
    ),
    CommitmentState.INCOMPLETE: npgettext_lazy(
        "commitments",
        "%(n)d with an incomplete report",
        "%(n)d with an incomplete report",
        "n",
    ),
    CommitmentState.PARTLY_SUSPENDED: npgettext_lazy(
        "commitments",
        "%(n)d suspended in part",
        "%(n)d suspended in part",
        "n",
    ),
    CommitmentState.SUSPENDED: npgettext_lazy(
        "commitments",
        "%(n)d suspended",
        "%(n)d suspended",
        "n",
    ),
    CommitmentState.CANCELLED: npgettext_lazy(
        "commitments",
        "%(n)d cancelled",
        "%(n)d cancelled",
        "n",
    ),
    CommitmentState.IN_REVIEW: npgettext_lazy(
        "commitments",
        "%(n)d reported, in review",
        "%(n)d reported, in review",
        "n",
    ),
    CommitmentState.RESERVED: npgettext_lazy(
        "commitments",
        "%(n)d reported, content withheld by law",
        "%(n)d reported, content withheld by law",
        "n",
    ),
    CommitmentState.NO_REPORT: npgettext_lazy(
        "commitments",
        "%(n)d without a report",
        "%(n)d without a report",
        "n",
    ),
    CommitmentState.NOT_ASKED: npgettext_lazy(
        "commitments",
        "%(n)d not asked for a report",
        "%(n)d not asked for a report",
        "n",
    ),
    CommitmentState.NO_ACTIVITIES: npgettext_lazy(
        "commitments",
        "%(n)d without activities on record",
        "%(n)d without activities on record",
        "n",
    ),
    Punctuality.ON_TIME: npgettext_lazy(
        "commitments",
        "%(n)d on time",
        "%(n)d on time",
        "n",
    ),
    Punctuality.AT_RISK: npgettext_lazy(
        "commitments",
        "%(n)d at risk of delay",
        "%(n)d at risk of delay",
        "n",
    ),
    Punctuality.LATE: npgettext_lazy("commitments", "%(n)d late", "%(n)d late", "n"),
    Punctuality.NOT_DUE: npgettext_lazy(
        "commitments", "%(n)d not yet due", "%(n)d not yet due", "n"
    ),
    Punctuality.NO_DEADLINE: npgettext_lazy(
        "commitments",
        "%(n)d without a known deadline",
        "%(n)d without a known deadline",
        "n",
    ),
}
#: Used of official plans only: in a reconstruction finished work is not counted.
ACTIVITIES = {
    State.LEFT_IN_PROGRESS: npgettext_lazy(
        "activities",
        "%(n)d under way by the last account",
        "%(n)d under way by the last account",
        "n",
    ),
    State.COMPLETED: npgettext_lazy(
        "activities", "%(n)d completed", "%(n)d completed", "n"
    ),
    State.IN_PROGRESS: npgettext_lazy(
        "activities", "%(n)d in progress", "%(n)d in progress", "n"
    ),
    State.NOT_STARTED: npgettext_lazy(
        "activities", "%(n)d not started", "%(n)d not started", "n"
    ),
    State.SUSPENDED: npgettext_lazy(
        "activities", "%(n)d suspended", "%(n)d suspended", "n"
    ),
    State.CANCELLED: npgettext_lazy(
        "activities", "%(n)d cancelled", "%(n)d cancelled", "n"
    ),
    State.IN_REVIEW: npgettext_lazy(
        "activities", "%(n)d reported, in review", "%(n)d reported, in review", "n"
    ),
    State.NO_REPORT: npgettext_lazy(
        "activities", "%(n)d without a report", "%(n)d without a report", "n"
    ),
    State.NOT_ASKED: npgettext_lazy(
        "activities",
        "%(n)d not asked for a report",
        "%(n)d not asked for a report",
        "n",
    ),
    State.NO_RECORD: npgettext_lazy(
        "activities", "%(n)d without a record", "%(n)d without a record", "n"
    ),
}


@register.simple_tag
def tally(numbers):
    """
    The numbers that are not zero in words, such as "9 completed, 13 in progress".

    ``numbers`` are pairs of a state or a punctuality and a number.
    """
    return _said(numbers, COMMITMENTS)


@register.simple_tag
def activity_tally(numbers):
    """The numbers of an official commitment's activities by state, in words."""
    return _said(numbers, ACTIVITIES)


@register.filter
def strip(years):
    """Every year with its number of records, as items of a list."""
    return format_html_join(
        "",
        '<li class="strip--{2}"><strong>{1}</strong> {0}</li>',
        years,
    )


@register.filter
def in_cell(years):
    """The years for a cell of a table, whose heading names them."""
    return format_html_join(
        "",
        '<span class="strip--{2}"><small>{0}:</small> {1}</span> ',
        years,
    )


@register.simple_tag
def commitment_kept(kept):
    """The word for whether a commitment keeps its date; none for None."""
    word = str(COMMITMENT_PUNCTUALITY.get(kept, ""))
    return made_once("_punctuality.html", "kept", kept, word)


def _said(numbers, words):
    return ", ".join(
        str(words[key] % {"n": number}) for key, number in numbers if number
    )
