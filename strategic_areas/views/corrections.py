"""The log of what readers asked to be corrected."""

from django.shortcuts import render
from django.utils import timezone

from strategic_areas.queries import corrections, plans


def correction_log(request):
    context = {
        "plan": plans.choose(timezone.localdate()).shown,
        "log": corrections.log(),
    }
    return render(request, "corrections.html", context)
