"""Introduction and conclusions of a report: by two people, guarded, taken away."""

import io
import json
from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import override
from docx import Document

from agencies.access import RefusedError
from strategic_areas import purging, triggers, workflow
from strategic_areas.desk.report import round_report, sections
from strategic_areas.disclosure import MARKER
from strategic_areas.models import (
    Edition,
    PendingChange,
    Purge,
    PurgedText,
    SecretariatTexts,
    Takedown,
)
from strategic_areas.purging import blanking
from tests import make
from tests.crawling import text_of
from tests.public_site import data_files

pytestmark = pytest.mark.django_db

SAID = {
    "introduction_es": "Este año zarparon las oficinas.\n\nFaltan dos.",
    "conclusions_es": "Se pudo zarpar a tiempo.",
}
HEADINGS = ["Introducción", "Conclusiones"]
MIGRATION = "strategic_areas.migrations.0004_name_secretariat_texts"


@pytest.fixture
def rounds():
    return make.told_rounds()


@pytest.fixture
def texts():
    return make.secretariat_texts(**SAID)


def address_of(name, rounds):
    since, period = rounds
    return f"{reverse(f'admin:{name}', args=[period.pk])}?since={since.code}"


def report_of(period, since=""):
    return sections.build_round_document(
        round_report.load_round_report(period, timezone.localdate(), since)
    )


def said_in(report):
    """Heading → paragraphs of the sections that the secretariat wrote."""
    return {x.heading: x.blocks for x in report.sections if x.heading in HEADINGS}


def everywhere(client, rounds):
    """The words of the page and of the document, as a reviewer gets them."""
    client.force_login(make.reviewer())
    page = client.get(address_of("round_report", rounds))
    written = Document(
        io.BytesIO(client.get(address_of("round_document", rounds)).content)
    )
    said = [each.text for each in written.paragraphs]
    return text_of(page.content), "\n".join(said)


def test_the_words_of_one_person_are_nowhere_until_another_approves(client, rounds):
    author = make.reviewer()
    client.force_login(author)

    answer = client.post(address_of("report_words", rounds), SAID)

    change = PendingChange.objects.get()
    assert answer.url == reverse("admin:approval", args=[change.pk])
    assert [x for x in everywhere(client, rounds) if "arpar" in x] == []
    with pytest.raises(RefusedError):
        workflow.approve(change, by=author)
    assert said_in(report_of(rounds[1])) == {}
    workflow.approve(change, by=make.reviewer())
    page, document = everywhere(client, rounds)
    for told in ("zarparon las oficinas", "zarpar a tiempo", "Coordinación"):
        assert (told in page, told in document) == (True, True)


def test_each_text_is_a_section_by_lines_with_its_author(texts):
    report = report_of(texts.period)

    assert said_in(report) == {
        "Introducción": (
            "Este año zarparon las oficinas.",
            "Faltan dos.",
            "Coordinación",
        ),
        "Conclusiones": ("Se pudo zarpar a tiempo.", "Coordinación"),
    }
    assert [report.sections[0].heading, report.sections[-1].heading] == HEADINGS
    # It does not say that it holds nothing else than the public portal.
    assert dict(report.facts)["Nota"] == (
        "Salvo las palabras de la Coordinación, contiene lo que dice el portal público."
    )


def test_a_report_without_words_has_no_heading_for_them(client, rounds):
    page, document = everywhere(client, rounds)

    for heading in HEADINGS:
        assert f"<h2>{heading}" not in page
        assert heading not in document.splitlines()


def test_words_stand_in_the_report_of_their_own_span_alone(texts):
    days = {"closes_on": timezone.localdate() - timedelta(days=1)}
    later = make.round(
        plan=texts.period.plan, **days, due_on=days["closes_on"], ends_on="2026-03-31"
    )

    assert said_in(report_of(later, texts.period.code)) == {}
    assert said_in(report_of(later, texts.since.code)) == {}


def test_english_stands_in_the_english_report_and_else_the_spanish():
    texts = make.secretariat_texts(introduction_en="A year.", **SAID)

    with override("en"):
        told = {x.heading: x.blocks for x in report_of(texts.period).sections}

    assert told["Introduction"] == ("A year.", "Secretariat")
    assert told["Conclusions"] == ("Se pudo zarpar a tiempo.", "Secretariat")


@pytest.mark.parametrize(
    "refused",
    [
        *({name: "Se dijo a 001-1234567-8."} for name in SAID),
        {"introduction_es": "Se atendió a tres víctimas."},
    ],
)
def test_they_identify_nobody_and_count_nobody_beside_work_with_victims(
    client, reviewer, rounds, refused
):
    make.activity(plan=rounds[0].plan, kind="continuing", counts_victims=True)
    texts = SAID | refused | {"warnings_read": "on"}

    answer = client.post(address_of("report_words", rounds), texts)

    assert (answer.status_code, PendingChange.objects.count()) == (422, 0)


def test_what_may_name_somebody_is_sent_only_once_it_was_read(client, reviewer, rounds):
    texts = SAID | {"conclusions_es": "Lo dijo la señora Altagracia Quezada Brito."}

    answers = [
        client.post(address_of("report_words", rounds), texts | read)
        for read in ({}, {"warnings_read": "on"})
    ]

    assert [each.status_code for each in answers] == [422, 302]


