"""What the portal is, holds and promises: pages of text with a few facts in them."""

from django.conf import settings
from django.shortcuts import render
from django.utils import timezone

from strategic_areas import glossary as words
from strategic_areas.queries import overview, plans


def text_page(template):
    """The view of a page that says the same on every plan."""

    def view(request):
        context = {"plan": plans.choose(timezone.localdate()).shown, **facts()}
        return render(request, template, context)

    return view


def facts():
    """What the texts name, from the settings."""
    return {
        "secretariat": settings.SECRETARIAT_NAME,
        "contact": {
            "email": settings.CONTACT_EMAIL,
            "phone": settings.CONTACT_PHONE,
            "address": settings.CONTACT_ADDRESS,
        },
        "licence": {"name": settings.LICENCE_NAME, "url": settings.LICENCE_URL},
        "assessed_on": settings.ACCESSIBILITY_ASSESSED_ON,
    }


about = text_page("about.html")
protection = text_page("protection.html")
accessibility = text_page("accessibility.html")
privacy = text_page("privacy.html")
contact = text_page("contact.html")
terms = text_page("terms.html")


def glossary(request):
    """The words, the most important difference first."""
    context = {
        "plan": plans.choose(timezone.localdate()).shown,
        "terms": words.TERMS,
    }
    return render(request, "glossary.html", context)


def site_map(request):
    """Every page that is not one of very many, as one list of links."""
    context = {
        "plan": plans.choose(timezone.localdate()).shown,
        "plans": overview.site_map(),
    }
    return render(request, "site_map.html", context)
