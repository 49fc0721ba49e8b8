"""Queries that are put together once and read anew."""

from threading import Thread

import pytest
from django.utils.translation import override

from strategic_areas.models import Plan
from strategic_areas.queries.plan import plans
from strategic_areas.queries.prepared import prepared
from tests.factories import make_plan


@pytest.fixture
def made():
    """What ``named`` put together, and ``named`` itself."""
    calls = []

    @prepared
    def named(code):
        calls.append(code)
        return Plan.objects.filter(code=code)

    return calls, named


def test_rows_are_put_together_once_for_each_argument_language_and_thread(made):
    calls, named = made

    for language in ("es", "en", "es"):
        with override(language):
            named("a"), named("b"), named("a")
    thread = Thread(target=named, args=["a"])
    thread.start()
    thread.join()

    assert calls == ["a", "b", "a", "b", "a"]


@pytest.mark.django_db
def test_rows_are_read_anew_each_time(made):
    _calls, named = made
    assert list(named("a")) == []

    plan = make_plan(code="a")

    assert list(named("a")) == [plan]


@pytest.mark.django_db
def test_whoever_narrows_them_narrows_her_own(made):
    _calls, named = made
    plan = make_plan(code="a")

    narrowed = named("a").exclude(pk=plan.pk)

    assert (list(narrowed), list(named("a"))) == ([], [plan])


@pytest.mark.django_db
def test_each_language_orders_by_its_own_columns():
    make_plan(code="a", title_es="B", title_en="A")
    make_plan(code="b", title_es="A", title_en="B")

    order = {}
    for language in ("es", "en"):
        with override(language):
            rows = prepared(lambda: plans.public().order_by("title"))()
            order[language] = [plan.code for plan in rows]

    assert order == {"es": ["b", "a"], "en": ["a", "b"]}
