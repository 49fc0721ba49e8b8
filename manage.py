"""Runs Django's and the portal's own commands: python manage.py help."""

import os
import sys

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

#: What to do where a setting is missing or malformed.
HOW_TO_SET = (
    'On a server run deploy/manage COMMAND, on your own machine make manage ARGS="…"; '
    "both read the settings from a file. Or name that file: "
    "ENV_FILE=… python manage.py COMMAND"
)

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "plan_portal.settings")
    try:
        # Read at once: some commands would say something else of what is missing.
        _apps = settings.INSTALLED_APPS
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        if "--traceback" in sys.argv or error.__cause__:
            raise
        sys.exit(f"{error}\n{HOW_TO_SET}")
