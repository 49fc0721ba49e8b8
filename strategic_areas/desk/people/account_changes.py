"""The page on which a second person confirms who will decide in the portal."""

from django.contrib import admin
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy

from agencies.accounts.confirming import ACCOUNT_CHANGES, AccountChange
from strategic_areas.desk.changes import decisions


class ConfirmPersonForm(decisions.ApproveForm):
    button = gettext_lazy("I know this person: confirm")


def account_change(request, pk):
    """What waits about one account, and the steps open to this person."""
    rows = AccountChange.objects.visible_to(request.user)
    found = get_object_or_404(
        rows.select_related("user", "proposed_by", "decided_by"), pk=pk
    )
    steps = decisions.open_forms(request, ACCOUNT_CHANGES, found, ConfirmPersonForm)
    if decisions.take_pressed_step(request, ACCOUNT_CHANGES, found, steps):
        return redirect("admin:decisions")
    context = {
        **admin.site.each_context(request),
        "title": str(found),
        "change": found,
        "person": found.user,
        "steps": steps,
        "why_not": ACCOUNT_CHANGES.why_not(request.user, found),
    }
    return render(request, "desk/account_change.html", context)
