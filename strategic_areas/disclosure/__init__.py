"""
The protection of small numbers of victims: the one rule of every public output.

A number from 1 to 9 of victims or survivors is never public, nor anything from which it
could be computed. In its place stands ``PROTECTED``. Zero is told: it counts nobody.
What an agency reports is stored as it is; the agency and the secretariat read it so.
In place of a text that was purged to protect people stands ``MARKER``.
"""

from dataclasses import dataclass

from django.utils.translation import gettext

#: The smallest number of victims that is told, besides none.
LEAST = 10
#: A figure of a report → what its activity says of the people whom it counts.
WHOSE = {"quantity": "counts_victims", "people_reached": "reaches_victims"}
#: Stored in every language in place of a purged text; pages translate it, and triggers
#: compare with it.
MARKER = "[texto retirado]"


@dataclass(frozen=True)
class Protected:
    """What stands in place of a number that is not told; it looks like no number."""

    is_protected = True

    def __str__(self):
        return gettext("Protected figure")


PROTECTED = Protected()


def is_small(number):
    """True for a number above zero that could lead to one person."""
    return number is not None and 0 < number < LEAST


def figure(name, number, activity):
    """The figure of this name in a report on the activity, as the public reads it."""
    if name == "percent":
        return percent(number, activity.quantity, activity.counts_victims)
    is_of_victims = (
        getattr(activity, WHOSE[name])
        if name in WHOSE
        else activity.counts_victims or activity.reaches_victims
    )
    return PROTECTED if is_of_victims and is_small(number) else number


def percent(number, planned, counts_victims):
    """A percent; protected where it and the planned quantity give a small number."""
    if number is None or planned is None or not counts_victims:
        return number
    return PROTECTED if is_small(planned * number / 100) else number


def planned(activity):
    """The planned quantity: of completed work it is the number reached."""
    is_protected = activity.counts_victims and is_small(activity.quantity)
    return PROTECTED if is_protected else activity.quantity
