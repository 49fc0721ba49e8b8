"""
Role checks for users. Only an active staff user in a role's group has the role.

``plan_portal.roles`` lists what each role may do. Reporting for an agency also needs a
current mandate.
"""

from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    FOCAL_POINT = "focal_point", _("Focal point of an institution")
    REVIEWER = "reviewer", _("Secretariat: keeps the plan, reviews and publishes")
    ADMINISTRATOR = "administrator", _("Administration: keeps agencies and accounts")


class RefusedError(Exception):
    """
    The step is not possible now or not allowed to this person; the message says why.
    """


#: Prefixes of staff URLs; no other page uses a session.
STAFF_ROUTES = ("gestion/", "cuenta/")


def is_staff_address(match):
    return match.route.startswith(STAFF_ROUTES)


def _is_active_staff(user):
    return bool(user and user.is_active and user.is_staff)


def _in_group(user, name):
    return _is_active_staff(user) and name in user.role_names


def is_reviewer(user):
    return _in_group(user, Role.REVIEWER)


def require_reviewer(request):
    """Raise ``Http404`` for everybody but reviewers."""
    if not is_reviewer(request.user):
        raise Http404


def is_administrator(user):
    """A superuser counts as an administrator."""
    return _is_active_staff(user) and (
        user.is_superuser or _in_group(user, Role.ADMINISTRATOR)
    )


def require_administrator(request):
    """Raise ``PermissionDenied`` for everybody but administrators."""
    if not is_administrator(request.user):
        raise PermissionDenied


def is_focal_point(user):
    return _in_group(user, Role.FOCAL_POINT)
