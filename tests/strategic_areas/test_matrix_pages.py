"""A plan's own matrix: its columns are named, its cells decided, its records kept."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from lxml import html
from openpyxl import Workbook

from agencies.models import Agency
from strategic_areas import matrices, models
from strategic_areas.desk.plan_workbook import matrix
from strategic_areas.desk.sheet_workbook import signed_preview
from strategic_areas.models.drafts import MatrixNaming
from strategic_areas.plan_document.tables import TABLES
from strategic_areas.workbooks.writing import content_of
from tests import make

pytestmark = pytest.mark.django_db
FILES = Path(__file__).parent / "matrices"
HEADINGS = ["Eje", "Objetivo", "Acción", "Responsable", "Plazo", "Indicador", "2027"]
ACTION = "1.1.1 Formar a docentes"
ROW = ["1. Prevención", "1.1 Informar", ACTION, "MIREX / MT", "dic-27", "Cursos", 4]
ACT = {
    **{"act": "resolution", "deciding_act_es": "12-2026", "decided_on": "2026-03-01"},
    "reason_es": "Faltó presupuesto.",
}


def workbook(*rows, headings=HEADINGS):
    book = Workbook()
    for row in (headings, *rows):
        book.active.append(row)
    return content_of(book)


class Bringer:
    def __init__(self, client, plan):
        self.client, self.plan = client, plan
        self.user = make.reviewer()
        client.force_login(self.user)

    def bring(self, content, name="Plan v7.xlsx"):
        address = reverse("admin:planbook", args=[self.plan.code])
        file = SimpleUploadedFile(name, content)
        return self.client.post(address, {"workbook": file})

    def press(self, response, button, **fields):
        """Send the page's form as a browser would, with ``fields`` filled in."""
        document = html.fromstring(response.content.decode())
        form = next(x for x in document.forms if x.get("action").endswith("/matriz/"))
        data = {}
        for name, value in form.form_values():
            data.setdefault(name, []).append(value)
        return self.client.post(form.get("action"), data | fields | {button: ""})

    def read(self, content, **columns):
        return self.press(self.bring(content), "name_columns", **columns)

    def confirm(self, response, **fields):
        return self.press(response, "answer", **fields)

    def decide(self, response):
        """Confirm what is likeliest, and decide the rest somehow."""
        while "save_form" not in response.context:
            fields = {f"{each.name}-checked": "on" for each in texts(response)}
            for each in response.context["question_form"].open_questions:
                offered = [value for value, _label in each.choices]
                chosen = {"MT", matrix.LEAVE_OUT}.intersection(offered) or offered
                if each.question.reason == "no_programme":
                    fields[f"{each.name}-text"] = "Coordinar"
                elif not each.chosen:
                    fields[each.name] = max(chosen)
            response = self.confirm(response, **fields)
        return response

    def keep(self, response, **act):
        signed_lines = response.context["save_form"]["signed_lines"].value()
        address = reverse("admin:planbook_save", args=[self.plan.code])
        return self.client.post(address, {"signed_lines": signed_lines, **act})


@pytest.fixture
def plan():
    for acronym in ("MIREX", "MT", "PGR"):
        make.agency(acronym=acronym, name_es=f"Ministerio {acronym}")
    plan = make.plan(code="2026-2030", status="in_preparation")
    days = {"starts_on": "2026-01-01", "ends_on": "2030-12-31"}
    models.Plan.objects.filter(pk=plan.pk).update(**days)
    plan.refresh_from_db()
    return plan


@pytest.fixture
def bringer(client, plan):
    return Bringer(client, plan)


def asked(response):
    """Cell → the question about it, as the page shows it."""
    found = response.context["question_form"].open_questions
    return {each.question.cell.partition("!")[2]: each for each in found}


def counts(response):
    return dict(response.context["preview"].counts)


def texts(response):
    return [found for found, _is_checked in response.context["suspected_texts"]]


