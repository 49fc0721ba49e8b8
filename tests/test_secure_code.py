"""
What no source file of the portal holds: ways in that are known to go wrong.

Each ban has its one or two exceptions, named with their reason.
"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ("agencies", "plan_portal", "strategic_areas")
NOWHERE = frozenset()

#: What is looked for, in files of which endings, and where it is allowed and why.
BANS = {
    "text taken for markup": (
        r"mark_safe|SafeString|\|\s*safe\b|autoescape off",
        ("py", "html"),
        {
            # It escapes the text in the same call.
            "plan_portal/templatetags/portal.py",
            # Of JSON it escapes what could end its element.
            "plan_portal/templatetags/linked_data.py",
        },
    ),
    "text run as code": (r"(?<![\w.])(eval|exec|compile)\(", ("py",), NOWHERE),
    "text run as a template": (r"\bTemplate\(|from_string\(", ("py",), NOWHERE),
    "a command of the system": (
        r"\bsubprocess\b|os\.system|popen",
        ("py",),
        {
            "plan_portal/backup/archive.py",  # age or GnuPG; a setting names the key
            "plan_portal/backup/database.py",  # pg_dump and pg_restore, no shell
            "plan_portal/management/commands/copy_backups.py",  # rsync, no shell
            "plan_portal/management/commands/serve_portal.py",  # starts the server
        },
    ),
    "objects made from strange bytes": (
        r"\bpickle\b|\bmarshal\b|^import shelve|yaml\.(unsafe_)?load\(",
        ("py",),
        NOWHERE,
    ),
    "SQL of one's own": (
        r"\.execute\(|\.raw\(|RawSQL|\.extra\(",
        ("py",),
        {
            "agencies/management/commands/forget_old_data.py",  # counters of limits
            "agencies/row_counts.py",  # lets SQLite count its tables
            "agencies/tasks.py",  # a lock of PostgreSQL, its name as a parameter
            "plan_portal/backup/database.py",  # counts rows; a snapshot of the database
            "plan_portal/databases.py",  # which rights PostgreSQL granted
            "plan_portal/page_cache/version_watcher.py",  # LISTEN without parameters
            "plan_portal/management/commands/copy_from_sqlite.py",  # made by Django
            "plan_portal/management/commands/grant_application.py",  # roles
            "strategic_areas/purging/__init__.py",  # PRAGMA
            "strategic_areas/search/results.py",  # its own table; words as parameters
            "strategic_areas/search/index.py",  # its own table; words as parameters
            "strategic_areas/triggers/__init__.py",  # triggers
        },
    ),
    "a request to somewhere else": (
        r"urllib\.request|http\.client|import (requests|httpx|socket)\b",
        ("py",),
        {
            "plan_portal/page_cache/database_deadline.py",  # shuts sockets, opens none
            "plan_portal/management/commands/serve_portal.py",  # asks itself if it runs
            "plan_portal/server.py",  # listens, and asks nobody
            "strategic_areas/evidence/cleaning.py",  # the scanner that a setting names
        },
    ),
    "a form that takes every field": (
        r"__all__['\"]?\s*$|= ['\"]__all__",
        ("py",),
        NOWHERE,
    ),
    "a broken hash": (r"\b(md5|sha1)\b", ("py",), NOWHERE),
    "chance that can be guessed": (
        r"import random\b|from random\b|uuid1",
        ("py",),
        NOWHERE,
    ),
    "a view without a token against forged forms": ("csrf_exempt", ("py",), NOWHERE),
    "a script that makes markup or code of text": (
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function"
        r"|__proto__|postMessage",
        ("js",),
        NOWHERE,
    ),
    "something loaded from elsewhere": (
        r"(src=|rel=\"stylesheet\"[^>]*href=|@import|url\()\s*['\"]?(https?:)?//",
        ("html", "css", "js"),
        NOWHERE,
    ),
    "a script, style or handler inside a page": (
        r"<style|<script(?![^>]*(src=|type=\"application/(ld\+)?json\"))|\sstyle=|\son[a-z]+=",
        ("html",),
        NOWHERE,
    ),
}


def sources(endings):
    folders = [ROOT / name for name in (*APPS, "templates")]
    for path in sorted(each for folder in folders for each in folder.rglob("*.*")):
        if path.suffix[1:] in endings and "migrations" not in path.parts:
            yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", BANS)
def test_no_source_holds(name):
    pattern, endings, allowed = BANS[name]
    found = {
        path
        for path, text in sources(endings)
        if re.search(pattern, text, re.MULTILINE)
    }

    assert found - allowed == set()
    assert allowed - found == set(), "an exception that nothing needs any more"


def test_there_are_sources_to_look_at():
    assert len(list(sources(("py", "html", "js", "css")))) > 200
