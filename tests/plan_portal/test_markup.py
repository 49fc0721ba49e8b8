"""Whatever somebody writes is shown as she wrote it, and never does anything."""

import pytest
from django.urls import reverse
from django.utils.html import escape

from strategic_areas import workflow
from tests import make

pytestmark = pytest.mark.django_db

PLANTED = "<b onclick='x()'>zanahoria</b>"
IN_ATTRIBUTE = '"><i title="zanahoria'


@pytest.fixture
def update():
    """A submitted report with markup in every text that its pages show."""
    agency = make.agency(name_es=f"Agencia {IN_ATTRIBUTE}", name_en="")
    commitment = make.commitment(lead=agency, title_es=f"Compromiso {PLANTED}")
    activity = make.activity(commitment=commitment, title_es=f"Actividad {PLANTED}")
    return make.submitted_update(
        activity=activity,
        narrative_es=f"Texto {PLANTED}\n\nhttps://example.org/{IN_ATTRIBUTE}",
        obstacle_es=f"Obstáculo {PLANTED}",
    )


def shown(client, paths):
    pages = [client.get(path) for path in paths]
    assert [page.status_code for page in pages] == [200] * len(paths)
    return [page.content.decode() for page in pages]


def test_markup_that_somebody_wrote_is_shown_as_text(client, update):
    plan, commitment = update.plan.code, update.activity.commitment
    staff = [
        reverse("admin:index"),
        reverse("admin:strategic_areas_activityupdate_change", args=[update.pk]),
        reverse("admin:strategic_areas_activityupdate_changelist"),
    ]
    public = [
        f"/{plan}/compromisos/{commitment.code}/",
        f"/{plan}/instituciones/{commitment.lead.slug}/",
        f"/{plan}/avances/",
        f"/{plan}/compromisos/",
    ]
    reviewer = make.reviewer()
    client.force_login(reviewer)

    before = shown(client, staff)
    workflow.publish(update, by=reviewer)
    after = shown(client, [*public, *staff[1:]])

    planted = [page for page in before + after if "zanahoria" in page]
    assert len(planted) >= 6
    assert [page for page in planted if PLANTED in page or IN_ATTRIBUTE in page] == []
    assert any(escape(PLANTED) in page for page in after)
