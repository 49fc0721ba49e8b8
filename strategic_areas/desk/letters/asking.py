"""The mail that asks an agency to confirm what was transcribed in its name."""

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from agencies.mail import queue_mail
from agencies.models import User


def ask(letter, *, by):
    """Queue a mail to each who reports for the agency now, but for the transcriber."""
    mandates = letter.agency.focal_points.current()
    people = User.objects.filter(is_active=True, mandates__in=mandates).exclude(
        pk=by.pk
    )
    for person in people.exclude(email="").distinct():
        with translation.override(person.language):
            queue_mail(
                to=person.email,
                language=person.language,
                kind="letter",
                subject=_("Please confirm what was transcribed from your letter"),
                text=render_to_string("email/letter.txt", _told(letter, person)),
            )


def _told(letter, person):
    path = reverse("admin:letter_confirm", args=[letter.pk])
    return {
        "letter": letter,
        "person": person,
        "address": f"{settings.SITE_URL}{path}",
    }
