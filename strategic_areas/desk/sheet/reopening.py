"""Asking the secretariat to open a closed round again, by the agency itself."""

from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_POST

from agencies.mail import queue_mail
from agencies.stand_ins import reviewers
from strategic_areas.desk.sheet.pages import sheet_or_404
from strategic_areas.desk.sheet.sheet_page import AskForm

KIND = "reopening"


@require_POST
def ask(request, period, agency):
    sheet = sheet_or_404(request, period, agency)
    form = AskForm(request.POST, sheet=sheet)
    if sheet.accepted_until:
        messages.info(request, _("The round takes your reports."))
    elif not form.is_valid():
        for reasons in form.errors.values():
            messages.error(request, " ".join(reasons))
    elif not _reviewers_with_mail():
        text = _("Nobody of the secretariat has a mail address here: telephone.")
        messages.error(request, text)
    elif _tell(sheet, form.cleaned_data["reason"], request.user):
        messages.success(request, _("The secretariat was asked to open it again."))
    else:
        messages.error(request, _("It was asked today already."))
    return redirect(sheet.url)


def _reviewers_with_mail():
    return reviewers().exclude(email="")


@transaction.atomic
def _tell(sheet, reason, by):
    """Queue a mail for each reviewer; return how many, none twice on one day."""
    today = timezone.localdate()
    about = {"period": sheet.period.pk, "agency": sheet.agency.pk, "reason": reason}
    form = reverse("admin:strategic_areas_roundreopening_add")
    context = {
        "sheet": sheet,
        "reason": reason,
        "person": by.get_full_name() or by.get_username(),
        "address": f"{settings.SITE_URL}{form}?{urlencode(about)}",
    }
    number = 0
    for person in _reviewers_with_mail():
        with override(person.language):
            number += queue_mail(
                to=person.email,
                language=person.language,
                kind=KIND,
                subject=_("%(agency)s asks to open a round again")
                % {"agency": sheet.agency.acronym},
                text=render_to_string("email/reopening.txt", context),
                key=":".join(
                    map(str, (KIND, *sheet.keys, f"{today:%Y%m%d}", person.pk))
                ),
            )
    return number
