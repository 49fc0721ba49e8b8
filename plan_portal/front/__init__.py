"""
The front: answers public pages from memory, before Django builds a request.

A page is made once by Django for each label (build, publication version, date) and
kept as finished bytes. Whatever is not a public page, asks for something unusual or
comes from somebody signed in goes on to Django untouched. While the database is away
the pages of before are served under a band that says so, unless something was taken
down since they were made.

Why here and not in a cache of Django's: nothing inside Django's handler answers at
more than half the speed of the bare server, and nothing that expires by time is right.
"""

from django.conf import settings

from plan_portal.front.pages import PageMemory
from plan_portal.front.watch import Watch
from plan_portal.front.wrapper import HELP, Front

__all__ = ["Front", "behind_front"]


def behind_front(application):
    """
    Django's application with the front before it; alone while developing.

    The watch begins at once, not with the first request: the help page is to be there
    when the database is not.
    """
    if settings.DEBUG:
        return application
    watch = Watch()
    front = Front(
        application, watch=watch, memory=PageMemory(settings.FRONT_MEMORY, HELP)
    )
    watch.start()
    return front
