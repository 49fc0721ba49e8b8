"""Pages of the shipped plan, which is loaded once for the whole module."""

import re
from collections import Counter

import pytest
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from strategic_areas.datasets import DATASETS
from strategic_areas.models import ActivityUpdate, FrameworkTarget
from strategic_areas.public_paths import public_path
from strategic_areas.queries.plan import plan_progress
from tests import make
from tests.deep import drawn
from tests.strategic_areas.plans import shipped_content
from tests.test_public_pages import read
from tests.test_public_records import shown
from tests.test_reconstructed_pages import MEASURES, Said

pytestmark = pytest.mark.django_db

FILE = shipped_content()
PLAN = FILE["plan"]["code"]


def test_the_area_word_of_the_other_language_leads_on(client, shipped):
    response = client.get(f"/{PLAN}/ejes/prevention/")

    assert response.status_code == 301
    assert response["Location"] == f"/{PLAN}/ejes/prevencion/"


def test_who_carries_the_plan_out_is_what_the_file_says(client, shipped):
    told = FILE["plan"]["commission_es"]
    roles = Counter(entry["role"] for entry in FILE["agencies"])

    page = read(client, "/acerca/")

    members = roles["chair"] + roles["member"]
    assert f"El plan lo ejecuta {told}." in page.text
    assert "Preside: Ministerio de Relaciones Exteriores" in page.text
    assert f"Son miembros {members} instituciones." in page.text
    assert f"otras {roles['partner']} instituciones y organizaciones" in page.text


def test_the_goals_are_told_as_somebody_elses_word(client, shipped):
    glossary = public_path("glossary", language="es")

    html = client.get(public_path("results", language="es")).content.decode()

    assert f'le atribuye <a href="{glossary}#ijm">IJM</a>' in html
    assert "objetivo según IJM" in html


def test_the_counts_on_the_home_page_are_those_of_the_file(client, shipped):
    page = read(client, "/en/")

    overview = client.get("/en/").context["overview"]
    work = overview.plan_progress.reconstructed_work
    said = Counter(entry["status"] for entry in FILE["updates"])
    years = Counter(int(entry["period"]) for entry in FILE["updates"])
    assert overview.plan_progress.counts.total == 0
    assert work.found == len(FILE["activities"]) == 55
    assert (work.done, work.by_office, work.by_press) == (30, 13, 17)
    assert (work.going, work.unreported) == (24, 1)
    assert work.done <= said["completed"]
    assert work.years == tuple(sorted(years.items()))
    assert [number for _, number in work.years] == [13, 23, 24, 12]
    assert len(overview.areas) == len(FILE["areas"])
    assert overview.agency_count == len(FILE["agencies"])
    entries = [*FILE["commitments"], *FILE["activities"], *FILE["updates"]]
    sources = {key for entry in entries for key in entry.get("sources") or ()}
    assert overview.source_count == len(sources)
    assert "We do not know how many the plan had." in page.text
    assert str(overview.source_count) in page.text


def test_the_home_page_shows_the_latest_plan_with_a_record(client, shipped):
    context = client.get("/").context

    assert context["choice"].in_force.code == "2025-2028"
    assert context["plan"] == shipped
    assert context["overview"].latest_updates["by_agencies"] == []
    assert context["overview"].headline.findings == ("over", "nobody")


def test_help_lines_are_shown_but_for_the_unconfirmed(client, shipped):
    page = read(client, "/ayuda/")

    for line in FILE["hotlines"]:
        is_hidden = line.get("confirm_before_publishing", False)
        assert (line["label_es"] not in page.text) is is_hidden
    numbers = [e["href"] for e in page.every("a") if e["href"].startswith("tel:")]
    assert numbers[:2] == ["tel:911", "tel:911"]
    assert numbers.count("tel:911") == 2
    headings = [
        "Si está en peligro ahora",
        "Si es mujer",
        "Si es niña, niño o adolescente",
        "Si es hombre",
        "Si es persona extranjera",
        "Si quiere denunciar",
    ]
    assert sorted(headings, key=page.text.index) == headings
    told = page.text.split("Si es hombre")[1].split("Si es persona extranjera")[0]
    assert "No conocemos una línea propia; esta recibe denuncias" in told
    assert "*211" in told
    assert "24 h" in told
    assert "anónimas" in told
    above = page.text.split("Si está en peligro")[0]
    assert "nadie los ha confirmado en este portal" in above
    assert "*211" in above
    assert not page.every("form")


def test_every_page_tells_up_to_when_the_record_goes(client, shipped):
    update = ActivityUpdate.objects.filter(plan=shipped).first()
    paths = [public_path("home", language="es"), update.get_absolute_url("es")]
    paths += [
        public_path(name, PLAN, *words, language="es")
        for name, *words in (
            ("plan",),
            ("areas",),
            ("area", "prevencion"),
            ("commitments",),
            ("commitment", "R-1.1.1"),
            ("agencies",),
            ("agency", "pgr"),
            ("updates",),
            ("frameworks",),
        )
    ]

    footers = {path: client.get(path).text.partition("<footer")[2] for path in paths}

    assert [path for path in paths if "Registro hasta el " not in footers[path]] == []
    assert [path for path in paths if "Datos al" in footers[path]] == []


