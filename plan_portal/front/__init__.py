"""
The front: answers public pages from memory, before Django builds a request.

A page is made once by Django for each label (build, publication version, date) and
kept as finished bytes. Whatever is not a public page, asks for something unusual or
comes from somebody signed in goes on to Django untouched. While the database is down
the last good bytes are served, under a banner that says so.

Why here and not in a cache of Django's: nothing inside Django's handler answers at
more than half the speed of the bare server, and nothing that expires by time is right.
"""

from django.conf import settings

from plan_portal.front.copies import Copies
from plan_portal.front.shelf import Shelf
from plan_portal.front.watch import Watch
from plan_portal.front.wrapper import Front

__all__ = ["Front", "behind_front"]


def behind_front(application):
    """Django's application with the front before it; alone while developing."""
    if settings.DEBUG:
        return application
    watch = Watch()
    front = Front(
        application,
        watch=watch,
        shelf=Shelf(settings.FRONT_MEMORY),
        copies=Copies(settings.COPIES_DIR),
    )
    watch.on_tick = front.on_tick
    return front
