"""What bodies ask of the country: who answers, what measures it, what is not told."""

import csv
import io

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from openpyxl import load_workbook

from strategic_areas.disclosure import MARKER, PROTECTED
from strategic_areas.models import FrameworkTarget, Plan, TargetLink
from strategic_areas.public_paths import public_path
from tests import make
from tests.make.plans import put_back_in_preparation
from tests.strategic_areas.plans import shipped_content
from tests.test_public_records import shown

pytestmark = pytest.mark.django_db

FILE = shipped_content()
ASKED = {each["code"]: each for each in FILE["frameworks"] if "body" in each}
NO_ANSWER = "Lo que el Estado contesta no consta en ninguna."


def make_asked(plan=None, **fields):
    """Something that a body asks; of several plans only a ``plan`` answers it."""
    told = {"kind": "recommendation", "body": "US-TIP", "family": "ASKED"}
    target = make.target(**told | fields)
    if plan:
        commitment = make.commitment(plan=plan)
        commitment.frameworks.add(target)
    return target


def targets(answered):
    return [each.target for each in answered]


def test_what_nobody_answers_comes_first_then_what_is_asked_most(client):
    plan, other = make.plan(), make.plan()
    once = make_asked(plan, years_read=["2017"])
    often = make_asked(plan, years_read=["2017"], years_told=["2019"])
    elsewhere = make_asked(other, years_read=["2018"])
    replaced = make_asked(plan, years_read=["2019"])
    new = make.commitment(plan=plan)
    new.supersedes.add(replaced.commitments.get())

    page, context = shown(client, "recommendations_of", plan.code, "us-tip")

    assert targets(context["without_commitment"]) == [elsewhere, replaced]
    assert targets(context["with_commitment"]) == [often, once]
    assert page.text.index("Nadie responde") < page.text.index("Algún compromiso")
    assert (
        f"A 2 de las 4 no responde ningún compromiso del plan {plan.code}." in page.text
    )


def test_each_year_of_a_body_is_read_told_or_neither(client):
    plan = make.plan()
    first = make_asked(plan, years_read=["2017"], years_told=["2019"])
    make_asked(plan, years_read=["2018"])
    make_asked(plan, body="CRC", years_read=["2023"])

    page, context = shown(client, "recommendations_of", plan.code, "us-tip")

    (strip,) = [
        each.year_marks for each in context["with_commitment"] if each.target == first
    ]
    assert strip == [("2017", "read"), ("2018", ""), ("2019", "told")]
    assert "Leída en 2017. Según otro texto, en 2019." in page.text
    assert "un año en blanco no dice que no se pidió" in page.text


def test_the_number_beside_a_body_or_agency_is_that_of_its_rows(client):
    plan, agency = make.plan(), make.agency(acronym="NOMBRADA")
    for body in ("US-TIP", "US-TIP", "CRC"):
        make_asked(body=body, years_read=["2017"]).addressed.add(agency)
    make_asked(plan, body="CRC", kind="request", years_read=["2023"])

    html = client.get(public_path("recommendations", plan.code)).content.decode()

    for name, slug, words, rows in (
        ("recommendations_of", "us-tip", "Estados Unidos <b>2</b>", 2),
        ("recommendations_of", "crc", "Derechos del Niño <b>2</b>", 2),
        ("recommendations_to", agency.slug, "NOMBRADA <b>3</b>", 3),
    ):
        path = public_path(name, plan.code, slug, language="es")
        assert f'<a href="{path}">{words}</a>' in html
        _, context = shown(client, name, plan.code, slug)
        assert len(context["shown"]) == rows


def test_the_page_of_an_agency_tells_how_often_it_is_named(client):
    commitment = make.commitment()
    plan, agency = commitment.plan, commitment.lead
    make.participation(plan=plan, agency=agency)
    before, _ = shown(client, "agency", plan.code, agency.slug)
    for body in ("US-TIP", "CRC"):
        make_asked(body=body).addressed.add(agency)

    after, _ = shown(client, "agency", plan.code, agency.slug)

    told = "2 recomendaciones la nombran"
    assert (told in before.text, told in after.text) == (False, True)


@pytest.mark.parametrize("name", ["recommendations_of", "recommendations_to"])
def test_who_asks_nothing_and_who_is_not_named_has_no_page(client, name):
    plan, agency = make.plan(), make.agency()
    make_asked(plan)

    for slug in ("nadie", agency.slug):
        assert client.get(public_path(name, plan.code, slug)).status_code == 404


def test_a_target_tells_the_figures_that_may_be_told(client):
    plan, hidden = make.plan(), make.plan()
    target, asked = make.target(), make_asked()
    open_, small = (make.indicator(plan=plan) for _ in range(2))
    make.published_figure(indicator=open_, value=136)
    make.published_figure(indicator=small, value=None, is_protected=True)
    secret = make.indicator(plan=hidden, name_es="Zanahorias")
    make.published_figure(indicator=secret, value=987654)
    for each in (target, asked):
        for indicator in (open_, small, secret):
            make.target_link(each, indicator=indicator, why_es=indicator.code)
        make.target_link(
            each, plan=hidden, indicator=open_, why_es="Un plan que nadie aprobó"
        )
    put_back_in_preparation(hidden)

    for name in ("frameworks", "recommendations"):
        page, _ = shown(client, name, plan.code)
        assert f"136 {open_.code}" in " ".join(page.text.split())
        assert f"{PROTECTED} {small.code}" in " ".join(page.text.split())
        assert "987654" not in page.text.replace(",", "")
        assert secret.code not in page.text
        assert "nadie aprobó" not in page.text


