"""The admin's pages: what not even a superuser adds, and what its index costs."""

import pytest
from django.contrib import admin
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.urls import resolve, reverse

from strategic_areas.admin.base import EditedOnTreeMixin
from strategic_areas.models import Commitment
from tests import make
from tests.strategic_areas.drafts import edit

pytestmark = pytest.mark.django_db

#: What nobody adds by hand in the admin: reports take a mandate, changes and disputes
#: stand on the page of their record, and accounts come from invitations.
ADDED_ELSEWHERE = {
    *("activityupdate", "commitmentupdate", "pendingchange", "recorddispute"),
    *("auditentry", "publishedfigure", "measurement", "user"),
}


def status_of(request, user):
    """How the view of an address answers, whose page is not drawn."""
    view, args, kwargs = request.resolver_match = resolve(request.path)
    request.user = user
    try:
        return view(request, *args, **kwargs).status_code
    except PermissionDenied:
        return 403


def test_a_superuser_opens_all_but_what_is_added_elsewhere(rf):
    """What the roles open stands in tests/permission_table.py."""
    user, answers, expected = make.user(is_superuser=True), {}, {}
    for model, table in admin.site._registry.items():
        name = model._meta.model_name
        for page in ("changelist", "add"):
            address = reverse(f"admin:{model._meta.app_label}_{name}_{page}")
            answers[name, page] = status_of(rf.get(address), user)
        is_closed = isinstance(table, EditedOnTreeMixin) or name in ADDED_ELSEWHERE
        expected[name, "changelist"] = 200
        expected[name, "add"] = 403 if is_closed else 200

    assert answers == expected


@pytest.mark.parametrize(
    ("page", "times"), [("strategic_areas_helpline_changelist", 0), ("index", 1)]
)
def test_the_list_of_tables_is_made_where_it_is_shown(client, monkeypatch, page, times):
    asked, find = [], AdminSite._build_app_dict
    monkeypatch.setattr(
        AdminSite, "_build_app_dict", lambda *args: asked.append(args) or find(*args)
    )
    client.force_login(make.reviewer())

    response = client.get(reverse(f"admin:{page}"))

    assert response.status_code == 200
    assert len(asked) == times


def test_saving_a_commitment_writes_who_changed_it(client):
    reviewer = make.reviewer()
    commitment = make.commitment(plan=make.plan(status="in_preparation"))
    client.force_login(reviewer)

    response = edit(client, commitment, title_es="Título nuevo")

    stored = Commitment.objects.get()
    assert (response.status_code, stored.title_es) == (302, "Título nuevo")
    assert stored.history.first().history_user == reviewer
