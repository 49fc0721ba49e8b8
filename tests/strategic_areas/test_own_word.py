"""An agency's report is its own word: what others said stands beside, never in it."""

import pytest
from django.db import transaction
from django.urls import reverse

from strategic_areas import workflow
from strategic_areas.models import Activity, ActivityUpdate, AnswerKind
from strategic_areas.public_paths import public_path
from tests import make
from tests.world import TEXT

pytestmark = pytest.mark.django_db

PRESS = "La prensa contó un operativo."


def press(filler):
    period = make.period(plan=filler.plan, starts_on="2020-01-01", ends_on="2020-12-31")
    told = {"narrative_es": PRESS, "percent": 40}
    make.record_update(activity=filler.activity, period=period, **told)
    return "Lo dice una fuente pública"


def another_agency(filler):
    """What the agency reported that answered for the activity before."""
    Activity.objects.update(agency=make.agency(acronym="OTRA"))
    activity = Activity.objects.get()
    make.earlier_report(activity, narrative_es=PRESS)
    Activity.objects.update(agency=filler.agency)
    return "OTRA lo reportó"


OTHERS = [press, another_agency]


def row_of(filler):
    (shown,) = filler.client.get(filler.address("sheet")).context["rows"]
    return shown


def post(filler, **fields):
    keys = [filler.period.pk, filler.agency.slug, filler.activity.pk]
    return filler.client.post(reverse("admin:sheet_row", args=keys), fields)


@pytest.mark.parametrize("others", OTHERS)
def test_what_others_said_stands_beside_the_row_and_never_in_it(filler, others):
    said = others(filler)

    page = filler.client.get(filler.address("sheet"), headers={"accept-language": "es"})
    (shown,) = page.context["rows"]
    book = filler.download()

    assert shown.row.last.narrative_es == PRESS
    assert said in " ".join(page.content.decode().split())
    assert PRESS in page.content.decode()
    assert [form.helper.form_class.split("--")[-1] for form in shown.quick_forms] == [
        "no_news"
    ]
    assert [name for name in shown.form.fields if shown.form[name].value()] == []
    assert book.cell(filler.activity, "narrative_es").value is None
    assert book.cell(filler.activity, "last_text").value == PRESS


@pytest.mark.parametrize("others", OTHERS)
def test_an_untouched_row_is_refused_with_the_reason(filler, others):
    others(filler)
    before = ActivityUpdate.objects.count()

    for answer in ("reported", "same_as_before"):
        response = post(filler, answer=answer)

        (shown,) = response.context["rows"]
        assert shown.posted.errors, answer
        assert "Todavía no se ha dicho nada aquí" in response.content.decode(), answer
        assert ActivityUpdate.objects.count() == before, answer


def test_a_percent_alone_is_no_report(filler):
    press(filler)

    shown = post(filler, answer="reported", percent="60").context["rows"][0]

    assert set(shown.posted.errors) == {"narrative_es"}


def test_no_news_keeps_the_state_and_no_figure_of_others(filler):
    press(filler)

    post(filler, answer="no_news", no_news_reason_es="Se espera la firma.")

    update = ActivityUpdate.objects.get(period=filler.period)
    assert (update.execution, update.percent) == ("in_progress", None)
    assert update.narrative_es == ""


def test_a_workbook_repeats_only_the_agencys_own_report(filler):
    press(filler)
    book = filler.download().fill(
        filler.activity, answer="Igual que el período anterior"
    )

    line = filler.upload(book).context["outcomes"][0]

    assert [fault.name for fault in line.faults] == ["answer"]


def sent(filler, **fields):
    return make.submitted_update(
        **{
            "activity": filler.activity,
            "period": filler.period,
            "by": filler.user,
            "percent": 40,
            "narrative_es": TEXT,
            **fields,
        }
    )


#: What a report changes of the one before it, and whether it still says the same.
CHANGED = [
    ({}, True),
    ({"narrative_es": f" {TEXT}\r\n"}, True),
    ({"narrative_en": "Trained."}, True),
    ({"narrative_es": f"{TEXT} Y más."}, False),
    ({"percent": 41}, False),
    ({"people_reached": 30}, False),
    ({"answer": AnswerKind.NO_NEWS, "no_news_reason_es": "Nada."}, False),
    (
        {"is_reserved": True, "reserved_reason": "Sí.", "reserved_legal_basis": "Ley."},
        False,
    ),
]


def test_what_says_the_same_is_marked(filler):
    first = filler.published_before(starts_on="2023-01-01")
    filler.published_before()

    for changed, is_told in CHANGED:
        with transaction.atomic():
            update = sent(filler, **changed)
            transaction.set_rollback(True)

        expected = first.period.ends_on if is_told else None
        assert update.unchanged_since == expected, changed


def test_what_only_others_said_before_is_no_repetition(filler):
    press(filler)

    assert sent(filler, narrative_es=PRESS).unchanged_since is None


def test_it_is_compared_anew_when_it_is_published(filler):
    before = filler.published_before()
    update = sent(filler)
    workflow.withdraw(before, by=make.reviewer(), cause="error")

    workflow.publish(update, by=make.reviewer())

    assert update.unchanged_since is None


def test_a_declaration_that_says_the_same_is_marked():
    first = make.published_declaration()
    commitment = first.commitment
    later = make.round(
        plan=commitment.plan, starts_on="2026-01-01", ends_on="2026-12-31"
    )

    again = make.published_declaration(commitment=commitment, period=later)

    assert again.unchanged_since == first.period.ends_on


SINCE = {"es": "Sin cambios desde 12/2024", "en": "Unchanged since 12/2024"}


def test_reviewer_and_public_read_since_when(filler, client, reviewer):
    filler.published_before()
    update = sent(filler)
    review = client.get(reverse("admin:review", args=["avance", update.pk]))
    workflow.publish(update, by=make.reviewer())
    plan = filler.plan.code

    assert SINCE["es"] in review.content.decode()
    for language, words in SINCE.items():
        pages = {
            name: client.get(
                public_path(name, *args, language=language)
            ).content.decode()
            for name, args in {
                "update": (plan, update.public_id),
                "commitment": (plan, update.activity.commitment.code),
                "agency_feed": (plan, filler.agency.slug),
            }.items()
        }
        table = f"{public_path('updates', plan, language=language).rstrip('/')}.csv"

        assert [name for name, page in pages.items() if words not in page] == []
        assert "2024-12-31" in client.get(table).content.decode()