def test_the_columns_are_proposed_and_the_plan_that_comes_out_is_saved(bringer):
    named = bringer.bring(workbook(ROW))
    columns = [
        (column.heading, f"{field.value()} {period.value()}".strip())
        for _sheet, _own, columns in named.context["form"].sheet_fields
        for column, field, period in columns
    ]

    seen = bringer.press(named, "name_columns", levels=[])
    was_saved = models.Commitment.objects.exists()
    bringer.keep(seen)

    roles = ["area", "programme", "commitment", "responsible", "due", "indicator"]
    assert columns == list(zip(HEADINGS, [*roles, "target 2027"], strict=True))
    assert (asked(seen), counts(seen), was_saved) == ({}, {"new": 7}, False)
    commitment = models.Commitment.objects.get()
    programme = commitment.programme
    assert (programme.area.name, programme.name_es) == ("Prevención", "Informar")
    assert (commitment.code, commitment.title_es) == ("1.1.1", "Formar a docentes")
    assert commitment.lead.acronym == "MIREX"
    assert [each.acronym for each in commitment.supporting.all()] == ["MT"]
    assert (str(commitment.due_on), commitment.due_provenance) == ("2027-12-31", "plan")
    target = models.Target.objects.get()
    assert (target.value, str(target.ends_on)) == (4, "2027-12-31")
    assert target.indicator.commitment == commitment
    assert target.indicator.sensitive
    parts = models.Participation.objects.values_list("agency__acronym", "role")
    assert set(parts) == {("MIREX", "partner"), ("MT", "partner")}


def test_many_rows_take_the_queries_of_one(bringer, django_assert_max_num_queries):
    rows = [[*ROW[:2], f"1.1.{number} Formar", *ROW[3:]] for number in range(1, 41)]
    one, many = (bringer.bring(workbook(*each)) for each in (rows[:1], rows))
    with CaptureQueriesContext(connection) as taken:
        bringer.press(one, "name_columns")

    with django_assert_max_num_queries(len(taken) + 5):
        seen = bringer.press(many, "name_columns")

    assert len(seen.context["result"].of("commitments")) == 40


def test_a_changed_file_shows_what_changed_against_what_was_taken(bringer):
    first = [*ROW[:6], 33.333]
    bringer.keep(bringer.read(workbook(first)))
    changed = [*ROW[:2], "1.1.1 Formar a orientadores", *ROW[3:6], 5]

    same, other = bringer.read(workbook(first)), bringer.read(workbook(changed))

    assert (counts(same), "save_form" in same.context) == ({"unchanged": 7}, False)
    assert counts(other) == {"unchanged": 5, "changed": 2}
    shown = {
        (change.header, change.old, change.new, change.place)
        for _title, rows in other.context["preview"].tables
        for row in rows
        for change in row.changes
    }
    assert shown == {
        ("Título", "Formar a docentes", "Formar a orientadores", "Sheet!C2"),
        ("Valor", "33.333", "5", "Sheet!G2"),
    }
    bringer.keep(other)
    assert models.Commitment.objects.get().title_es == "Formar a orientadores"
    assert models.Target.objects.get().value == 5


def test_of_an_approved_plan_it_becomes_one_amendment_with_its_act(bringer, plan):
    bringer.keep(bringer.read(workbook(ROW)))
    models.Plan.objects.filter(pk=plan.pk).update(status="approved")
    later = [*ROW[:4], "dic-28", *ROW[5:]]
    new = [None, None, "1.1.2 Difundir", "MT", "2029", None, None]

    seen = bringer.read(workbook(later, new))
    bringer.keep(seen, **ACT)

    change = models.PendingChange.objects.get()
    assert (change.status, change.proposed_by) == ("pending", bringer.user)
    assert len(change.records.all()) == 2
    assert str(models.Amendment.objects.get().decided_on) == "2026-03-01"
    assert str(models.Commitment.objects.get().due_on) == "2027-12-31"


def test_rows_out_of_order_and_no_sheet_at_all_are_refused_by_name(bringer):
    named = bringer.bring(workbook(ROW))

    disordered = bringer.press(
        named, "name_columns", **{"0-first_row": "1", "0-first_heading_row": "2"}
    )
    none = bringer.press(named, "name_columns", **{"0-read": []})
    unknown = bringer.press(named, "name_columns", **{"0-A": "everything"})
    flat = bringer.press(named, "name_columns", levels=[], **{"0-C": "level"})

    assert [x.status_code for x in (disordered, none, unknown, flat)] == [422] * 4
    assert list(disordered.context["form"].errors) == ["0-first_row"]
    assert list(none.context["form"].errors) == ["__all__"]
    assert list(unknown.context["form"].errors) == ["0-A"]
    assert list(flat.context["form"].errors) == ["levels"]
    assert not MatrixNaming.objects.exists()


