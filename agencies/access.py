"""Who a signed-in person is: the roles, asked as questions. Fails closed.

Roles are groups; reporting for an agency needs a current mandate besides. What each
group may do is one table in ``plan_portal.roles``, which README repeats.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """The roles: the name of each group, and what it is called on screen."""

    FOCAL_POINT = "focal_point", _("Focal point of an institution")
    REVIEWER = "reviewer", _("Secretariat: keeps the plan, reviews and publishes")
    ADMINISTRATOR = "administrator", _("Administration: keeps agencies and accounts")


class RefusedError(Exception):
    """The step is not possible now, or not for this person; the message says why."""


#: Where staff work; every other address looks at no session at all.
STAFF_ROUTES = ("gestion/", "cuenta/")


def is_staff_address(match):
    """True for an address of staff; ``match`` is what the resolver found."""
    return match.route.startswith(STAFF_ROUTES)


def _is_active_staff(user):
    return bool(user and user.is_active and user.is_staff)


def _in_group(user, name):
    """True when the active staff user belongs to the group; read once per user."""
    if not _is_active_staff(user):
        return False
    if not hasattr(user, "_group_names"):
        user._group_names = set(user.groups.values_list("name", flat=True))
    return name in user._group_names


def is_reviewer(user):
    """A member of the secretariat, who keeps the plan, reviews and publishes."""
    return _in_group(user, Role.REVIEWER)


def is_administrator(user):
    """Keeps agencies, mandates and accounts; a superuser counts as one."""
    return _is_active_staff(user) and (
        user.is_superuser or _in_group(user, Role.ADMINISTRATOR)
    )


def is_focal_point(user):
    """Belongs to the group that reports; for whom is said by current mandates."""
    return _in_group(user, Role.FOCAL_POINT)
