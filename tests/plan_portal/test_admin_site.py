"""
Every page of the admin opens for whoever may open it.

In both languages in the long form; SHORT says what the short one draws.
"""

from itertools import product

import pytest
from django.contrib import admin
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.urls import resolve, reverse

from strategic_areas.admin.base import EditedOnTreeMixin
from strategic_areas.models import Commitment
from tests import make
from tests.deep import DEEP
from tests.strategic_areas.drafts import edit

pytestmark = pytest.mark.django_db

#: Read in the admin, and edited on the tree of their plan.
ON_TREE = {
    model
    for model, table in admin.site._registry.items()
    if isinstance(table, EditedOnTreeMixin)
}
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)


def pages(model):
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    return {"view": reverse(f"{name}_changelist"), "add": reverse(f"{name}_add")}


ACTORS = {
    "reviewer": make.reviewer,
    "administrator": make.administrator,
    "focal point": make.focal_point,
    "superuser": lambda **fields: make.user(is_superuser=True, **fields),
}


def status_of(request, user):
    """How the view of an address answers, whose page is not drawn."""
    view, args, kwargs = request.resolver_match = resolve(request.path)
    request.user = user
    try:
        return view(request, *args, **kwargs).status_code
    except PermissionDenied:
        return 403


#: In the short form each in one language: pages that open for two are read in both.
SHORT = {
    "reviewer": "en",
    "administrator": "en",
    "focal point": "es",
    "superuser": "es",
}


@pytest.mark.parametrize(
    ("name", "language"),
    list(product(ACTORS, ["es", "en"])) if DEEP else list(SHORT.items()),
)
def test_a_page_opens_just_for_whoever_has_the_permission(client, rf, name, language):
    user = ACTORS[name](language=language)
    client.force_login(user)
    # Those who open most draw what they open; of the others it is asked of the view.
    is_drawn = DEEP or name in {"reviewer", "superuser"}

    answers, expected = {}, {}
    for model in MODELS:
        for action, address in pages(model).items():
            label = f"{model._meta.app_label}.{action}_{model._meta.model_name}"
            answers[label] = (
                client.get(address).status_code
                if is_drawn
                else status_of(rf.get(address), user)
            )
            is_read = model in ON_TREE and action != "view"
            expected[label] = 200 if user.has_perm(label) and not is_read else 403
    if user.is_superuser:  # nobody reports without a mandate, not even a superuser
        expected["strategic_areas.add_activityupdate"] = 403
        expected["strategic_areas.add_commitmentupdate"] = 403
        # Changes are proposed on the page of what they change.
        expected["strategic_areas.add_pendingchange"] = 403
        # An agency disowns an attribution on that record's own page.
        expected["strategic_areas.add_recorddispute"] = 403
        # The audit record is written by what happens, by nobody's hand.
        expected["agencies.add_auditentry"] = 403
        # Values are published when they are handed in or loaded, by nobody's hand.
        expected["strategic_areas.add_publishedfigure"] = 403
        expected["strategic_areas.add_measurement"] = 403
        # Accounts come from invitations alone.
        expected["agencies.add_user"] = 403

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


def test_what_the_secretariat_keeps_opens_with_its_history(client):
    update = make.record_update()
    client.force_login(make.reviewer())
    opened = [
        update,
        update.activity,
        update.activity.commitment,
        update.activity.commitment.programme,
        update.activity.commitment.programme.area,
        update.plan,
        update.period,
    ]

    answers = []
    for row in opened:
        name = f"admin:{row._meta.app_label}_{row._meta.model_name}"
        for page in ("change", "history"):
            answers.append(client.get(reverse(f"{name}_{page}", args=[row.pk])))

    assert [answer.status_code for answer in answers] == [200] * 14


def test_saving_a_commitment_writes_who_changed_it(client):
    reviewer = make.reviewer()
    commitment = make.commitment(plan=make.plan(status="in_preparation"))
    client.force_login(reviewer)

    response = edit(client, commitment, title_es="Título nuevo")

    stored = Commitment.objects.get()
    assert (response.status_code, stored.title_es) == (302, "Título nuevo")
    assert stored.history.first().history_user == reviewer
