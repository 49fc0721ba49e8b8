"""The portal's main job as people do it: report, also by letter, review, read."""

import json
import re

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from strategic_areas import workflow
from strategic_areas.models import (
    Activity,
    ActivityUpdate,
    CommitmentUpdate,
    Submission,
)
from strategic_areas.public_paths import public_path
from tests import make
from tests.browser.windows import sign_in
from tests.strategic_areas.plans.kept import load_shipped
from tests.uploads import make_pdf

pytestmark = pytest.mark.django_db(transaction=True)


TEXT = "Se revisaron los expedientes del primer semestre."


@pytest.fixture
def accounts(transactional_db, settings, tmp_path):
    """The shipped plan, an open demonstration round, its accounts by role."""
    settings.VAR_DIR = tmp_path
    load_shipped()
    call_command("open_demonstration")
    entries = json.loads((tmp_path / "demo-accounts.json").read_text())
    by_role = {}
    for entry in entries:
        by_role.setdefault(entry["role"], []).append(entry)
    return by_role


def enter(page, account):
    page.goto("/gestion/")
    sign_in(page, account["username"], account["password"])


def row_of(page, code):
    return page.locator("details.row", has=page.get_by_text(code, exact=True))


def write_in_row(page, code, *, percent, text):
    """In the row that the desk opened on the sheet; it says that it is saved."""
    row = row_of(page, code)
    row.get_by_label("Porcentaje completado").fill(str(percent))
    row.get_by_label("Qué se hizo").fill(text)
    row.get_by_role("button", name="Guardar y siguiente").click()
    expect(row_of(page, code)).to_have_attribute("data-state", "ready")


def send_all(page):
    page.get_by_role("link", name="Revisar y enviar todo").click()
    page.get_by_role("button", name="Enviar todo a revisión").click()
    expect(page.locator(".receipt")).to_be_visible()


def test_a_report_is_written_returned_mended_published_and_read(windows, accounts):
    focal_point, stranger = accounts["focal_point"]
    reviewer = accounts["reviewer"][0]
    code = (
        Activity.objects.filter(agency__acronym=focal_point["agency"], kind="one_off")
        .exclude(updates__execution="completed")
        .first()
        .code
    )
    foreign = Activity.objects.filter(agency__acronym=stranger["agency"]).first()

    page, reviewing = windows.take(), windows.take()
    enter(page, focal_point)
    expect(page.get_by_role("row", name=re.compile(re.escape(code)))).to_be_visible()
    expect(page.get_by_text(foreign.code)).to_have_count(0)
    page.get_by_role("link", name=f"Reportar {code}").click()
    write_in_row(page, code, percent=60, text="Se revisó.")
    send_all(page)

    enter(reviewing, reviewer)
    reviewing.get_by_role("link", name=f"Leer {code}").click()
    reviewing.get_by_label("Motivo de la devolución").fill("Diga qué expedientes.")
    reviewing.get_by_role("button", name="Devolver a la institución").click()
    expect(reviewing.locator(".messagelist .success")).to_be_visible()

    page.goto("/gestion/")
    page.get_by_role("link", name=f"Corregir {code}").click()
    expect(row_of(page, code)).to_contain_text("Diga qué expedientes.")
    write_in_row(page, code, percent=60, text=TEXT)
    send_all(page)

    reviewing.goto("/gestion/")
    reviewing.get_by_role("link", name=f"Leer {code}").click()
    reviewing.get_by_role("button", name="Publicar").click()
    expect(reviewing.locator(".messagelist .success")).to_be_visible()

    commitment = Activity.objects.get(code=code).commitment
    for language, mark in (("es", "Demostración"), ("en", "Demonstration")):
        page.goto(commitment.get_absolute_url(language=language))
        main = page.get_by_role("main")
        expect(main).to_contain_text(TEXT, timeout=2_000)
        expect(main).to_contain_text(re.compile(r"60\s*%"))
        expect(main).to_contain_text(mark)

    [update] = ActivityUpdate.objects.filter(narrative_es=TEXT)
    page_of_it = public_path(
        "update", commitment.plan.code, update.public_id, language="es"
    )
    told = f'main a[href^="{page_of_it}"]'
    page.goto(f"/{commitment.plan.code}/avances/")
    expect(page.locator(told)).to_be_visible()


STATEMENT = "El protocolo está aprobado y en uso en todas las fiscalías."
WORK = "Se dictaron doce talleres en las escuelas."


def test_a_letter_is_transcribed_confirmed_and_read(page, make_page):
    activity = make.activity()
    period = make.round(plan=activity.plan)
    focal_point = make.focal_point(agency=activity.agency)
    today = timezone.localdate().isoformat()

    writing = make_page(make.reviewer(), "/gestion/")
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
    row.locator(".row-form textarea[name=narrative_es]").fill(WORK)
    row.locator(".row-save input[name=save]").click()
    declared = writing.locator(f"#compromiso-{activity.commitment.pk}")
    declared.locator("summary").first.click()
    declared.locator("input[name=result][value=fulfilled]").check()
    declared.locator("textarea[name=statement_es]").fill(STATEMENT)
    declared.locator("input[name=save]").click()
    writing.locator("input[name=send]").click()
    expect(writing.locator(".messagelist .success")).to_be_visible()

    confirming = make_page(focal_point, "/gestion/")
    confirming.get_by_role("link", name="Leer y confirmar").click()
    expect(confirming.locator("body")).to_contain_text(WORK)
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
    expect(page.get_by_role("main")).to_contain_text(WORK)
    expect(page.get_by_role("main")).to_contain_text(STATEMENT)
    expect(page.get_by_role("main")).not_to_contain_text(focal_point.username)


def test_what_is_contested_comes_back_to_who_transcribed_it(make_page):
    update = make.transcribed_update()
    transcriber = update.letter.recorded_by
    workflow.submit_letter(update.letter, make.seen_versions(update), by=transcriber)

    contesting = make_page(make.focal_point(agency=update.agency), "/gestion/")
    contesting.get_by_role("link", name="Leer y confirmar").click()
    contesting.locator("textarea[name=reason]").fill("Son doce talleres.")
    contesting.locator("input[name=contest]").click()
    expect(contesting.locator(".messagelist .success")).to_be_visible()

    writing = make_page(transcriber, reverse("admin:letters"))
    writing.get_by_role("link", name=update.letter.reference).click()
    expect(writing.locator(".notice--returned")).to_contain_text("Son doce talleres.")


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
