"""
Counts in words, whose number and gender follow what is counted.

Spanish says "9 terminados" of commitments, and "9 terminadas" of lines of work and of
activities.
"""

from django import template
from django.utils.translation import npgettext_lazy

from strategic_areas.progress import Punctuality, State

register = template.Library()

COMMITMENTS = {
    State.COMPLETED: npgettext_lazy(
        "commitments", "%(n)d completed", "%(n)d completed", "n"
    ),
    State.IN_PROGRESS: npgettext_lazy(
        "commitments", "%(n)d in progress", "%(n)d in progress", "n"
    ),
    State.NOT_STARTED: npgettext_lazy(
        "commitments", "%(n)d not started", "%(n)d not started", "n"
    ),
    State.SUSPENDED: npgettext_lazy(
        "commitments", "%(n)d suspended", "%(n)d suspended", "n"
    ),
    State.CANCELLED: npgettext_lazy(
        "commitments", "%(n)d cancelled", "%(n)d cancelled", "n"
    ),
    State.NO_REPORT: npgettext_lazy(
        "commitments", "%(n)d without a report", "%(n)d without a report", "n"
    ),
    Punctuality.ON_TIME: npgettext_lazy(
        "commitments", "%(n)d on time", "%(n)d on time", "n"
    ),
    Punctuality.AT_RISK: npgettext_lazy(
        "commitments", "%(n)d at risk of delay", "%(n)d at risk of delay", "n"
    ),
    Punctuality.LATE: npgettext_lazy("commitments", "%(n)d late", "%(n)d late", "n"),
    Punctuality.NO_DEADLINE: npgettext_lazy(
        "commitments",
        "%(n)d without a known deadline",
        "%(n)d without a known deadline",
        "n",
    ),
}
LINES_OF_WORK = {
    State.COMPLETED: npgettext_lazy(
        "lines of work", "%(n)d completed", "%(n)d completed", "n"
    ),
    State.IN_PROGRESS: npgettext_lazy(
        "lines of work", "%(n)d in progress", "%(n)d in progress", "n"
    ),
    State.NOT_STARTED: npgettext_lazy(
        "lines of work", "%(n)d not started", "%(n)d not started", "n"
    ),
    State.SUSPENDED: npgettext_lazy(
        "lines of work", "%(n)d suspended", "%(n)d suspended", "n"
    ),
    State.CANCELLED: npgettext_lazy(
        "lines of work", "%(n)d cancelled", "%(n)d cancelled", "n"
    ),
    State.NO_REPORT: npgettext_lazy(
        "lines of work", "%(n)d without a report", "%(n)d without a report", "n"
    ),
    Punctuality.ON_TIME: npgettext_lazy(
        "lines of work", "%(n)d on time", "%(n)d on time", "n"
    ),
    Punctuality.AT_RISK: npgettext_lazy(
        "lines of work", "%(n)d at risk of delay", "%(n)d at risk of delay", "n"
    ),
    Punctuality.LATE: npgettext_lazy("lines of work", "%(n)d late", "%(n)d late", "n"),
    Punctuality.NO_DEADLINE: npgettext_lazy(
        "lines of work",
        "%(n)d without a known deadline",
        "%(n)d without a known deadline",
        "n",
    ),
}
#: Used of official plans only: in a reconstruction finished work is not counted.
ACTIVITIES = {
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
    State.NO_REPORT: npgettext_lazy(
        "activities", "%(n)d without a report", "%(n)d without a report", "n"
    ),
}


@register.simple_tag
def tally(numbers, is_reconstructed):
    """
    The numbers that are not zero in words, such as "9 completed, 13 in progress".

    ``numbers`` are pairs of a state or a punctuality and a number.
    """
    return _said(numbers, LINES_OF_WORK if is_reconstructed else COMMITMENTS)


@register.simple_tag
def activity_tally(numbers):
    """The numbers of an official commitment's activities by state, in words."""
    return _said(numbers, ACTIVITIES)


def _said(numbers, words):
    return ", ".join(
        str(words[key] % {"n": number}) for key, number in numbers if number
    )