def test_nothing_is_kept_before_each_question_has_its_answer(bringer):
    row = [*ROW[:4], "por definir", *ROW[5:]]

    seen = bringer.read(workbook(row))
    unanswered = bringer.confirm(seen)
    field = asked(seen)["E2"].name
    unoffered = bringer.confirm(seen, **{field: "2031-01-01"})

    silent = [asked(each).keys() for each in (seen, unanswered, unoffered)]
    assert silent == [{"E2"}] * 3
    assert "save_form" not in unanswered.context


def test_a_cell_may_be_left_out_and_asked_for_again(bringer):
    row = [*ROW[:4], "por definir", *ROW[5:]]
    seen = bringer.read(workbook(row))

    left = bringer.confirm(seen, **{asked(seen)["E2"].name: matrix.LEAVE_OUT})
    (key, _where, _answer) = left.context["given_answers"][0]
    again = bringer.confirm(left, again=key)

    assert (counts(left), asked(again).keys()) == ({"new": 7}, {"E2"})
    bringer.keep(left)
    assert models.Commitment.objects.get().due_on is None


def test_an_institution_by_another_name_is_proposed_and_confirmed(bringer):
    row = [*ROW[:3], "Ministerio PGR / OIM", *ROW[4:]]
    seen = bringer.read(workbook(row))
    found = {
        each.question.text: each
        for each in seen.context["question_form"].open_questions
    }

    offered = {text: each.chosen for text, each in found.items()}
    silent = bringer.confirm(seen)
    chosen = bringer.confirm(seen, **{found["OIM"].name: "MT"})

    assert offered == {"Ministerio PGR": "PGR", "OIM": ""}
    assert "save_form" not in silent.context
    bringer.keep(chosen)
    commitment = models.Commitment.objects.get()
    assert commitment.lead.acronym == "PGR"
    assert [each.acronym for each in commitment.supporting.all()] == ["MT"]


def test_work_without_a_programme_gets_the_one_that_is_named(bringer):
    headings = [HEADINGS[0], *HEADINGS[2:]]
    rows = [[ROW[0], *ROW[2:]], [None, "1.1.2 Difundir", "MT", "2029", None, None]]
    content = workbook(*rows, headings=headings)
    seen = bringer.read(content)
    by_reason = {each.question.reason: each for each in asked(seen).values()}
    question = by_reason["no_programme"]

    named = bringer.confirm(seen, **{f"{question.name}-text": "Coordinar"})
    bringer.keep(named)
    again = bringer.read(content)

    programme = models.Programme.objects.get()
    assert programme.name_es == "Coordinar"
    assert programme.commitments.count() == 2
    assert set(counts(again)) == {"unchanged"}

    rows = [[ROW[0], "1.1.3 Formar", *ROW[3:]], [None, "1.1.4 Medir", *ROW[3:]]]
    seen = bringer.read(workbook(*rows, headings=headings))
    by_reason = {each.question.reason: each for each in asked(seen).values()}
    name = f"{by_reason['no_programme'].name}-text"
    bringer.keep(bringer.confirm(seen, **{name: programme.code}))

    assert programme.commitments.count() == 4


def test_work_before_the_first_programme_gets_the_one_that_is_named(bringer):
    rows = [
        ["1. Prevención", None, *ROW[2:]],
        [None, None, "1.1.2 Difundir", *ROW[3:]],
        [None, "1.2 Informar", "1.2.1 Medir", *ROW[3:]],
    ]
    seen = bringer.read(workbook(*rows))
    by_reason = {each.question.reason: each for each in asked(seen).values()}

    named = {f"{by_reason['no_programme'].name}-text": "Coordinar"}
    bringer.keep(bringer.confirm(seen, **named))

    found = models.Commitment.objects.order_by("code")
    assert [(x.code, x.programme.name_es) for x in found] == [
        *[("1.1.1", "Coordinar"), ("1.1.2", "Coordinar")],
        ("1.2.1", "Informar"),
    ]


