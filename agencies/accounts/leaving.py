"""What ends with a mandate or an account, and which account may not be closed."""

from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies import access, audit
from agencies.access import RefusedError
from agencies.accounts.sessions import end_sessions_of
from agencies.models import FocalPoint, User


def end_sessions(user, *, reason="closed"):
    """Sign the person out everywhere at once; ``reason`` stands in the audit record."""
    end_sessions_of(user)
    UserSession.objects.filter(user=user).delete()
    audit.record(audit.Event.SESSION_ENDED, obj=user, reason=reason)


def administrators():
    """The accounts that keep accounts and can sign in."""
    group = Group.objects.filter(name=access.Role.ADMINISTRATOR).values("user")
    keeps = Q(is_superuser=True) | Q(pk__in=group)
    return User.objects.filter(keeps, is_active=True, is_staff=True).order_by("pk")


def hold_administrators():
    """
    Lock the administrators' accounts until the caller's transaction ends.

    Call it before another account is locked, so that no two people wait for each other.
    """
    list(administrators().select_for_update())


def is_last_administrator(user):
    """
    True when nobody but this user keeps accounts.

    Call it inside a transaction. The accounts stay locked until it ends, so that of two
    administrators who demote each other at the same time one is refused.
    """
    hold_administrators()
    # Read again, because a row that was waited for may have lost its role meanwhile.
    return [each.pk for each in administrators()] == [user.pk]


def end_mandate(mandate, *, today=None):
    """Let a mandate end yesterday. Raises ``RefusedError`` if it began later."""
    today = today or timezone.localdate()
    if mandate.starts_on >= today:
        raise RefusedError(
            _("This mandate began today or has not begun: change it instead.")
        )
    mandate.ends_on = today - timedelta(days=1)
    mandate.save()


@transaction.atomic
def close_account(user):
    """
    Close an account: nobody signs in with it any more, and its mandates end.

    What the person wrote keeps its author. Raises ``RefusedError`` for the last
    administrator.
    """
    if is_last_administrator(user):
        raise RefusedError(_("The last administrator cannot be closed."))
    for mandate in FocalPoint.objects.current().filter(user=user):
        if mandate.starts_on < timezone.localdate():
            end_mandate(mandate)
    user.is_active = False
    user.save(update_fields=["is_active"])
    end_sessions(user)
