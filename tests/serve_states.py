"""
A portal on which every public state stands, for whoever works on pages: make states

It has DEBUG, and so the page /componentes/; its database is thrown away afterwards.
"""

import os
import sys
import tempfile
from importlib import import_module
from pathlib import Path

import django
from django.core.management import call_command

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


def main(port):
    """Serve on ``port`` until stopped."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.pop("DATABASE_URL", None)
        os.environ.pop("ENV_FILE", None)
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "plan_portal.settings",
            "DEBUG": "true",
            "SITE_URL": f"http://localhost:{port}",
            "VAR_DIR": folder,
        }
        django.setup()
        call_command("compile_catalogues")
        call_command("prepare_portal", database_only=True)
        site = import_module("tests.public_site")
        site.add_states(site.build())
        call_command("runserver", str(port), use_reloader=False)


if __name__ == "__main__":
    main(int(sys.argv[1]))
