"""
Checks a portal's triggers, files, audit record and pages, for example after a restore.
"""

from datetime import timedelta
from hashlib import file_digest

from django.apps import apps
from django.conf import settings
from django.core.files.storage import storages
from django.core.management.base import BaseCommand, CommandError
from django.db import models
from django.test import Client
from django.utils import timezone

from agencies import audit
from agencies.files import PRIVATE_STORAGES, list_names
from plan_portal import sitemap
from plan_portal.backup import database
from plan_portal.middleware import access_log
from plan_portal.urls import PUBLIC_PAGES
from strategic_areas import triggers


def find_problems(manifest=None):
    """
    English sentences about all problems found.

    With a backup's manifest, only the audit record and the row counts are checked.
    """
    found = []
    if not manifest:
        found += [f"missing trigger: {name}" for name in triggers.missing()]
        found += _file_problems()
    found += _audit_problems(manifest["audit_head"] if manifest else "")
    return [
        *found,
        *(_row_count_problems(manifest["counts"]) if manifest else _page_problems()),
    ]


def _row_count_problems(expected):
    counted = database.table_counts()
    return [
        f"table {name}: {counted.get(name, 'missing')} rows, the backup had {number}"
        for name, number in expected.items()
        if counted.get(name) != number
    ]


def _file_problems():
    found, named = [], set()
    for model in apps.get_models():
        files = [
            f for f in model._meta.concrete_fields if isinstance(f, models.FileField)
        ]
        has_digest = any(
            field.name == "sha256" for field in model._meta.concrete_fields
        )
        for field in files:
            for row in models.QuerySet(model).exclude(**{field.name: ""}):
                file = getattr(row, field.name)
                named.add(file.name)
                place = f"{model._meta.label} {row.pk}"
                if not file.storage.exists(file.name):
                    found.append(f"{place}: its file is missing")
                elif has_digest and row.sha256 != _sum(file):
                    found.append(f"{place}: its file was changed")
    return found + _store_problems(named)


def _store_problems(named):
    # A file of the last hour may belong to a record that is still being saved.
    found, before = [], timezone.now() - timedelta(hours=1)
    for store in PRIVATE_STORAGES:
        storage = storages[store]
        for name in list_names(storage):
            if name not in named and storage.get_modified_time(name) < before:
                found.append(f"{store}/{name}: no record names this file")
        weaknesses = getattr(storage, "find_weaknesses", list)
        found += [f"{store}: {each}" for each in weaknesses()]
    return found


def _sum(file):
    with file.storage.open(file.name) as stored:
        return file_digest(stored, "sha256").hexdigest()


def _audit_problems(head):
    check = audit.verify_chain(head)
    return [f"audit record: {check.fault}"] if check.fault else []


def _page_problems():
    client = Client(SERVER_NAME=settings.SITE_HOST, raise_request_exception=False)
    found = []
    access_log.disabled = True  # nobody asked for these pages
    try:
        for path in sitemap.example_paths(PUBLIC_PAGES):
            answer = client.get(path, secure=not settings.INSECURE_HTTP)
            if answer.status_code != 200:
                found.append(f"{path} answers {answer.status_code}")
    finally:
        access_log.disabled = False
    return found


class Command(BaseCommand):
    help = (
        "Check triggers, files and their sums, the audit record, and that one page of "
        "each kind answers. Exit status 1 and a line for each fault if there is one."
    )

    def handle(self, **options):
        if found := find_problems():
            raise CommandError("\n".join(found))
        self.stdout.write("The portal is whole")
