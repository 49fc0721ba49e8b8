"""
The roles of people, as questions about a user. Whoever is in doubt has none.

A role is a group. Reporting for an agency also needs a current mandate. What each group
may do stands in one table in ``plan_portal.roles``, which docs/roles.md repeats.
"""

from importlib import import_module

from django.db import models
from django.http import Http404
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """The roles: the name of each group, and what it is called on screen."""

    FOCAL_POINT = "focal_point", _("Focal point of an institution")
    REVIEWER = "reviewer", _("Secretariat: keeps the plan, reviews and publishes")
    ADMINISTRATOR = "administrator", _("Administration: keeps agencies and accounts")


class RefusedError(Exception):
    """The step is not possible now, or not for this person; the message says why."""


#: How the addresses of staff begin; no other page looks at a session.
STAFF_ROUTES = ("gestion/", "cuenta/")


def is_staff_address(match):
    """True for an address of staff; ``match`` is a ``ResolverMatch``."""
    return match.route.startswith(STAFF_ROUTES)


def _is_active_staff(user):
    return bool(user and user.is_active and user.is_staff)


def _in_group(user, name):
    """True for an active staff user of the group; the groups are read once per user."""
    if not _is_active_staff(user):
        return False
    if not hasattr(user, "_group_names"):
        # Read late: the accounts' own models ask these questions too.
        groups_of = import_module("agencies.stand_ins").groups_of
        user._group_names = set(groups_of(user).values_list("name", flat=True))
    return name in user._group_names


def is_reviewer(user):
    """True for a member of the secretariat, which reviews and publishes."""
    return _in_group(user, Role.REVIEWER)


def only_reviewers(request):
    """Raise ``Http404`` for everybody else: for them there is no such page."""
    if not is_reviewer(request.user):
        raise Http404


def is_administrator(user):
    """True for who keeps agencies, mandates and accounts; a superuser counts as one."""
    return _is_active_staff(user) and (
        user.is_superuser or _in_group(user, Role.ADMINISTRATOR)
    )


def is_focal_point(user):
    """True for a member of the group that reports; mandates say for which agencies."""
    return _in_group(user, Role.FOCAL_POINT)
