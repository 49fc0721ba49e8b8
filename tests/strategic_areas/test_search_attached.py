"""The search in records other than reports, and which of them it never finds."""

from functools import partial
from itertools import product

import pytest
from django.db.models import QuerySet

from strategic_areas import workflow
from strategic_areas.models import Evidence
from tests import make
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

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def title(word=WORD):
    return {"title_es": f"Acta de la {word}", "title_en": f"Minutes of the {word}"}


def source(word=WORD):
    return make.source(title=f"Informe de la {word}")


def with_evidence(maker=make.update, word=WORD, **fields):
    """A draft with a piece of evidence that bears the word."""
    update = maker(**fields)
    return update, make.evidence(update, **title(word))


def cleared(maker=make.update, word=WORD, **fields):
    """A published account with a cleared piece of evidence."""
    update, item = with_evidence(maker, word, **fields)
    return make.publish(update, evidence=[item])


def rest_on_source(maker, word=WORD, **fields):
    record = maker(**fields)
    record.sources.add(source(word))


def declared_on_source(word):
    draft = make.declaration()
    draft.sources.add(source(word))
    make.publish(draft)


#: Records that rest on a source, and rows that their agency does not acknowledge.
CITING = {
    "commitment": make.commitment,
    "activity": make.activity,
    "part": lambda: make.participation(plan=make.plan(), agency=make.agency()),
    "law": make.law,
    "line": make.help_line,
    "later work": make.later_activity,
    "rating": make.tier,
    "discrepancy": make.discrepancy,
}
DISPUTED = {
    "commitment": lambda: make.commitment(provenance="press"),
    "activity": lambda: make.activity(provenance="press"),
    "update": make.record_update,
}
#: What is made → the kind of what is found, and how it is made to hold a word.
PUBLIC = {
    "evidence": ("evidence", lambda word: cleared(word=word)),
    "evidence of a declaration": (
        "evidence",
        lambda word: cleared(make.declaration, word),
    ),
    "archive": (
        "evidence",
        lambda word: publish_archive(
            archive_office=f"Oficina {word}", archive_number="7"
        ),
    ),
    "source of an update": (
        "source",
        lambda word: make.record_update(sources=[source(word)]),
    ),
    "source of a declaration": ("source", declared_on_source),
    "correction asked for": (
        "correction",
        lambda word: make.correction_request(**both("asked", word)),
    ),
    "correction decided": (
        "correction",
        lambda word: make.correction_request(
            **both("decision", word), outcome="kept", decided_on="2026-03-09"
        ),
    ),
    **{
        f"source of: {name}": ("source", partial(rest_on_source, maker))
        for name, maker in CITING.items()
    },
    **{
        f"disputed {name}": ("agency", lambda word, maker=maker: dispute(maker(), word))
        for name, maker in DISPUTED.items()
    },
}


def publish_archive(**fields):
    update = make.update()
    return make.publish(update, evidence=[make.evidence(update, **fields)])


def dispute(record, word=WORD):
    return make.approved_dispute(record, **both("text", word))


def test_what_stands_beside_a_record_is_found_where_it_is_shown(client):
    words = dict(zip(PUBLIC, WORDS, strict=False))
    for name, (_kind, maker) in PUBLIC.items():
        maker(words[name])

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
    workflow.withdraw(update, by=make.reviewer(), cause="error")


def replaced():
    update = cleared()
    revision = make.correction(update)
    revision.evidences.all().delete()
    make.publish(revision)


def reserved():
    update, item = with_evidence(
        is_reserved=True,
        reserved_reason="Caso abierto.",
        reserved_legal_basis="Ley 200-04, art. 17",
    )
    update.sources.add(source())
    make.publish(update, evidence=[item])
    QuerySet(Evidence).filter(pk=item.pk).update(is_public=True)


def removed():
    update = make.update()
    item = make.evidence(update, **title())
    QuerySet(Evidence).filter(pk=item.pk).update(kind="removed", url="")
    make.publish(update, evidence=[item])


def in_preparation():
    plan = make.plan(status="in_preparation")
    programme = make.programme(area=make.area(plan=plan))
    commitment = make.commitment(programme=programme)
    activity = make.activity(commitment=commitment)
    for record in (
        commitment,
        activity,
        make.participation(plan=plan, agency=make.agency()),
        make.later_activity(plan=plan),
        make.discrepancy(plan=plan),
        make.tier(plan=plan),
    ):
        record.sources.add(source())
    make.record_update(activity=activity, sources=[source()])
    update = make.update(activity=activity, period=make.round(plan=plan))
    cleared(lambda: update)


def superseded():
    old = make.commitment(provenance="press")
    rest_on_source(lambda: old)
    dispute(old)
    make.commitment(plan=old.plan).supersedes.add(old)


def disputed_and_withdrawn():
    update = make.record_update()
    dispute(update)
    workflow.withdraw(update, by=make.reviewer(), cause="error")


def draft_with_all():
    update, item = with_evidence()
    update.sources.add(source())
    QuerySet(Evidence).filter(pk=item.pk).update(is_public=True)


HIDDEN = {
    "internal evidence": lambda: make.publish(with_evidence()[0]),
    "evidence of a withdrawn account": withdrawn,
    "evidence of a replaced account": replaced,
    "what a reserved account rests on": reserved,
    "evidence that was removed": removed,
    "what a draft rests on": draft_with_all,
    "plan in preparation": in_preparation,
    "source of nothing": source,
    "source of a hidden line": lambda: rest_on_source(
        make.help_line, confirm_before_publishing=True
    ),
    "superseded": superseded,
    "dispute of a withdrawn account": disputed_and_withdrawn,
    "dispute that waits": lambda: make.dispute(
        make.commitment(provenance="press"), **both("text")
    ),
    "correction that waits": lambda: make.change(
        make.correction_request(), **both("asked")
    ),
}


def test_what_no_page_shows_beside_a_record_is_never_found(client):
    for maker in HIDDEN.values():
        maker()

    answer = ask(client, WORD).context["answer"]

    assert paths(client) == []
    assert [each.kind for each in answer.groups] == []


def test_a_source_of_many_records_is_found_once(client):
    plan, shared = make.plan(), source()
    commitment = make.commitment(plan=plan)
    commitment.sources.add(shared)
    for _ in range(3):
        activity = make.activity(commitment=commitment)
        activity.sources.add(shared)
        make.record_update(activity=activity, sources=[shared])

    assert found(client) == {"source": [f"source-{shared.pk}"]}
    assert paths(client) == [commitment.get_absolute_url(language="es")]
