"""Evidence of kinds that were once taken stays readable, and goes as all other does."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from strategic_areas import evidence, purging, workflow
from strategic_areas.evidence.cleaning import CleanFile
from strategic_areas.evidence.storage import evidence_storage
from strategic_areas.models import Evidence
from strategic_areas.public_paths import public_path
from tests import make
from tests.strategic_areas.test_evidence import contents, save, staff_address, status_of
from tests.uploads import make_pdf

pytestmark = pytest.mark.django_db

_open = "application/vnd.openxmlformats-officedocument"
TYPES = {
    "Acta.docx": f"{_open}.wordprocessingml.document",
    "Lista.xlsx": f"{_open}.spreadsheetml.sheet",
    "Tabla.csv": "text/csv; charset=utf-8",
}


def plant(update, name):
    """A file as a portal in use has stored it."""
    item = make.evidence(update)
    evidence.attach_file(item, CleanFile(name, TYPES[name], name.encode()))
    item.url = ""
    item.save()
    return item


@pytest.mark.parametrize("name", TYPES)
def test_everybody_saves_it_while_its_report_is_published(client, name):
    update = make.submitted_update()
    item = plant(update, name)
    workflow.publish(update, by=make.reviewer(), evidence=[item])

    response = client.get(public_path("evidence", item.token))
    page = client.get(update.activity.commitment.get_absolute_url()).content.decode()

    assert contents(response) == name.encode()
    assert response.headers["Content-Type"] == TYPES[name]
    assert response.headers["Content-Disposition"].endswith(name)
    assert name.rpartition(".")[2].upper() in page
    workflow.withdraw(update, by=make.reviewer(), cause="error")
    assert status_of(client, public_path("evidence", item.token)) == 404
    assert evidence_storage().exists(item.token)


@pytest.mark.parametrize("name", TYPES)
def test_a_draft_keeps_it_beside_a_new_file(client, name):
    update = make.update()
    item = plant(update, name)
    client.force_login(update.contributors.get())
    row = {"id": item.pk, "activity_update": update.pk}
    taken = save(
        client,
        update,
        row,
        {"upload": SimpleUploadedFile("Acta.pdf", make_pdf())},
        initial=1,
    )

    assert taken.status_code == 302
    assert update.evidences.count() == 2
    assert contents(client.get(staff_address(item))) == name.encode()


def test_a_correction_takes_it_along():
    update = make.submitted_update()
    item = plant(update, "Acta.docx")
    workflow.publish(update, by=make.reviewer(), evidence=[item])

    assert make.correction(update).evidences.get().file.name == item.file.name


@pytest.mark.parametrize("name", TYPES)
@pytest.mark.django_db(transaction=True)
def test_a_purge_removes_it(name):
    item = plant(make.update(), name)
    token = item.token

    asked = purging.request_purge("", by=make.reviewer(), files=[token])
    purging.confirm(asked, by=make.reviewer())

    assert not evidence_storage().exists(token)
    assert Evidence.objects.get().kind == Evidence.Kind.REMOVED
