"""What an administrator should look at: people, mandates and invitations, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agencies.access import Role
from agencies.invitations import Invitation
from strategic_areas.desk.people import access_review

#: So long before it ends a mandate is told.
SOON = timedelta(days=30)


@dataclass(frozen=True)
class Oddity:
    """Somebody or an institution, what is odd, and where it is mended."""

    about: str
    what: str
    address: str
    todo: str


def oddities(today=None) -> list[Oddity]:
    """People, those who seem gone before others; then invitations and institutions."""
    today = today or timezone.localdate()
    return [
        *(odd for each in access_review.accesses(today) for odd in _of(each, today)),
        *_of_invitations(),
        *map(_of_gap, sorted(access_review.gaps(today), key=_is_served)),
    ]


def _of(each, today) -> Iterable[Oddity]:
    user = each.user
    name = f"{user.get_full_name() or user.username} ({user.username})"
    address = reverse("admin:agencies_user_change", args=[user.pk])
    for what in _about_account(each, today):
        yield Oddity(name, what, address, _("See the account"))


def _about_account(each, today):
    if each.is_flagged:
        missed = ngettext(
            "%(number)d round missed in a row",
            "%(number)d rounds missed in a row",
            each.missed,
        ) % {"number": each.missed}
        if each.is_proposed:
            missed = f"{missed}; {_('proposed to be closed')}"
        elif each.is_only_one:
            missed = f"{missed}; {_('the only one of its institution')}"
        yield missed
    if settings.REQUIRE_SECOND_FACTOR and not each.has_factor:
        yield _("No second factor yet")
    if not (each.mandates or each.reviews or each.administers):
        yield _("No mandate runs: the account can do nothing")
    for mandate in each.mandates:
        if mandate.ends_on and mandate.ends_on - today <= SOON:
            told = {
                "agency": mandate.agency,
                "day": date_format(mandate.ends_on, "SHORT_DATE_FORMAT"),
            }
            yield _("Its mandate for %(agency)s ends on %(day)s") % told


def _is_served(gap):
    """Whether somebody reports for the institution as its titular."""
    return not gap.no_titular


def _of_gap(gap):
    lacking = {_("no titular"): gap.no_titular, _("no alternate"): gap.no_alternate}
    asked = urlencode({"agency": gap.agency.pk, "role": Role.FOCAL_POINT})
    return Oddity(
        f"{gap.agency} · {gap.agency.name}",
        ", ".join(word for word, is_so in lacking.items() if is_so),
        f"{reverse('admin:agencies_invitation_add')}?{asked}",
        _("Invite"),
    )


def _of_invitations():
    """Those that ran out before anybody took them up."""
    gone = Invitation.objects.open().filter(expires_at__lt=timezone.now())
    for each in gone.order_by("expires_at"):
        day = date_format(timezone.localdate(each.expires_at), "SHORT_DATE_FORMAT")
        yield Oddity(
            each.email,
            _("Its invitation ran out on %(day)s") % {"day": day},
            reverse("admin:agencies_invitation_change", args=[each.pk]),
            _("See the invitation"),
        )
