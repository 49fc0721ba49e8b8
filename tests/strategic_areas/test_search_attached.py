"""The search in records other than reports, and which of them it never finds."""

import pytest
from django.db.models import QuerySet

from strategic_areas import workflow
from strategic_areas.models import Evidence
from tests import factories
from tests.strategic_areas.test_search import WORD, ask, both, found, paths

pytestmark = pytest.mark.django_db

TITLE = {"title_es": f"Acta de la {WORD}", "title_en": f"Minutes of the {WORD}"}


def source():
    return factories.make_source(title=f"Informe de la {WORD}")


def with_evidence(make=factories.make_update, **fields):
    """A draft with a piece of evidence that bears the word."""
    update = make(**fields)
    return update, factories.make_evidence(update, **TITLE)


def publish(update, *cleared):
    workflow.submit(update, by=update.contributors.get())
    workflow.publish(update, by=factories.make_reviewer(), evidence=cleared)
    return update


def cleared(make=factories.make_update, **fields):
    """A published account with a cleared piece of evidence."""
    update, item = with_evidence(make, **fields)
    return publish(update, item)


def rest_on_source(make, **fields):
    record = make(**fields)
    record.sources.add(source())


def make_participation():
    agency = factories.make_agency()
    return factories.make_participation(plan=factories.make_plan(), agency=agency)


def declared_on_source():
    draft = factories.make_declaration()
    draft.sources.add(source())
    publish(draft)


PUBLIC = {
    "evidence": ("evidence", cleared),
    "evidence of a declaration": (
        "evidence",
        lambda: cleared(factories.make_declaration),
    ),
    "archive": (
        "evidence",
        lambda: publish_archive(archive_office=f"Oficina {WORD}", archive_number="7"),
    ),
    "source of a commitment": (
        "source",
        lambda: rest_on_source(factories.make_commitment),
    ),
    "source of an activity": (
        "source",
        lambda: rest_on_source(factories.make_activity),
    ),
    "source of an update": (
        "source",
        lambda: factories.make_record_update(sources=[source()]),
    ),
    "source of a declaration": ("source", declared_on_source),
    "source of a part": ("source", lambda: rest_on_source(make_participation)),
    "source of a law": ("source", lambda: rest_on_source(factories.make_law)),
    "source of a line": ("source", lambda: rest_on_source(factories.make_help_line)),
    "source of later work": (
        "source",
        lambda: rest_on_source(factories.make_later_activity),
    ),
    "source of a rating": ("source", lambda: rest_on_source(factories.make_tier)),
    "source of a discrepancy": (
        "source",
        lambda: rest_on_source(factories.make_discrepancy),
    ),
    "correction asked for": (
        "correction",
        lambda: factories.make_correction_request(**both("asked")),
    ),
    "correction decided": (
        "correction",
        lambda: factories.make_correction_request(
            **both("decision"), outcome="kept", decided_on="2026-03-09"
        ),
    ),
    "disputed commitment": (
        "agency",
        lambda: dispute(factories.make_commitment(provenance="press")),
    ),
    "disputed activity": (
        "agency",
        lambda: dispute(factories.make_activity(provenance="press")),
    ),
    "disputed update": ("agency", lambda: dispute(factories.make_record_update())),
}


def publish_archive(**fields):
    update = factories.make_update()
    return publish(update, factories.make_evidence(update, **fields))


def dispute(record):
    return factories.make_approved_dispute(record, **both("text"))


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("name", PUBLIC)
def test_what_stands_beside_a_record_is_found_where_it_is_shown(client, name, language):
    kind, make = PUBLIC[name]
    make()

    (path,) = paths(client, "Zanahorias", language)

    page = client.get(path.partition("#")[0])
    mark = path.partition("#")[2]
    assert list(found(client, language=language)) == [kind]
    assert WORD in page.content.decode()
    assert not mark or f'id="{mark}"' in page.content.decode()


def withdrawn():
    update = cleared()
    workflow.withdraw(update, by=factories.make_reviewer(), reason="Otro año.")


def replaced():
    update = cleared()
    revision = factories.make_correction(update)
    revision.evidences.all().delete()
    publish(revision)


def reserved():
    update, item = with_evidence(
        is_reserved=True,
        reserved_reason="Caso abierto.",
        reserved_legal_basis="Ley 200-04, art. 17",
    )
    update.sources.add(source())
    publish(update, item)
    QuerySet(Evidence).filter(pk=item.pk).update(is_public=True)


def removed():
    update = factories.make_update()
    item = factories.make_evidence(update, **TITLE)
    QuerySet(Evidence).filter(pk=item.pk).update(kind="removed", url="")
    publish(update, item)


def in_preparation():
    plan = factories.make_plan(status="in_preparation")
    programme = factories.make_programme(area=factories.make_area(plan=plan))
    commitment = factories.make_commitment(programme=programme)
    activity = factories.make_activity(commitment=commitment)
    for record in (
        commitment,
        activity,
        factories.make_participation(plan=plan, agency=factories.make_agency()),
        factories.make_later_activity(plan=plan),
        factories.make_discrepancy(plan=plan),
        factories.make_tier(plan=plan),
    ):
        record.sources.add(source())
    factories.make_record_update(activity=activity, sources=[source()])
    update = factories.make_update(
        activity=activity, period=factories.make_round(plan=plan)
    )
    cleared(lambda: update)


def superseded():
    old = factories.make_commitment(provenance="press")
    rest_on_source(lambda: old)
    dispute(old)
    factories.make_commitment(plan=old.plan).supersedes.add(old)


def disputed_and_withdrawn():
    update = factories.make_record_update()
    dispute(update)
    workflow.withdraw(update, by=factories.make_reviewer(), reason="Otro año.")


def draft_with_all():
    update, item = with_evidence()
    update.sources.add(source())
    QuerySet(Evidence).filter(pk=item.pk).update(is_public=True)


HIDDEN = {
    "internal evidence": lambda: publish(with_evidence()[0]),
    "evidence of a withdrawn account": withdrawn,
    "evidence of a replaced account": replaced,
    "what a reserved account rests on": reserved,
    "evidence that was removed": removed,
    "what a draft rests on": draft_with_all,
    "plan in preparation": in_preparation,
    "source of nothing": source,
    "source of a hidden line": lambda: rest_on_source(
        factories.make_help_line, confirm_before_publishing=True
    ),
    "superseded": superseded,
    "dispute of a withdrawn account": disputed_and_withdrawn,
    "dispute that waits": lambda: factories.make_dispute(
        factories.make_commitment(provenance="press"), **both("text")
    ),
    "correction that waits": lambda: factories.make_change(
        factories.make_correction_request(), **both("asked")
    ),
}


@pytest.mark.parametrize("name", HIDDEN)
def test_what_no_page_shows_beside_a_record_is_never_found(client, name):
    HIDDEN[name]()

    answer = ask(client, WORD).context["answer"]

    assert [each.kind for each in answer.groups] == []
    assert answer.instead == ""


def test_a_source_of_many_records_is_found_once(client):
    plan, shared = factories.make_plan(), source()
    commitment = factories.make_commitment(plan=plan)
    commitment.sources.add(shared)
    for _ in range(3):
        activity = factories.make_activity(commitment=commitment)
        activity.sources.add(shared)
        factories.make_record_update(activity=activity, sources=[shared])

    assert found(client) == {"source": [str(shared.pk)]}
    assert paths(client) == [commitment.get_absolute_url(language="es")]
