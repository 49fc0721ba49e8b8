"""How a screen of the desk answers: with its page, or once a step was pressed."""

from django.contrib import admin, messages
from django.shortcuts import get_object_or_404, render

from agencies.access import RefusedError, only_reviewers
from strategic_areas.models import Plan


def screen(request, template, /, *, status=200, **context):
    """A page with what the admin site says on all of its own."""
    context = {**admin.site.each_context(request), **context}
    return render(request, template, context, status=status)


def plan_or_404(request, code):
    """The plan of this code, on a screen of those who keep plans."""
    only_reviewers(request)
    return get_object_or_404(Plan.objects.visible_to(request.user), code=code)


def taken(form, step, *args, by):
    """Whether the step was taken with a valid form; else the form says why not."""
    if form.is_valid():
        try:
            step(*args, by=by)
        except RefusedError as error:
            form.add_error(None, str(error))
    return form.is_valid()


def take_step(request, step, *args, done, **kwargs):
    """Take a step as this person, who reads ``done`` or why not; whether it was."""
    try:
        step(*args, by=request.user, **kwargs)
    except RefusedError as error:
        messages.error(request, str(error))
        return False
    messages.success(request, done)
    return True
