"""Responses of staff views: pages, steps and refusals."""

from contextlib import contextmanager

from django.contrib import admin, messages
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from agencies.access import RefusedError, require_reviewer
from strategic_areas import workflow
from strategic_areas.models import Plan


def render_screen(request, template, /, *, status=200, **context):
    context = {**admin.site.each_context(request), **context}
    return render(request, template, context, status=status)


def plan_or_404(request, code):
    require_reviewer(request)
    return get_object_or_404(Plan.objects.visible_to(request.user), code=code)


@contextmanager
def refusals_shown_on(form, *, pending_text=""):
    """
    Add a refusal to the form's errors.

    ``pending_text`` replaces the text if another change of the record is pending.
    """
    try:
        yield
    except workflow.AlreadyWaitingError as error:
        form.add_error(
            None, text_with_change_link(error.current, pending_text or str(error))
        )
    except RefusedError as error:
        form.add_error(None, str(error))


def text_with_change_link(change, text):
    address = reverse("admin:approval", args=[change.pk])
    link_text = _("See the change that waits")
    return format_html('{} <a href="{}">{}</a>', text, address, link_text)


def take_valid_step(form, step, *args, **kwargs):
    """Take the step if the form is valid, and return whether it was taken."""
    if form.is_valid():
        with refusals_shown_on(form):
            step(*args, **kwargs)
    return form.is_valid()


def take_step(request, step, *args, done, **kwargs):
    """Take a step, show ``done`` or the refusal, and return whether it was taken."""
    try:
        step(*args, by=request.user, **kwargs)
    except RefusedError as error:
        messages.error(request, str(error))
        return False
    messages.success(request, done)
    return True
