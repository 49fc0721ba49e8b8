"""How a screen of the desk answers: with its page, or once a step was pressed."""

from django.contrib import admin, messages
from django.shortcuts import render

from agencies.access import RefusedError


def screen(request, template, /, *, status=200, **context):
    """A page with what the admin site says on all of its own."""
    context = {**admin.site.each_context(request), **context}
    return render(request, template, context, status=status)


def take_step(request, step, *args, done, **kwargs):
    """Take a step as this person, who reads ``done`` or why not; whether it was."""
    try:
        step(*args, by=request.user, **kwargs)
    except RefusedError as error:
        messages.error(request, str(error))
        return False
    messages.success(request, done)
    return True