def test_commitments_and_activities_below_areas_become_a_plan(bringer):
    headings = ["No.", "Compromiso", "Actividad", "Responsable", "Fecha de término"]
    rows = [
        ["EJE 1. PREVENCIÓN", None, None, None, None],
        ["1.1", "Población informada", "Campaña de radio", "MIREX", "2027"],
        [None, None, "Charlas", "MT", "2028"],
        [None, None, "Folletos", "MT", "2028"],
        ["EJE 2. PROTECCIÓN", None, None, None, None],
        ["2.1", "Ruta de atención", "Protocolo", "PGR", "permanente"],
    ]
    seen = bringer.read(workbook(*rows, headings=headings))
    proposed = [(x.question.reason, x.chosen) for x in asked(seen).values()]

    bringer.keep(bringer.confirm(seen))

    assert ("lead_from_below", "MT") in proposed
    found = [
        (x.programme.code, x.programme.name_es, x.code, x.lead.acronym)
        for x in models.Commitment.objects.order_by("sort_code")
    ]
    assert found == [
        ("1", "Prevención", "1.1", "MT"),
        ("2", "Protección", "2.1", "PGR"),
    ]
    told = models.Activity.objects.order_by("sort_code")
    assert [*told.values_list("title_es", "agency__acronym", "kind")] == [
        ("Campaña de radio", "MIREX", "one_off"),
        ("Charlas", "MT", "one_off"),
        ("Folletos", "MT", "one_off"),
        ("Protocolo", "PGR", "continuing"),
    ]


def test_who_leads_the_work_is_proposed_to_answer_for_its_indicators(bringer):
    seen = bringer.read(workbook(ROW))
    shown = dict(seen.context["preview"].tables)["Indicadores"][0].changes
    told = {change.header: change.new for change in shown}
    bringer.keep(seen)
    first = models.Indicator.objects.values_list("agency__acronym", "frequency").get()
    models.Indicator.objects.update(
        agency=Agency.objects.get(acronym="PGR"), frequency="each_round"
    )

    again = bringer.read(workbook(ROW))

    assert [told["Institución"], first] == ["MIREX", ("MIREX", "yearly")]
    assert set(counts(again)) == {"unchanged"}


def test_what_identifies_a_person_never_gets_through(bringer):
    row = [*ROW[:2], "1.1.1 Atender a 001-1234567-8", *ROW[3:]]
    seen = bringer.read(workbook(row))
    (found,) = texts(seen)

    ticked = bringer.confirm(seen, **{f"{found.name}-checked": "on"})
    still = bringer.confirm(ticked, **{found.name: "Atender a 402-1234567-8"})
    worded = bringer.confirm(ticked, **{found.name: "Atender a personas"})

    assert (found.is_barred, found.cell) == (True, "Sheet!C2")
    shown = (seen, ticked, still)
    assert not any("save_form" in each.context for each in shown)
    bringer.keep(worded)
    assert models.Commitment.objects.get().title_es == "Atender a personas"


def test_what_may_identify_somebody_takes_a_tick_of_its_own(bringer):
    row = [*ROW[:2], "1.1.1 Fondo para las 2 hermanas de Dajabón", *ROW[3:5]]
    row += ["Casa para 3 víctimas", 4]
    seen = bringer.read(workbook(row))
    title, name = texts(seen)

    one = bringer.confirm(seen, **{f"{title.name}-checked": "on"})
    other = bringer.confirm(one, **{title.name: "Fondo para las 3 hermanas de Azua"})
    both = bringer.confirm(one, **{f"{name.name}-checked": "on"})

    assert [each.cell for each in (title, name)] == ["Sheet!C2", "Sheet!F2"]
    assert ["save_form" in each.context for each in (one, other)] == [False, False]
    bringer.keep(both)
    assert models.Indicator.objects.get().name_es == "Casa para 3 víctimas"


