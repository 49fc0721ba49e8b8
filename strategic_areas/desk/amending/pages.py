"""The pages on which the secretariat proposes amendments of approved plans."""

from django.contrib import admin, messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agencies.access import only_reviewers
from agencies.audit import take_out
from strategic_areas.desk.amending.kinds import FORMS
from strategic_areas.models import Amendment, Plan
from strategic_areas.views.evidence import as_attachment


@require_safe
def amendment_kinds(request):
    """List the approved plans, and how each may be amended."""
    only_reviewers(request)
    context = {
        **admin.site.each_context(request),
        "title": _("Amend a plan"),
        "plans": Plan.objects.public(),
        "kinds": [(word, form.title) for word, form in FORMS.items()],
    }
    return render(request, "desk/amendment_kinds.html", context)


@require_safe
def act_file(request, pk):
    """The file of the act on which an amendment rests, for the secretariat."""
    only_reviewers(request)
    amendment = get_object_or_404(Amendment.objects.exclude(file=""), pk=pk)
    if request.method == "GET":
        take_out(request, amendment, agency=None, kind="act")
    return as_attachment(amendment)


def amend(request, plan, kind):
    """The form of one kind of amendment; once proposed, another person approves it."""
    only_reviewers(request)
    plan = get_object_or_404(Plan.objects.public(), code=plan)
    if kind not in FORMS:
        raise Http404
    posted = (request.POST, request.FILES) if request.method == "POST" else ()
    form = FORMS[kind](*posted, plan=plan)
    if form.is_valid() and (change := form.propose(by=request.user)):
        text = _("Kept. It applies when another person approves it.")
        messages.success(request, text)
        return redirect("admin:approval", pk=change.pk)
    context = {
        **admin.site.each_context(request),
        "title": f"{form.title}: {plan.code}",
        "form": form,
    }
    status = 422 if form.errors else 200
    return render(request, "desk/amend.html", context, status=status)
