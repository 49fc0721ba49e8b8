"""
What the portal relies on in libraries that they do not offer to everybody.

A test that fails after a library was changed names in its message what to read again.
"""

import ast
import inspect
from pathlib import Path

import pytest
from allauth.account.internal.flows.login import record_authentication
from allauth.core.internal import ratelimit
from django.contrib.auth.models import AbstractBaseUser
from django.db.models.sql import InsertQuery
from granian.server.mp import MPServer
from storages.backends.s3 import S3Storage

from agencies.library_internals import has_new_password
from agencies.models import User
from tests.test_architecture import ROOT, imported_names, source_files

APPS = ("agencies", "strategic_areas", "plan_portal")
ONLY = Path("agencies/library_internals.py")
#: It runs without Django, and so has what it needs of granian itself.
SERVER = Path("plan_portal/server.py")
#: What libraries offer to everybody in spite of the underscore.
DOCUMENTED = {
    *("_meta", "_default_manager", "_base_manager", "_state"),  # Django's models
    *("_fields", "_make"),  # named tuples
    *("_history_user", "_change_reason"),  # simple_history
}
#: The callables that are used, the parameters that are passed, and what to read again.
USED = [
    (ratelimit.consume, {"app", "action", "key", "limit_get"}, f"consume in {ONLY}"),
    (ratelimit.get_ip, {"request"}, f"network_of in {ONLY}"),
    (
        record_authentication,
        {"request", "user", "method"},
        f"record_password_authentication in {ONLY}",
    ),
    (S3Storage._normalize_name, {"name"}, f"bucket_key in {ONLY}"),
    (
        InsertQuery.insert_values,
        {"fields", "objs", "raw"},
        "copy_rows in plan_portal/management/commands/copy_from_sqlite.py",
    ),
]


@pytest.mark.parametrize(
    ("used", "passed", "read_again"),
    USED,
    ids=[used.__name__ for used, _passed, _read_again in USED],
)
def test_a_library_still_takes_what_is_passed_to_it(used, passed, read_again):
    missing = passed - set(inspect.signature(used).parameters)

    assert not missing, f"{used.__qualname__} takes no {missing}: read {read_again}"


def test_django_still_notes_that_a_password_was_set():
    user = User(username="ana")
    assert not has_new_password(user), "read has_new_password and AbstractBaseUser"

    user.set_password("a new one")

    assert has_new_password(user), "read has_new_password and AbstractBaseUser again"
    source = inspect.getsource(AbstractBaseUser.check_password)
    assert "self._password = None" in source, "a hash made anew counts as a password"


def test_granian_still_hands_its_workers_the_socket_it_is_given():
    told = "read Server._init_shared_socket in plan_portal/server.py again"

    assert "self._init_shared_socket()" in inspect.getsource(MPServer.startup), told
    spawned = inspect.getsource(MPServer._spawn_worker)
    assert "self._shd" in spawned, told
    assert "self._sso" in spawned, told


def test_one_module_alone_imports_what_libraries_call_internal():
    found = {
        path.relative_to(ROOT)
        for app in APPS
        for path in source_files(app)
        for name in imported_names(path)
        for part in name.split(".")
        if not name.startswith(APPS)
        if part == "internal" or (part.startswith("_") and part.strip("_"))
        if not part.startswith("__")
    }

    assert found == {ONLY}


def test_no_other_module_takes_a_private_name_of_a_library():
    paths = [path for app in APPS for path in source_files(app)]
    trees = {path.relative_to(ROOT): ast.parse(path.read_text()) for path in paths}
    own = {name for tree in trees.values() for name in _defined(tree)}

    taken = {
        (path, name)
        for path, tree in trees.items()
        for name in _private(tree) - own - DOCUMENTED
    }

    assert {path for path, _name in taken} <= {ONLY, SERVER}, taken
    assert ("_password", ONLY) in {(name, path) for path, name in taken}


def _private(tree):
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        if node.attr.startswith("_") and not node.attr.startswith("__")
    }


def _defined(tree):
    """Every name that a module gives to a function, class, value or attribute."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
