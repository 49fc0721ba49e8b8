"""
What the portal relies on in modules that allauth calls internal.

A test that fails after allauth was changed names in its message what to read again.
"""

import inspect
from pathlib import Path

import pytest
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import record_authentication
from allauth.core.internal import ratelimit

from tests.test_architecture import ROOT, imported_names, source_files

ONLY = Path("agencies/allauth_internals.py")
#: The callables that are used, the parameters that are passed, and what to read again.
USED = [
    (
        ratelimit.consume,
        {"app", "action", "config", "key", "user", "limit_get"},
        "the limits in agencies/allauth_internals.py",
    ),
    (
        ratelimit.clear,
        {"app", "action", "key"},
        "forget_failures_of_account in agencies/allauth_internals.py",
    ),
    (ratelimit.get_ip, {"request"}, "network_of in agencies/allauth_internals.py"),
    (
        record_authentication,
        {"request", "user", "method"},
        "record_password in agencies/allauth_internals.py",
    ),
    (
        DefaultAccountAdapter._get_login_attempts_cache_key,
        {"request", "credentials"},
        "pre_authenticate and lift_limit in agencies/accounts/sign_in.py",
    ),
    (
        DefaultAccountAdapter.pre_authenticate,
        {"request", "credentials"},
        "pre_authenticate in agencies/accounts/sign_in.py",
    ),
    (
        DefaultAccountAdapter._rollback_login_failed_rl_usage,
        {"self"},
        "pre_authenticate in agencies/accounts/sign_in.py, and Tries.rollback",
    ),
]


@pytest.mark.parametrize(
    ("used", "passed", "read_again"),
    USED,
    ids=[used.__name__ for used, _passed, _read_again in USED],
)
def test_allauth_still_takes_what_is_passed_to_it(used, passed, read_again):
    missing = passed - set(inspect.signature(used).parameters)

    assert not missing, f"{used.__qualname__} takes no {missing}: read {read_again}"


def test_one_module_alone_imports_what_allauth_calls_internal():
    found = {
        path.relative_to(ROOT)
        for app in ("agencies", "strategic_areas", "plan_portal")
        for path in source_files(app)
        if "allauth" in path.read_text(encoding="utf-8")
        for name in imported_names(path)
        if name.startswith("allauth.") and ".internal" in name
    }

    assert found == {ONLY}
