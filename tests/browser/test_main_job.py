"""The portal's main job as people do it: report, return, mend, publish, read."""

import json
import re

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from strategic_areas.models import Activity, ActivityUpdate
from strategic_areas.public_paths import public_path
from tests.browser.windows import sign_in
from tests.strategic_areas.plans.kept import load_shipped

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
