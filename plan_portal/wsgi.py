"""WSGI entry point: plan_portal.wsgi:application."""

import ctypes
import gc
import os
from contextlib import suppress

from django.core.wsgi import get_wsgi_application

#: The name that glibc gives, in malloc.h, to the number of pools that threads take
#: memory from.
M_ARENA_MAX = -8

# By default each thread has a pool of its own, which keeps what the others need. They
# take turns in Python, so one pool serves them all. Other C libraries have no pools.
with suppress(AttributeError):
    ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "plan_portal.settings")

django_application = get_wsgi_application()

# Django has to be set up before anything of ours is imported.
from django.db import connections  # noqa: E402

from plan_portal.databases import hold_to_deadlines  # noqa: E402
from plan_portal.page_cache import with_page_cache  # noqa: E402

hold_to_deadlines(connections.settings["default"])
application = with_page_cache(django_application)

# All objects that exist by now stay for good, so the garbage collector need not search
# them while readers wait. By default it comes after 700 new objects (from Python
# 3.13 on after 2,000), and searches what is kept of a large plan every few pages.
gc.freeze()
gc.set_threshold(3_000, 10, 10)
