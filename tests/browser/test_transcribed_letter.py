"""A report by letter: transcribed, confirmed by its agency, read by the public."""

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from strategic_areas import workflow
from strategic_areas.models import ActivityUpdate, CommitmentUpdate
from tests import make
from tests.uploads import make_pdf

pytestmark = pytest.mark.django_db(transaction=True)

STATEMENT = "El protocolo está aprobado y en uso en todas las fiscalías."
TEXT = "Se dictaron doce talleres en las escuelas."


def test_a_letter_is_transcribed_confirmed_and_read(page, make_page):
    activity = make.activity()
    period = make.round(plan=activity.plan)
    focal_point = make.focal_point(agency=activity.agency)
    today = timezone.localdate().isoformat()

    writing = make_page(make.reviewer())
    writing.goto("/gestion/")
    writing.get_by_role("link", name="Cartas de las instituciones").click()
    writing.get_by_role("link", name="Registrar una carta").click()
    writing.locator("#id_agency").select_option(str(activity.agency.pk))
    writing.locator("#id_period").select_option(str(period.pk))
    writing.locator("#id_reference").fill("DG-77-2026")
    writing.locator("#id_dated_on").fill(today)
    writing.locator("#id_received_on").fill(today)
    writing.locator("#id_upload").set_input_files(
        {"name": "Oficio.pdf", "mimeType": "application/pdf", "buffer": make_pdf()}
    )
    writing.locator("input[name=save]").click()
    row = writing.locator(f"#fila-{activity.pk}")
    row.locator("input[name=percent]").fill("60")
    row.locator(".row-form textarea[name=narrative_es]").fill(TEXT)
    row.locator(".row-save input[name=save]").click()
    declared = writing.locator(f"#compromiso-{activity.commitment.pk}")
    declared.locator("summary").first.click()
    declared.locator("input[name=result][value=fulfilled]").check()
    declared.locator("textarea[name=statement_es]").fill(STATEMENT)
    declared.locator("input[name=save]").click()
    writing.locator("input[name=send]").click()
    expect(writing.locator(".messagelist .success")).to_be_visible()

    confirming = make_page(focal_point)
    confirming.goto("/gestion/")
    confirming.get_by_role("link", name="Leer y confirmar").click()
    expect(confirming.locator("body")).to_contain_text(TEXT)
    expect(confirming.locator("body")).to_contain_text(STATEMENT)
    with confirming.expect_download() as download:
        confirming.get_by_role("link", name="Oficio.pdf").click()
    assert download.value.suggested_filename == "Oficio.pdf"
    confirming.locator("input[name=confirm]").click()
    expect(confirming.locator(".messagelist .success")).to_be_visible()

    update = ActivityUpdate.objects.get()
    result = CommitmentUpdate.objects.get()
    for record in (update, result):
        assert (record.status, record.published_by) == ("published", focal_point)
    page.goto(update.get_absolute_url(language="es"))
    marked = page.locator(".transcribed").first
    expect(marked).to_contain_text("DG-77-2026")
    expect(page.get_by_role("main")).to_contain_text(TEXT)
    expect(page.get_by_role("main")).to_contain_text(STATEMENT)
    expect(page.get_by_role("main")).not_to_contain_text(focal_point.username)


def test_what_is_contested_comes_back_to_who_transcribed_it(make_page):
    update = make.transcribed_update()
    transcriber = update.letter.recorded_by
    workflow.submit_letter(update.letter, make.seen_versions(update), by=transcriber)

    contesting = make_page(make.focal_point(agency=update.agency))
    contesting.goto("/gestion/")
    contesting.get_by_role("link", name="Leer y confirmar").click()
    contesting.locator("textarea[name=reason]").fill("Son doce talleres.")
    contesting.locator("input[name=contest]").click()
    expect(contesting.locator(".messagelist .success")).to_be_visible()

    writing = make_page(transcriber)
    writing.goto(reverse("admin:letters"))
    writing.get_by_role("link", name=update.letter.reference).click()
    expect(writing.locator(".notice--returned")).to_contain_text("Son doce talleres.")