CODED = ["Eje", "Objetivo", "Código", *HEADINGS[2:]]
CODED_ROW = [*ROW[:2], "Yuleisy-Perez", "Formar a docentes", *ROW[3:]]


def test_a_code_that_may_be_a_name_takes_a_tick_too(bringer):
    columns = {"0-C": "code:commitment"}
    seen = bringer.read(workbook(CODED_ROW, headings=CODED), **columns)
    (found,) = texts(seen)

    ticked = bringer.confirm(seen, **{f"{found.name}-checked": "on"})
    left = bringer.confirm(seen, **{found.name: ""})
    recoded = bringer.confirm(seen, **{found.name: "1.1.7"})

    assert (found.cell, found.text) == ("Sheet!C2", "Yuleisy-Perez")
    shown = (seen, ticked, left, recoded)
    assert ["save_form" in each.context for each in shown] == [False, True, True, True]
    assert left.context["preview"].counts["new"] == 4
    bringer.keep(recoded)
    assert models.Indicator.objects.get().commitment.code == "1.1.7"


def test_the_code_of_an_area_is_written_anew_with_what_it_leads(bringer):
    row = ["Yuleisy-Perez", "Prevención", *ROW[1:]]
    headings = ["Código", *HEADINGS]
    seen = bringer.read(workbook(row, headings=headings), **{"0-A": "code:area"})
    found = next(each for each in texts(seen) if each.text == "Yuleisy-Perez")

    recoded = bringer.decide(bringer.confirm(seen, **{found.name: "7"}))

    bringer.keep(recoded)
    assert models.Commitment.objects.get().programme.area.code == "7"


def type_code(bringer, typed):
    """Type the code of a commitment whose cell for it is empty."""
    row = [*ROW[:2], None, "Formar a docentes", *ROW[3:]]
    seen = bringer.read(workbook(row, headings=CODED), **{"0-C": "code:commitment"})
    return bringer.confirm(seen, **{f"{asked(seen)['D2'].name}-text": typed})


@pytest.mark.parametrize("typed", ["2027-13-45", "2027-02-30"])
def test_what_only_looks_like_a_day_is_shown_as_it_is(bringer, typed):
    given = type_code(bringer, typed).context["given_answers"]

    assert typed in [answer for _key, _where, answer in given]


def test_a_code_is_not_left_out_by_typing_so(bringer):
    answered = type_code(bringer, matrix.LEAVE_OUT)

    assert (answered.status_code, asked(answered).keys()) == (422, {"D2"})


@pytest.mark.parametrize(
    ("column", "cell", "wrong", "right", "kept"),
    [
        ("D", "por definir", "?", "PGR / MT", ["PGR", "2027-12-31", 4]),
        ("E", "por definir", "mañana", "30/06/2029", ["MIREX", "2029-06-30", 4]),
        ("G", "más de 3", "Ana: 5", "2027: 5; 2028: 6", ["MIREX", "2027-12-31", 5, 6]),
    ],
)
def test_what_is_typed_must_answer_the_question(
    bringer, column, cell, wrong, right, kept
):
    row = dict(zip("ABCDEFG", ROW, strict=True)) | {column: cell}
    place = f"{column}2"
    seen = bringer.read(workbook([*row.values()]))
    field = f"{asked(seen)[place].name}-text"

    refused = bringer.confirm(seen, **{field: wrong})
    typed = bringer.confirm(refused, **{field: right})

    assert (refused.status_code, asked(refused).keys()) == (422, {place})
    assert asked(refused)[place].error
    assert asked(refused)[place].typed == wrong
    bringer.keep(typed)
    commitment, targets = models.Commitment.objects.get(), models.Target.objects
    numbers = targets.values_list("value", flat=True)
    assert [commitment.lead.acronym, str(commitment.due_on), *numbers] == kept