def test_what_the_state_answers_is_told_once_somebody_filled_it(client):
    plan = make.plan()
    target = make_asked(plan, years_read=["2017"])
    before, _ = shown(client, "recommendations", plan.code)

    FrameworkTarget.objects.filter(pk=target.pk).update(answer_es="Se hará en 2030.")
    after, _ = shown(client, "recommendations", plan.code)

    assert (NO_ANSWER in before.text, "Se hará" in before.text) == (True, False)
    assert (NO_ANSWER in after.text, "Se hará en 2030." in after.text) == (False, True)


def test_no_withdrawn_word_stands_on_a_page_or_in_a_file(client):
    plan = make.plan()
    target = make_asked(plan, years_read=["2017"])
    told = {f"{name}_es": MARKER for name in ("name", "by_year", "answer", "note")}
    FrameworkTarget.objects.filter(pk=target.pk).update(**told)
    commitment = target.commitments.get()
    make.target_link(target, commitment=commitment, why_es=MARKER)

    body = client.get(public_path("recommendations", plan.code, language="en")).text
    assert MARKER not in body.replace("[text withdrawn]", "")
    assert "[text withdrawn]" in body
    (row,) = client.get(public_path("recommendations_json", plan.code)).json()["rows"]
    names = [
        f"{name}_{language}" for name in ("name", "answer") for language in ("es", "en")
    ]
    assert {row[name] for name in names} == {MARKER}


def test_the_files_hold_what_the_page_tells_and_what_answers(client):
    plan, agency = make.plan(), make.agency()
    target = make_asked(plan, years_read=["2017", "2018"], name_es="Que se haga")
    target.addressed.add(agency)
    commitment = target.commitments.get()
    indicator = make.indicator(plan=plan)
    make.target_link(target, commitment=commitment, why_es="Lo hace")
    make.target_link(target, indicator=indicator, why_es="Lo cuenta")

    paths = {
        form: public_path(f"recommendations_{form}", plan.code)
        for form in ("csv", "json", "xlsx")
    }
    table = client.get(paths["csv"]).content.decode("utf-8-sig")
    (row,) = client.get(paths["json"]).json()["rows"]
    book = load_workbook(io.BytesIO(client.get(paths["xlsx"]).content))

    (cells,) = csv.DictReader(table.splitlines())
    assert (row["code"], row["name_es"]) == (target.code, "Que se haga")
    assert (cells["code"], cells["name_es"]) == (target.code, "Que se haga")
    told = [[cell.value for cell in line] for line in book.worksheets[-2].iter_rows()]
    assert told[1:] == [
        [target.code, commitment.code, None, "Lo hace", None],
        [target.code, None, indicator.code, "Lo cuenta", None],
    ]


# The shipped plan


def test_each_recommendation_is_told_with_what_answers_it(client, shipped):
    _, context = shown(client, "recommendations", FILE["plan"]["code"])

    assert {
        each.target.code: {row.commitment.code for row, _link in each.answers}
        for each in context["shown"]
    } == {
        code: {
            entry["code"]
            for entry in FILE["commitments"]
            if code in entry.get("frameworks", ())
        }
        for code in ASKED
    }
    assert {each.target.code for each in context["without_commitment"]} == {
        *("TIP-10", "TIP-12", "TIP-15", "SR-05", "UPR-01", "UPR-02", "CRC-01")
    }


def test_each_reason_is_of_a_commitment_that_responds(shipped):
    frameworks = {each["code"]: each["frameworks"] for each in FILE["commitments"]}
    links = [each for each in FILE["target_links"] if "commitment" in each]

    assert [
        each for each in links if each["target"] not in frameworks[each["commitment"]]
    ] == []
    responding = {
        (target, code)
        for code, targets in frameworks.items()
        for target in targets
        if target in ASKED
    }
    assert {(each["target"], each["commitment"]) for each in links} == responding


def test_the_target_on_children_tells_what_home_tells(client, shipped):
    _, context = shown(client, "frameworks", FILE["plan"]["code"])

    (found,) = (each for each in context["targets"] if each.target.code == "SDG-16.2")
    told = {line.indicator.code: line.last.value for line, _link in found.measured}
    assert told["I-39"] == 136


def test_a_recommendation_is_found_by_its_words(client, shipped):
    path = public_path("search", language="es")
    page = client.get(path, {"q": "documentos de identidad ascendencia haitiana"})

    place = FrameworkTarget.objects.get(code="TIP-15")
    assert place.address_in(Plan.objects.get(code=FILE["plan"]["code"])) in (page.text)


@pytest.mark.parametrize("years", [None, "2017", [2017], {"2017": ""}])
def test_years_that_no_page_could_put_in_order_are_refused(years):
    target = make_asked(years_read=["2018"])
    target.years_told = years

    with pytest.raises(ValidationError, match="lista de años"):
        target.full_clean()


@pytest.mark.parametrize("names", [(), ("commitment", "indicator")])
def test_a_link_leads_to_a_commitment_or_an_indicator(names):
    target, commitment = make.target(), make.commitment()
    to = {"commitment": commitment, "indicator": make.indicator(plan=commitment.plan)}
    link = TargetLink(plan=commitment.plan, target=target, why_es="Lo hace")
    for name in names:
        setattr(link, name, to[name])

    with pytest.raises(IntegrityError, match="targetlink_leads_to_one_record"):
        link.save()
