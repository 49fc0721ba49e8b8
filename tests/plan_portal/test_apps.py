import pickle

import pytest
from django.core import checks
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection

from strategic_areas.models import ActivityUpdate


@pytest.mark.django_db
def test_migrating_makes_the_table_in_which_limits_are_counted():
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE shared_cache")

    call_command("migrate", verbosity=0)

    assert "shared_cache" in connection.introspection.table_names()
    assert cache.add("counted", 1) is True


@pytest.mark.parametrize(
    ("proxy", "header", "warnings"),
    [
        (None, "", []),
        (("HTTP_X_FORWARDED_PROTO", "https"), "", ["portal.W001"]),
        (("HTTP_X_FORWARDED_PROTO", "https"), "HTTP_VISITOR", []),
    ],
)
def test_a_proxy_that_names_no_visitor_is_warned_of(settings, proxy, header, warnings):
    settings.SECURE_PROXY_SSL_HEADER = proxy
    settings.CLIENT_ADDRESS_HEADER = header

    found = checks.run_checks(include_deployment_checks=True)

    assert [each.id for each in found if each.id.startswith("portal.")] == warnings


def test_queries_of_a_kind_share_their_class_and_nothing_else():
    first, second = ActivityUpdate.objects.all(), ActivityUpdate.objects.none()

    assert type(first) is type(second)
    kept = pickle.dumps(second)
    again = pickle.loads(kept)  # noqa: S301
    assert type(again) is type(second)
    assert again.query.is_empty()
    assert pickle.loads(kept) is not again  # noqa: S301
    assert not first.query.is_empty()