@pytest.mark.parametrize(
    ("heading", "cells", "offered", "kept"),
    [
        ("2027", ["Cursos", "1.125"], ["1125", "1.1250"], "1.125"),
        ("2027", ["Millones de RD$", "2.500 millones"], ["2500", "2.5"], "2.5"),
        ("Costo (miles)", ["", "US$ 2.500"], ["USD 2500000", "USD 2500"], "2500"),
    ],
)
def test_both_meanings_of_a_point_are_offered(bringer, heading, cells, offered, kept):
    content = workbook([*ROW[:5], *cells], headings=[*HEADINGS[:6], heading])
    seen = bringer.read(content)
    question = asked(seen)["G2"]

    chosen = bringer.confirm(seen, **{question.name: offered[1]})
    bringer.keep(chosen)
    stored = MatrixNaming.objects.get()
    stored.naming["answers"] = [[question.question.key, cells[1]]]
    stored.save()

    assert [value for value, _label in question.choices] == [*offered, matrix.LEAVE_OUT]
    assert kept in [
        x for y in chosen.context["result"].lines for x in y.values.values()
    ]
    assert asked(bringer.read(content)).keys() == {"G2"}, "asked until it is clear"


def test_neither_signed_state_is_taken_for_the_other(bringer, plan):
    seen = bringer.read(workbook(ROW))
    signed_lines = seen.context["save_form"]["signed_lines"].value()
    pages = {"matrix": {"matrix": signed_lines}, "planbook_save": {"signed_lines": ""}}
    pages["planbook_save"]["signed_lines"] = seen.context["signed"]

    answers = [
        bringer.client.post(reverse(f"admin:{name}", args=[plan.code]), data)
        for name, data in pages.items()
    ]

    home = reverse("admin:planbook", args=[plan.code])
    assert [each.headers["Location"] for each in answers] == [home, home]
    assert not models.Commitment.objects.exists()


def test_a_title_that_is_emptied_leaves_the_record_out_with_all_below_it(bringer):
    row = [*ROW[:2], "1.1.1 Fondo para las 2 hermanas de Dajabón", *ROW[3:]]
    seen = bringer.read(workbook(row))

    left = bringer.confirm(seen, **{texts(seen)[0].name: ""})
    bringer.keep(left)

    assert models.Programme.objects.get().code == "1.1"
    assert not models.Commitment.objects.exists()
    assert not models.Indicator.objects.exists()


def test_the_naming_is_kept_without_texts_of_the_plan(bringer, plan):
    headings = [*HEADINGS[:4], "Cuándo", *HEADINGS[5:]]
    row = [*ROW[:3], "Ministerio PGR", "por definir", *ROW[5:]]
    seen = bringer.read(workbook(row, headings=headings), **{"0-E": "due"})
    bringer.confirm(seen, **{f"{asked(seen)['E2'].name}-text": "2029-06-30"})

    later = bringer.read(workbook(row, headings=headings))

    kept = MatrixNaming.objects.get(plan=plan)
    assert kept.naming["institutions"] == [["Ministerio PGR", "PGR"]]
    assert [answer for _key, answer in kept.naming["answers"]] == ["2029-06-30"]
    assert ACTION not in str(kept.naming)
    assert counts(later) == {"new": 6}


def test_words_by_which_somebody_may_be_found_are_not_kept(bringer, plan):
    named = bringer.bring(workbook(ROW))
    seen = bringer.press(named, "name_columns")
    naming = matrix.UploadedMatrix.from_signed(
        seen.context["signed"], [bringer.user.pk, "matrix", plan.pk]
    ).naming
    naming.institutions = {"Casa de 001-1234567-8": "MT", "Mintrab": "MT"}
    naming.institutions |= {"001-1234567-8": "MT"}
    naming.answers = {"A!C2#title#0": "Un texto", "A!E2#due#0": "2029-06-30"}
    naming.answers |= {"A!H2#note#0": "Un texto", "A!B2#programme#0": "Caso Yuleisy"}
    naming.sheets[0].headings["G"] = "Casos de María Pérez Gómez"
    naming.sheets.append(matrices.SheetNaming("Caso Yuleisy"))

    matrix.save_naming(plan, naming)

    kept = MatrixNaming.objects.get().naming
    assert kept["institutions"] == [["Mintrab", "MT"]]
    assert kept["answers"] == [["A!E2#due#0", "2029-06-30"]]
    assert [each["title"] for each in kept["sheets"]] == ["Sheet", ""]
    assert [*kept["sheets"][0]["headings"].values()] == [*HEADINGS[:6], ""]
    bringer.read(workbook(ROW))


