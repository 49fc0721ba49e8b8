"""
The portal with the shipped plan and an invented one with commitments in every state.

`make states` serves it, for work on pages and to show a plan in its second year; `make
states ARGS=next` serves only the plan of another commission. It has DEBUG. Its
database, with the accounts that it prints, is deleted afterwards.
"""

import io
import os
import secrets
import signal
import sys
import tempfile
from importlib import import_module
from pathlib import Path

import django
from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.core.management import call_command

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

#: Accounts to sign in with, and their content.
SHOWN = {
    "coni": "focal point of CONI: one report came back, the rest is published",
    "guaco": "focal point of GUACO: nothing reported yet",
    "revision": "reviewer: two reports, an amendment and a proposal wait",
    "revision-2": "another reviewer, for what takes two",
    "administracion": "administrator of agencies and accounts",
}


def main(port, *, is_next):
    """
    Serve on ``port`` until stopped, then delete the folder.

    ``is_next`` serves only the plan of another commission, with its settings.
    """
    next_plan = import_module("tests.next_plan")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    with tempfile.TemporaryDirectory() as folder:
        os.environ.pop("DATABASE_URL", None)
        os.environ.pop("ENV_FILE", None)
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "plan_portal.settings",
            "DEBUG": "true",
            "CORRECTIONS_EMAIL": "correcciones@example.org",
            "SITE_URL": f"http://localhost:{port}",
            "VAR_DIR": folder,
            **(next_plan.SETTINGS if is_next else {}),
        }
        django.setup()
        call_command("compile_catalogues")
        make_tables()
        if is_next:
            people = import_module("tests.next_plan.world").build()
        else:
            shipped = import_module("tests.strategic_areas.plans").SHIPPED
            call_command("load_plan", str(shipped), stdout=io.StringIO())
            people = import_module("tests.states_plan").build()
        password = os.environ.get("STATES_PASSWORD") or secrets.token_urlsafe(9)
        accounts = get_user_model().objects.filter(username__in=people)
        accounts.update(password=make_password(password))
        print_accounts(port, password, next_plan.PEOPLE if is_next else SHOWN)
        call_command("runserver", str(port), use_reloader=False)


def make_tables():
    """Create the tables from the models: migrations take ten times as long."""
    settings.MIGRATION_MODULES = {each.label: None for each in apps.get_app_configs()}
    call_command("migrate", run_syncdb=True, verbosity=0)
    settings.MIGRATION_MODULES = {}
    call_command("migrate", fake=True, verbosity=0)


def print_accounts(port, password, shown):
    lines = [
        f"\nSign in at http://localhost:{port}/gestion/ with the password {password}"
    ]
    lines += [f"  {name:15} {what}" for name, what in shown.items()]
    sys.stdout.write("\n".join(lines) + "\n\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]), is_next="next" in sys.argv[2:])
