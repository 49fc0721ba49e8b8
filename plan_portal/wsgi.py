"""What the web server calls: plan_portal.wsgi:application."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "plan_portal.settings")

application = get_wsgi_application()