def test_only_who_brought_a_matrix_goes_on_for_a_while(bringer, plan, monkeypatch):
    seen = bringer.read(workbook(ROW))
    address = reverse("admin:matrix", args=[plan.code])
    signed = seen.context["signed"]
    other = make.plan(code="2031-2034", status="in_preparation")

    def goes_on(plan=plan, signed=signed):
        address = reverse("admin:matrix", args=[plan.code])
        response = bringer.client.post(address, {"matrix": signed, "answer": ""})
        return response.status_code == 200

    found = [goes_on(), goes_on(signed=f"{signed}x"), goes_on(signed="")]
    found.append(goes_on(plan=other))
    monkeypatch.setattr(signed_preview, "MAX_AGE", -1)
    found.append(goes_on())
    monkeypatch.undo()
    bringer.client.force_login(make.reviewer())
    found.append(goes_on())

    assert found == [True, False, False, False, False, False]
    refused = bringer.client.post(address, {"matrix": signed})
    assert refused.headers["Location"] == reverse("admin:planbook", args=[plan.code])


def test_a_file_that_no_page_can_carry_is_refused_with_what_to_do(bringer, monkeypatch):
    monkeypatch.setattr(matrix, "LARGEST_FILE", 100)

    response = bringer.bring(workbook(ROW))

    assert response.status_code == 422
    assert "logos" in str(response.context["upload"].errors)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("unica", {"commitments": 29, "indicators": 34}),
        ("por-ejes", {"commitments": 31, "indicators": 31}),
        ("cuatro-niveles", {"commitments": 10, "activities": 26, "indicators": 26}),
    ],
)
def test_nothing_to_protect_of_a_matrix_gets_through_unseen(bringer, plan, name, found):
    content = (FILES / f"matriz-{name}.xlsx").read_bytes()
    seen = bringer.read(content)
    reading = seen.context["result"]
    taken = {
        cell.place
        for line in reading.lines
        for field, cell in line.cell_by_field.items()
        if field in {"title", "name", "product", "outcome", "means_of_verification"}
    }

    bringer.keep(bringer.decide(seen))
    again = bringer.read(content)
    if texts(again):
        ticks = {f"{each.name}-checked": "on" for each in texts(again)}
        again = bringer.confirm(again, **ticks)

    protected = {each.cell for each in reading.identifying_cells}
    assert protected & taken <= {each.cell for each in texts(seen)}
    saved = {table: TABLES[table].model.objects.count() for table in found}
    assert (saved, set(counts(again))) == (found, {"unchanged"})


def test_a_person_says_that_the_depth_of_codes_tells_levels(bringer):
    rows = [["1", "Prevención"], ["1.1", "Informar"], ["1.1.1", "Formar", "MIREX"]]
    content = workbook(*rows, headings=["Ref", "Texto", "Responsable"])
    named = bringer.bring(content)
    fields = {"0-read": "on", "0-A": "code:level", "0-B": "level", "0-C": "lead"}
    fields |= {"0-last_row": 4, "levels": ["area", "programme", "commitment"]}

    seen = bringer.press(named, "name_columns", by_depth="on", **fields)

    assert [
        (line.table, line.values["code"])
        for line in seen.context["result"].lines
        if line.table != "participations"
    ] == [("areas", "1"), ("programmes", "1.1"), ("commitments", "1.1.1")]


@pytest.mark.parametrize(
    ("period", "read"), [("T2 2027", "2027-Q2"), ("2027-q2", "2027-Q2"), ("pronto", "")]
)
def test_a_person_names_the_period_of_a_column(bringer, period, read):
    content = workbook([*ROW[:-1], None, "x"], headings=[*HEADINGS, "Segundo"])
    fields = {"0-H": "chronogram", "0-H-period": period, "0-E": "ignore"}

    seen = bringer.press(bringer.bring(content), "name_columns", **fields)

    if read:
        values = seen.context["result"].of("commitments")[0].values
        assert (values["span"], values["due_on"]) == (read, "2027-06-30")
    else:
        assert "0-H-period" in seen.context["form"].errors
