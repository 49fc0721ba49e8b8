"""The search in records other than reports, and which of them it never finds."""

from itertools import product

import pytest
from django.db.models import QuerySet

from strategic_areas import workflow
from strategic_areas.models import Evidence
from tests import factories
from tests.deep import drawn
from tests.strategic_areas.test_search import (
    WORD,
    WORDS,
    ask,
    both,
    found,
    hits_of,
    paths,
)

pytestmark = pytest.mark.django_db


def title(word=WORD):
    return {"title_es": f"Acta de la {word}", "title_en": f"Minutes of the {word}"}


def source(word=WORD):
    return factories.make_source(title=f"Informe de la {word}")


def with_evidence(make=factories.make_update, word=WORD, **fields):
    """A draft with a piece of evidence that bears the word."""
    update = make(**fields)
    return update, factories.make_evidence(update, **title(word))


def publish(update, *cleared):
    workflow.submit(update, by=update.contributors.get())
    workflow.publish(update, by=factories.make_reviewer(), evidence=cleared)
    return update


def cleared(make=factories.make_update, word=WORD, **fields):
    """A published account with a cleared piece of evidence."""
    update, item = with_evidence(make, word, **fields)
    return publish(update, item)


def rest_on_source(make, word=WORD, **fields):
    record = make(**fields)
    record.sources.add(source(word))


def make_participation():
    agency = factories.make_agency()
    return factories.make_participation(plan=factories.make_plan(), agency=agency)


def declared_on_source(word):
    draft = factories.make_declaration()
    draft.sources.add(source(word))
    publish(draft)


#: What is made → the kind of what is found, and how it is made to hold a word.
PUBLIC = {
    "evidence": ("evidence", lambda word: cleared(word=word)),
    "evidence of a declaration": (
        "evidence",
        lambda word: cleared(factories.make_declaration, word),
    ),
    "archive": (
        "evidence",
        lambda word: publish_archive(
            archive_office=f"Oficina {word}", archive_number="7"
        ),
    ),
    "source of a commitment": (
        "source",
        lambda word: rest_on_source(factories.make_commitment, word),
    ),
    "source of an activity": (
        "source",
        lambda word: rest_on_source(factories.make_activity, word),
    ),
    "source of an update": (
        "source",
        lambda word: factories.make_record_update(sources=[source(word)]),
    ),
    "source of a declaration": ("source", declared_on_source),
    "source of a part": (
        "source",
        lambda word: rest_on_source(make_participation, word),
    ),
    "source of a law": (
        "source",
        lambda word: rest_on_source(factories.make_law, word),
    ),
    "source of a line": (
        "source",
        lambda word: rest_on_source(factories.make_help_line, word),
    ),
    "source of later work": (
        "source",
        lambda word: rest_on_source(factories.make_later_activity, word),
    ),
    "source of a rating": (
        "source",
        lambda word: rest_on_source(factories.make_tier, word),
    ),
    "source of a discrepancy": (
        "source",
        lambda word: rest_on_source(factories.make_discrepancy, word),
    ),
    "correction asked for": (
        "correction",
        lambda word: factories.make_correction_request(**both("asked", word)),
    ),
    "correction decided": (
        "correction",
        lambda word: factories.make_correction_request(
            **both("decision", word), outcome="kept", decided_on="2026-03-09"
        ),
    ),
    "disputed commitment": (
        "agency",
        lambda word: dispute(factories.make_commitment(provenance="press"), word),
    ),
    "disputed activity": (
        "agency",
        lambda word: dispute(factories.make_activity(provenance="press"), word),
    ),
    "disputed update": (
        "agency",
        lambda word: dispute(factories.make_record_update(), word),
    ),
}


def publish_archive(**fields):
    update = factories.make_update()
    return publish(update, factories.make_evidence(update, **fields))


def dispute(record, word=WORD):
    return factories.make_approved_dispute(record, **both("text", word))


def test_what_stands_beside_a_record_is_found_where_it_is_shown(client):
    words = dict(zip(PUBLIC, WORDS, strict=False))
    for name, (_kind, make) in PUBLIC.items():
        make(words[name])

    for language, (name, word) in product(["es", "en"], words.items()):
        ((kind, hits),) = hits_of(f"{word.title()}s", language).items()
        assert (kind, len(hits)) == (PUBLIC[name][0], 1), name
        if language in drawn(["es", "en"], 1, key=name):
            address, _, mark = hits[0].partition("#")
            page = client.get(address).text
            assert word in page, (name, language)
            assert not mark or f'id="{mark}"' in page, (name, language)


def withdrawn():
    update = cleared()
    workflow.withdraw(update, by=factories.make_reviewer(), cause="error")


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
    item = factories.make_evidence(update, **title())
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
    workflow.withdraw(update, by=factories.make_reviewer(), cause="error")


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


def test_what_no_page_shows_beside_a_record_is_never_found(client):
    for make in HIDDEN.values():
        make()

    answer = ask(client, WORD).context["answer"]

    assert paths(client) == []
    assert [each.kind for each in answer.groups] == []


def test_a_source_of_many_records_is_found_once(client):
    plan, shared = factories.make_plan(), source()
    commitment = factories.make_commitment(plan=plan)
    commitment.sources.add(shared)
    for _ in range(3):
        activity = factories.make_activity(commitment=commitment)
        activity.sources.add(shared)
        factories.make_record_update(activity=activity, sources=[shared])

    assert found(client) == {"source": [f"source-{shared.pk}"]}
    assert paths(client) == [commitment.get_absolute_url(language="es")]
