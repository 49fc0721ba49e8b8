"""Two reviewers and one help line, as they and the public see it."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils.translation import override
from playwright.sync_api import expect

from strategic_areas import workflow
from strategic_areas.models import PendingChange, Translation
from strategic_areas.models.drafts import DraftLine
from tests import make
from tests.browser.axe import faults
from tests.make.plans import close_structure

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("open_record"),
]

BEFORE, AFTER = "Atiende de lunes a viernes.", "Atiende todos los días del año."


def test_one_changes_a_help_line_another_approves_and_then_the_public_reads_it(
    page, make_page
):
    line = make.help_line(label_es="Línea de prueba", scope_es=BEFORE)
    public = page
    first, second = make_page(make.reviewer()), make_page(make.reviewer())

    first.goto(reverse("admin:strategic_areas_helpline_change", args=[line.pk]))
    first.locator("#id_scope_es").fill(AFTER)
    first.locator("input[name=_save]").click()

    expect(first.locator(".changed-fields ins").first).to_be_visible()
    expect(first.locator("input[name=approve]")).to_have_count(0)
    public.goto("/ayuda/")
    expect(public.locator("main")).to_contain_text(BEFORE)

    second.goto("/gestion/")
    second.locator(".waiting tbody .button").click()
    expect(second.locator(".readings")).to_contain_text(AFTER)
    second.locator("input[name=approve]").click()

    expect(second.locator(".messagelist")).to_be_visible()
    public.goto("/ayuda/")
    expect(public.locator("main")).to_contain_text(AFTER)
    assert PendingChange.objects.get().status == PendingChange.Status.APPROVED


def test_axe_finds_nothing_on_the_pages_of_two_people(make_page):
    line = make.help_line(scope_es=BEFORE)
    change = make.change(line, scope_es=f"{AFTER} Atendió a dos niñas en Azua.")
    activity = make.activity()
    period = make.round(plan=activity.plan)
    update = make.published_update(activity=activity, period=period)
    made = make.change(Translation(activity_update=update), text="Part was done.")
    other = make.published_update()
    reviewer = make_page(make.reviewer())
    agency = make_page(make.focal_point(agency=activity.agency))
    comment = reverse("admin:agency_comment", args=[period.pk, activity.agency.slug])

    found = []
    for page, address in [
        (reviewer, "/gestion/"),
        (reviewer, reverse("admin:strategic_areas_helpline_change", args=[line.pk])),
        (reviewer, reverse("admin:approval", args=[change.pk])),
        (reviewer, reverse("admin:approval", args=[made.pk])),
        (reviewer, reverse("admin:translation", args=["avance", other.pk])),
        (agency, "/gestion/"),
        (agency, comment),
    ]:
        page.goto(address)
        found += [(address, *fault) for fault in faults(page)]

    assert found == []


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
    assert faults(page) == []
    page.locator("input[name=approve]").click()

    expect(page.locator(".messagelist")).to_be_visible()
    commitment.refresh_from_db()
    assert commitment.title_es == "Otro resultado"
    assert list(DraftLine.objects.values_list("table", flat=True)) == [
        *("plans", "activities")
    ]
