"""A declared result, from the lead's sheet to the page that everybody reads."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from strategic_areas.models import CommitmentUpdate, Submission
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)

STATEMENT = "El protocolo está aprobado y en uso en todas las fiscalías."


def declare(page, commitment):
    """Fill in the row on the sheet and save it; the row says that it is saved."""
    row = page.locator(f"#compromiso-{commitment.pk}")
    row.locator("summary").first.click()
    row.locator("input[name=result][value=fulfilled]").check()
    row.locator("textarea[name=statement_es]").fill(STATEMENT)
    row.locator("input[name=save]").click()
    row = page.locator(f"#compromiso-{commitment.pk}")
    expect(row).to_have_attribute("data-state", "ready")


@pytest.mark.parametrize("script", [True, False])
def test_a_declared_result_is_sent_reviewed_and_read(make_page, script):
    lead = make.agency()
    commitment = make.commitment(lead=lead)
    make.participation(plan=commitment.plan, agency=lead)
    make.activity(commitment=commitment)
    period = make.round(plan=commitment.plan)
    page = make_page(make.focal_point(agency=lead), java_script_enabled=script)

    page.goto(reverse("admin:sheet", args=[period.pk, lead.slug]))
    declare(page, commitment)
    page.locator(".tally .button").click()
    page.locator("input[name=send]").click()
    expect(page.locator(".receipt")).to_contain_text(STATEMENT)
    assert len(Submission.objects.get().content["declarations"]) == 1

    declared = CommitmentUpdate.objects.get()
    page.goto(commitment.get_absolute_url(language="es"))
    expect(page.get_by_role("main")).not_to_contain_text(STATEMENT)
    page = make_page(make.reviewer(), java_script_enabled=script)
    page.goto(reverse("admin:index"))
    address = reverse("admin:review", args=["declaracion", declared.pk])
    page.locator(f"a[href='{address}']").first.click()
    page.locator("input[name=step]").first.click()
    expect(page.locator(".messagelist .success")).to_be_visible()

    for language in ("es", "en"):
        page.goto(commitment.get_absolute_url(language=language))
        expect(page.get_by_role("main")).to_contain_text(STATEMENT)
    expect(page.locator(".family--met").first).to_be_visible()
