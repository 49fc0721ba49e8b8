"""The agency confirms or contests a transcription."""

from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from strategic_areas import workflow
from strategic_areas.desk.letters.pages import ConfirmForm, ContestForm
from strategic_areas.desk.review.review_queue import QueuedReport
from strategic_areas.desk.screens import screen, take_step
from strategic_areas.models import Letter, Status
from strategic_areas.workflow import guard
from strategic_areas.workflow.questions import BY_MODEL


def waiting_for(user):
    letters = Letter.objects.of_agencies(user).to_confirm()
    return list(letters.select_related("agency", "period"))


def _found(request, pk):
    letters = Letter.objects.of_agencies(request.user)
    return get_object_or_404(letters.select_related("agency", "period__plan"), pk=pk)


def _waiting(letter, user):
    known = guard.known_words()
    return [
        QueuedReport(row, workflow.has_part_in(user, row), known)
        for question in BY_MODEL.values()
        for row in question.model.objects.filter(letter=letter, status=Status.SUBMITTED)
        .select_related(question.name, "period")
        .order_by(f"{question.name}__sort_code", "pk")
    ]


@require_safe
def page(request, pk):
    return _show(request, _found(request, pk))


def _show(request, letter, *, confirm=None, contest=None, status=200):
    items = _waiting(letter, request.user)
    rows = [item.record for item in items]
    examined = guard.together(item.examined for item in items)
    wrote = any(item.is_mine for item in items)
    return screen(
        request,
        "desk/letter_confirm.html",
        status=status,
        title=_("Confirm what was transcribed"),
        letter=letter,
        items=items,
        wrote=wrote,
        may_confirm=workflow.may_submit(request.user, letter.agency) and not wrote,
        confirm=None
        if examined.blocks
        else confirm
        or _form(ConfirmForm, "letter_confirmed", letter, rows, examined=examined),
        contest=contest or _form(ContestForm, "letter_contested", letter, rows),
    )


def _form(form_class, name, letter, rows, *posted, **kwargs):
    action = reverse(f"admin:{name}", args=[letter.pk])
    return form_class(*posted, updates=rows, action=action, **kwargs)


@require_POST
def confirm(request, pk):
    letter = _found(request, pk)
    items = _waiting(letter, request.user)
    examined = guard.together(item.examined for item in items)
    form = _form(
        ConfirmForm, "letter_confirmed", letter, (), request.POST, examined=examined
    )
    if examined.blocks or "checked" in form.errors:
        return _show(request, letter, confirm=form, status=422)
    done = _("Confirmed and published. Thank you.")
    return _decide(request, letter, form, workflow.confirm_letter, done)


@require_POST
def contest(request, pk):
    letter = _found(request, pk)
    form = _form(ContestForm, "letter_contested", letter, (), request.POST)
    if "reason" in form.errors:
        return _show(request, letter, contest=form, status=422)
    done = _("Sent back to the secretariat. You may write your own report too.")
    return _decide(request, letter, form, workflow.contest_letter, done)


def _decide(request, letter, form, step, done):
    form.full_clean()
    said = {name: x for name, x in form.cleaned_data.items() if name != "checked"}
    if take_step(request, step, letter, done=done, **{"seen": {}, **said}):
        return redirect("admin:index")
    return redirect("admin:letter_confirm", pk=letter.pk)
