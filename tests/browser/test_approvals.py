"""Two reviewers and one help line, as they and the public see it."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils.translation import override
from playwright.sync_api import expect

from strategic_areas import workflow
from strategic_areas.models import PendingChange
from strategic_areas.models.drafts import DraftLine
from tests import make
from tests.browser.windows import approve
from tests.make.plans import close_structure

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE, AFTER = "Atiende de lunes a viernes.", "Atiende todos los días del año."


def test_a_help_line_changes_once_another_approves(page, make_page):
    line = make.help_line(label_es="Línea de prueba", scope_es=BEFORE)
    first = make_page(make.reviewer())

    first.goto(reverse("admin:strategic_areas_helpline_change", args=[line.pk]))
    first.locator("#id_scope_es").fill(AFTER)
    first.locator("input[name=_save]").click()

    expect(first.locator(".changed-fields ins").first).to_be_visible()
    expect(first.locator("input[name=approve]")).to_have_count(0)
    page.goto("/ayuda/")
    expect(page.locator("main")).to_contain_text(BEFORE)
    approve(make_page(make.reviewer()), AFTER)
    page.goto("/ayuda/")
    expect(page.locator("main")).to_contain_text(AFTER)
    assert PendingChange.objects.get().status == PendingChange.Status.APPROVED


def test_a_line_of_a_proposal_goes_back_and_the_others_apply(make_page):
    activity = make.activity(code="1.1", due_on="2026-03-31", title_es="Talleres")
    commitment, plan = activity.commitment, activity.commitment.plan
    close_structure()
    plan.ends_on, activity.due_on = date(2029, 12, 31), date(2029, 6, 30)
    commitment.title_es = "Otro resultado"
    with override("es"):
        change = workflow.propose_records(
            [(plan, {}), (commitment, {}), (activity, {})],
            by=make.reviewer(),
            amendment=make.act(plan),
        )
    page = make_page(make.reviewer())
    page.goto(reverse("admin:approval", args=[change.pk]))

    line = page.locator(".return-line").first
    line.locator("summary").click()
    line.locator("input").check()
    line.locator("textarea").fill("No consta en el acta.")
    page.locator("#approve_checked").check()
    page.locator("input[name=approve]").click()
    expect(page.locator("#approve-form")).to_contain_text("Talleres")
    expect(page.locator("#approve-form")).to_be_in_viewport()
    page.locator("input[name=approve]").click()

    expect(page.locator(".messagelist")).to_be_visible()
    commitment.refresh_from_db()
    assert commitment.title_es == "Otro resultado"
    assert list(DraftLine.objects.values_list("table", flat=True)) == [
        *("plans", "activities")
    ]
