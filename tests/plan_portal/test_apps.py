import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection


@pytest.mark.django_db
def test_migrating_makes_the_table_in_which_limits_are_counted():
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE shared_cache")

    call_command("migrate", verbosity=0)

    assert "shared_cache" in connection.introspection.table_names()
    assert cache.add("counted", 1) is True
