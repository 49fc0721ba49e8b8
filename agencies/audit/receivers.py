"""
Signal receivers that record sign-ins, changes of accounts and refusals.

Entries are never deleted, so refusals are counted and not stored one by one: nobody can
fill the record by repeating a refused request.
"""

import time
from hashlib import sha256

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.contrib.auth.signals import (
    user_logged_in,
    user_logged_out,
    user_login_failed,
)
from django.core.cache import cache
from django.db.models import Q
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_save
from django.utils.deprecation import MiddlewareMixin

from agencies.access import is_staff_address
from agencies.audit import is_code, record_event
from agencies.audit.events import Event
from agencies.library_internals import has_new_password, network_of
from agencies.models import FocalPoint, User

#: Fields of an account that decide what it may do, besides its groups.
RIGHTS = ["is_active", "is_staff", "is_superuser"]


def connect():
    user_logged_in.connect(signed_in, dispatch_uid="audit")
    user_logged_out.connect(signed_out, dispatch_uid="audit")
    user_login_failed.connect(failed_to_sign_in, dispatch_uid="audit")
    pre_save.connect(remember_stored_rights, sender=User, dispatch_uid="audit")
    post_save.connect(account_saved, sender=User, dispatch_uid="audit")
    m2m_changed.connect(roles_changed, sender=User.groups.through, dispatch_uid="audit")
    post_save.connect(mandate_saved, sender=FocalPoint, dispatch_uid="audit")
    post_delete.connect(mandate_deleted, sender=FocalPoint, dispatch_uid="audit")


def signed_in(sender, request, user, **kwargs):
    record_event(Event.SIGN_IN, actor=user, request=request, obj=user)


def signed_out(sender, request, user, **kwargs):
    if user is not None:
        record_event(Event.SIGN_OUT, actor=user, request=request, obj=user)


def failed_to_sign_in(sender, credentials, request=None, **kwargs):
    """Record the account, if it exists, and no typed name: it may be a password."""
    found = tried_account(credentials)
    record_event(
        Event.SIGN_IN_FAILED, request=request, obj=found, known=found is not None
    )


def tried_account(credentials):
    names = {credentials.get(key) for key in ("username", "email", "login")}
    tried = Q()
    for name in filter(None, names):
        tried |= Q(username__iexact=name) | Q(email__iexact=name)
    return get_user_model().objects.filter(tried).first() if tried else None


def remember_stored_rights(sender, instance, raw=False, update_fields=None, **kwargs):
    watched = {*RIGHTS, "password"} & set(update_fields or [*RIGHTS, "password"])
    instance._rights_before = None
    if raw or not instance.pk or not watched:
        return
    stored = User.objects.filter(pk=instance.pk).values(*RIGHTS, "password").first()
    if stored:
        instance._rights_before = {name: stored[name] for name in watched}


def account_saved(sender, instance, created, raw=False, **kwargs):
    if raw:
        return
    if created:
        rights = {name: getattr(instance, name) for name in RIGHTS}
        record_event(Event.ACCOUNT_MADE, obj=instance, **rights)
        return
    changed = {
        name: getattr(instance, name)
        for name, value in (instance._rights_before or {}).items()
        if getattr(instance, name) != value
    }
    # A rehash by a stronger method is no new password.
    if changed.pop("password", None) and has_new_password(instance):
        record_event(Event.PASSWORD_CHANGED, obj=instance)
    if changed:
        record_event(Event.ACCOUNT_CHANGED, obj=instance, **changed)


def roles_changed(sender, instance, action, reverse, pk_set, **kwargs):
    verb = {"post_add": "given", "post_remove": "taken", "pre_clear": "taken"}
    if action not in verb:
        return
    if action == "pre_clear":
        related = instance.user_set if reverse else instance.groups
        pk_set = set(related.values_list("pk", flat=True))
    if not pk_set:
        return
    if reverse:
        for person in User.objects.filter(pk__in=pk_set):
            roles = [_role(instance)]
            record_event(Event.ACCOUNT_CHANGED, obj=person, **{verb[action]: roles})
        return
    roles = sorted(_role(group) for group in Group.objects.filter(pk__in=pk_set))
    record_event(Event.ACCOUNT_CHANGED, obj=instance, **{verb[action]: roles})


def _role(group):
    return group.name if is_code(group.name) else f"group:{group.pk}"


def mandate_saved(sender, instance, created, raw=False, **kwargs):
    if not raw:
        event = Event.MANDATE_MADE if created else Event.MANDATE_CHANGED
        _record_mandate(event, instance)


def mandate_deleted(sender, instance, **kwargs):
    _record_mandate(Event.MANDATE_REMOVED, instance)


def _record_mandate(event, mandate):
    record_event(
        event,
        obj=mandate,
        agency=mandate.agency,
        account=mandate.user_id,
        kind=mandate.kind,
        starts_on=mandate.starts_on,
        ends_on=mandate.ends_on,
        leave_cover=mandate.leave_cover,
    )


DENIED, TOO_MANY = {403, 404}, 429
#: Seconds for which a limit is recorded once: the longest period of any limit.
RECORDED_FOR = 300
#: Seconds for which the denials of one account are counted together.
COUNTED_FOR = 60 * 60


class DenialMiddleware(MiddlewareMixin):
    """
    Records refusals after the response, so that no rollback removes them.

    Counts each 403 and 404 of a signed-in user at a known staff URL. The 1st, 10th,
    100th … of an account and status within an hour get an entry with the count.
    """

    def process_response(self, request, response):
        match, status = request.resolver_match, response.status_code
        if match is None or not match.url_name or not is_staff_address(match):
            return response
        if status == TOO_MANY:
            record_limit(request, match.view_name)
        elif status in DENIED and request.user.is_authenticated:
            number = count_denial(request.user, status)
            if is_power_of_ten(number):
                self._record_denial(request, match, status, number)
        return response

    def _record_denial(self, request, match, status, number):
        url_arguments = {
            f"asked_{name}": value
            for name, value in match.kwargs.items()
            if isinstance(value, int) or is_code(value)
        }
        record_event(
            Event.ACCESS_DENIED,
            request=request,
            address=match.view_name,
            method=request.method.lower(),
            status=status,
            times=number,
            **url_arguments,
        )


def count_denial(user, status):
    hour = int(time.time()) // COUNTED_FOR
    key = f"denials:{user.pk}:{status}:{hour}"
    number = cache.get(key, 0) + 1
    # Not ``incr``: in the database cache it would reset the timeout to five minutes.
    cache.set(key, number, timeout=2 * COUNTED_FOR)
    return number


def is_power_of_ten(number):
    return f"{number}".rstrip("0") == "1"


def note_account_at_limit(request, name, account):
    request.account_at_limit = (name, account)


def record_limit(request, address):
    name, account = getattr(request, "account_at_limit", ("", None))
    limit = "of_account" if name else "of_network_address"
    reached = f"{address} {limit} {name or network_of(request)}"
    key = f"limit-recorded:{sha256(reached.encode()).hexdigest()}"
    if cache.add(key, True, timeout=RECORDED_FOR):
        record_event(
            Event.LIMIT_REACHED,
            request=request,
            obj=account,
            address=address,
            limit=limit,
        )
