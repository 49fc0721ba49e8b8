"""WSGI entry point: plan_portal.wsgi:application."""

import ctypes
import gc
import os
from contextlib import suppress

from django.core.wsgi import get_wsgi_application

#: M_ARENA_MAX of glibc's malloc.h
M_ARENA_MAX = -8

# By default each thread has a memory arena that others cannot reuse. Python threads
# take turns, so one arena suffices. Other C libraries have none.
with suppress(AttributeError):
    ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "plan_portal.settings")

django_application = get_wsgi_application()

# Django must be set up first.
from django.db import connections  # noqa: E402

from plan_portal.databases import set_statement_timeouts  # noqa: E402
from plan_portal.page_cache import with_page_cache  # noqa: E402
from plan_portal.page_cache.call_stack import with_stack_room  # noqa: E402

set_statement_timeouts(connections.settings["default"])
application = with_page_cache(with_stack_room(django_application))

# Existing objects are never freed: exclude them from garbage collection, which would
# otherwise scan the cached plan every few pages while readers wait.
gc.freeze()
gc.set_threshold(3_000, 10, 10)
