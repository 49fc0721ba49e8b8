"""Leaving: what ends with an account, and who may not leave."""

from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies import access, audit
from agencies.access import RefusedError
from agencies.models import FocalPoint, User
from agencies.sessions import end_sessions_of


def end_sessions(user, *, reason="closed"):
    """Sign the person out everywhere, at once."""
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
    Let nobody else change who keeps accounts until the caller's transaction ends.

    To be called before another account is locked, so that no two wait for each other.
    """
    list(administrators().select_for_update())


def is_last_administrator(user):
    """
    True when nobody else could give an account any more.

    Inside a transaction, and the accounts stay as they are until it ends: two
    administrators who demote each other at once do not both succeed.
    """
    hold_administrators()
    # Asked anew: a row that was waited for does not tell that its role was taken.
    return [each.pk for each in administrators()] == [user.pk]


def end_mandate(mandate, *, today=None):
    """Let a running mandate have ended yesterday."""
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
    Nobody signs in with it any more; what the person wrote stays hers.

    Her mandates end and her sessions with them. The last administrator stays.
    """
    if is_last_administrator(user):
        raise RefusedError(_("The last administrator cannot be closed."))
    for mandate in FocalPoint.objects.current().filter(user=user):
        if mandate.starts_on < timezone.localdate():
            end_mandate(mandate)
    user.is_active = False
    user.save(update_fields=["is_active"])
    end_sessions(user)
