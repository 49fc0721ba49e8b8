"""What the web server calls: plan_portal.wsgi:application."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "plan_portal.settings")

django_application = get_wsgi_application()

# Django has to be set up before anything of ours is imported.
from django.db import connections  # noqa: E402

from plan_portal.databases import hold_to_deadlines  # noqa: E402
from plan_portal.front import behind_front  # noqa: E402

hold_to_deadlines(connections.settings["default"])
application = behind_front(django_application)