@pytest.mark.parametrize("is_confirmed", [False, True])
def test_a_purge_of_words_reaches_them(client, texts, is_confirmed):
    asked = purging.request_purge("zarparon las oficinas", by=make.reviewer())
    if is_confirmed:
        purging.confirm(asked, by=make.reviewer())

    shown = everywhere(client, [texts.since, texts.period])

    assert [x for x in shown if "zarparon" in x] == []
    texts.refresh_from_db()
    assert said_in(report_of(texts.period))["Introducción"] == (
        "[este texto se retiró]",
        "Coordinación",
    )
    assert texts.introduction_es == MARKER
    if is_confirmed:
        parts = [x.after for x in PendingChange.objects.get().records.all()]
        assert "zarparon" not in str(parts)


def test_hidden_words_leave_the_page_and_the_document(client, texts):
    make.takedown(texts)
    shown = everywhere(client, [texts.since, texts.period])

    assert [x for x in shown if "arpar" in x] == []


def test_what_is_stored_by_their_former_name_finds_them(
    client, reviewer, texts, tmp_path
):
    """The migration renames takedowns and purges; lists beside backups stay."""
    hidden, former = make.takedown(texts), "strategic_areas.reportwords"
    place = {"model": former, "row": texts.pk, "field": "introduction_es"}
    listed = json.dumps({"at": hidden.proposed_at.isoformat(), **place})
    (tmp_path / blanking.LIST_NAME).write_text(listed, encoding="utf-8")
    triggers.drop()
    Takedown.objects.update(rows={f"{former}:{texts.pk}": {}})
    purged = PurgedText.objects.create(purge=make.purge(), **place)

    import_module(MIGRATION).rename_in_takedowns_and_purges(apps, None)

    assert Takedown.objects.hiding(texts).get() == hidden
    assert purged.purge.counts == [(SecretariatTexts, 1)]
    at = {"decided_at": hidden.proposed_at, "decided_by": make.reviewer()}
    Purge.objects.update(status="approved", phrases="", **at)
    assert blanking.write_purge_list(tmp_path) == 1
    assert blanking.blank_again(tmp_path, hidden.proposed_at) == 1
    assert client.get(f"/gestion/retirar/reportwords/{texts.pk}/").status_code == 200


def test_later_words_replace_these_and_tell_what_stood(client, reviewer, texts):
    address = address_of("report_words", [texts.since, texts.period])
    client.post(address, SAID | {"conclusions_es": "Otra cosa."})
    change = PendingChange.objects.waiting().get()

    workflow.approve(change, by=make.reviewer())

    assert said_in(report_of(texts.period))["Conclusiones"][0] == "Otra cosa."
    assert change.records.get().before == {"conclusions_es": "Se pudo zarpar a tiempo."}


def test_one_text_waits_and_the_second_stays_on_screen(client, reviewer, rounds):
    client.post(address_of("report_words", rounds), SAID)

    answer = client.post(
        address_of("report_words", rounds), SAID | {"introduction_es": "Otra entrada."}
    )

    assert PendingChange.objects.count() == 1
    assert "Otra entrada." in answer.content.decode()


def test_words_need_two_editions_and_the_secretariat(client, reviewer, rounds):
    since, period = rounds
    pages = [reverse("admin:report_words", args=[x.pk]) for x in (since, period)]
    assert [client.get(page).status_code for page in pages] == [404, 200]

    for user in (make.focal_point(), make.administrator()):
        client.force_login(user)
        answers = [client.get(pages[1]), client.post(pages[1], SAID)]
        assert [each.status_code for each in answers] == [403, 403]
        with pytest.raises(RefusedError):
            workflow.propose(
                SecretariatTexts(period=period, since=since, **SAID), by=user
            )


def test_no_public_file_holds_them(client, texts):
    assert [
        path for path in data_files() if "arpar" in text_of(b"".join(client.get(path)))
    ] == []


def test_a_report_has_one_row_of_words_and_none_without_spanish(texts):
    fields = {"period": texts.period, "since": texts.since}
    for row in (fields | SAID, {"period": texts.since, "since": texts.period}):
        with pytest.raises(IntegrityError), transaction.atomic():
            SecretariatTexts.objects.create(**row)


@pytest.mark.parametrize(
    ("days", "title"), [(334, "Informe anual"), (333, "Informe del {start} al {end}")]
)
def test_a_report_of_eleven_months_is_that_of_a_year(rounds, days, title):
    start = timezone.localdate()
    end = start + timedelta(days=days)
    period = make.round(
        **{"plan": rounds[0].plan, "ends_on": "2026-12-31"},
        **{"opens_on": start, "due_on": end, "closes_on": end},
    )

    report = sections.build_round_document(
        round_report.load_round_report(period, end, rounds[0].code)
    )

    names = {
        name: date_format(day, "DATE_FORMAT")
        for name, day in (("start", start), ("end", end))
    }
    assert report.title == title.format(**names)


def test_the_report_says_from_which_edition_to_which_it_goes(rounds):
    since, period = rounds
    before, last = (Edition.objects.get(period=each) for each in rounds)

    assert dict(report_of(period).facts)["Abarca"] == (
        f"de la edición {before} ({since.name}) a la edición {last} ({period.name})"
    )
    first = report_of(since)
    assert (first.title, "Abarca" in dict(first.facts)) == ("Cómo va el plan", False)