def test_the_data_page_leads_to_every_dataset_and_tells_its_day(client, shipped):
    page, context = shown(client, "data")

    until = plan_progress.load_plan_progress(
        context["plan"], timezone.localdate()
    ).latest_report_day
    assert f"Registro hasta el {until:%d/%m/%Y}" in page.text
    links = {each["href"] for each in page.every("a") if "href" in each}
    assert public_path("plan_feed", PLAN, language="es") in links
    for name in DATASETS:
        assert {f"/datos/{PLAN}/{name}/", f"/datos/{PLAN}/{name}.csv"} <= links
    numbers = {each.dataset.name: each.row_count for each in context["data"].tables}
    assert numbers["commitments"] == len(FILE["commitments"])
    assert settings.LICENCE_URL in links
    assert "/datos/" in links  # by the menu


def test_each_target_has_the_commitments_that_answer(client, shipped):
    page, context = shown(client, "frameworks", PLAN)

    told = {
        answered.target.code: {
            row.commitment.code for _, rows in answered.by_family for row in rows
        }
        for answered in context["targets"]
    }
    assert told == {
        target["code"]: {
            entry["code"]
            for entry in FILE["commitments"]
            if target["code"] in entry.get("frameworks", ())
        }
        for target in FILE["frameworks"]
        if "body" not in target
    }
    assert {"SDG-5.2", "SDG-8.7", "SDG-16.2", "GCM-9", "GCM-10"} <= set(told)
    assert set(told) <= {each.get("id") for each in page.every("tr")}
    tiers = [each.report_year for each in context["tip_report_tiers"]]
    assert tiers == sorted((e["report_year"] for e in FILE["tip_tiers"]), reverse=True)
    assert all(each.sources.all() for each in context["tip_report_tiers"])


def titles(entry):
    return {FILE["sources"][key]["title"] for key in entry.get("sources", ())}


def test_every_law_and_discrepancy_has_its_sources(client, shipped):
    _, laws = shown(client, "legal_base")
    _, told = shown(client, "discrepancies")

    assert {
        each.code: {source.title for source in each.sources.all()}
        for each in laws["instruments"]
    } == {entry["code"]: titles(entry) for entry in FILE["legal_instruments"]}
    assert {
        each.code: (
            {source.title for source in each.sources.all()},
            {line.indicator.code for line in lines},
        )
        for each, lines in told["discrepancies"]
    } == {
        entry["code"]: (titles(entry), set(entry.get("indicators", ())))
        for entry in FILE["discrepancies"]
    }


def test_later_activities_are_told_with_their_sources(client, shipped):
    _, context = shown(client, "later_activities", PLAN)

    assert {
        each.code: {source.title for source in each.sources.all()}
        for each in context["later"]
    } == {entry["code"]: titles(entry) for entry in FILE["later_activities"]}
    years = [each.year or 0 for each in context["later"]]
    assert years == sorted(years, reverse=True)
    line = public_path("later_activities", PLAN)
    headings = re.findall(r'class="when">(\d{4})<', client.get(line).text)
    assert headings == [str(year) for year in dict.fromkeys(years) if year]


def test_the_shipped_plan_measures_nothing(client, shipped):
    plan = shipped
    commitments = plan.commitments.order_by("pk")[:5]

    for path in (
        plan.get_absolute_url("es"),
        *(public_path(name, PLAN, language="es") for name in ("areas", "agencies")),
        *(each.get_absolute_url("es") for each in commitments),
    ):
        said = Said(client.get(path).content.decode())
        titles = [each.title_es.lower() for each in plan.activities.all()]
        titles += [each.name_es.lower() for each in FrameworkTarget.objects.all()]
        text = said.text
        for title in titles:
            text = text.replace(title, "")
        assert not re.findall(MEASURES["es"], text), path


# The admin


def test_every_kind_of_shipped_record_opens_with_its_history(client, shipped):
    reviewer = make.reviewer()
    client.force_login(reviewer)
    request = RequestFactory().get("/")
    request.user = reviewer
    rows = [
        row
        for model, model_admin in admin.site._registry.items()
        if model_admin.has_view_permission(request)
        and (row := model._default_manager.order_by("pk").last())
    ]

    answers = {
        address: client.get(address).status_code
        for page, opened in (("change", rows), ("history", drawn(rows, 8, key="past")))
        for row in opened
        for address in [reverse(admin_urlname(row._meta, page), args=[row.pk])]
    }

    assert {path for path, status in answers.items() if status != 200} == set()
    assert len(rows) > 20
