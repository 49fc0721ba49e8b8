"""
The front: answers public pages from memory, before Django builds a request.

A page is made once by Django for each label (build, publication version, date) and
kept as finished bytes. Whatever is not a public page, asks for something unusual or
comes from somebody signed in goes on to Django untouched. While the database is away
the pages made before are served with a banner that says so, unless something was taken
down since they were made.

The front is not a Django cache for two reasons: nothing inside Django's handler answers
at more than half the speed of the bare server, and a cache that expires by time serves
pages that are out of date.
"""

from django.conf import settings

from plan_portal.front.pages import PageMemory
from plan_portal.front.watch import Watch
from plan_portal.front.wrapper import HELP, Front

__all__ = ["Front", "behind_front"]


def behind_front(application):
    """
    Django's WSGI application behind the front, or by itself while developing.

    The watch starts at once and not with the first request, so that the help page is
    ready if the database goes away.
    """
    if settings.DEBUG:
        return application
    watch = Watch()
    front = Front(
        application, watch=watch, memory=PageMemory(settings.FRONT_MEMORY, HELP)
    )
    watch.start()
    return front
