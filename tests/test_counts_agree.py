"""
The same number wherever it is told: home, areas, agencies, lists and files.

Both plans are read, the shipped one and the invented one on which every state stands.
Each count equals the rows of the list to which it leads, and names its whole and its
round.
"""

import csv
import io
import re
from collections import Counter
from datetime import date, timedelta
from functools import cache
from html import unescape

import pytest
from django.test import Client

from strategic_areas import models
from strategic_areas.commitment_states import family_of
from strategic_areas.datasets import editions
from strategic_areas.datasets.snapshots import take_snapshot
from strategic_areas.public_paths import public_path
from strategic_areas.queries.plan.plans import latest_round
from strategic_areas.queries.public_rows import affected_records, read_public_rows
from strategic_areas.sentences import work_in_cell
from tests import states_plan
from tests.datasets import faults
from tests.states_plan.staging import clock
from tests.strategic_areas.plans import shipped_content
from tests.strategic_areas.plans.kept import load_shipped

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 27)
FILE = shipped_content()
SHIPPED, INVENTED = FILE["plan"]["code"], states_plan.PLAN
PLANS = (SHIPPED, INVENTED)
#: A link whose words begin with a number, perhaps behind an article.
NUMBERED = re.compile(r'<a href="([^"]+)"[^>]*>(?:Las |Los |La |El )?(\d+) [^<]+</a>')


@pytest.fixture(scope="module")
def told(lasting, kept_in_memory):
    load_shipped()
    states_plan.build(TODAY)
    with clock(TODAY):
        yield


@pytest.fixture(scope="module")
def get(told):
    """Read an address of the Spanish site with these words of its query, once."""
    client = Client()

    @cache
    def read(name, *words, **asked):
        with clock(TODAY):
            return client.get(public_path(name, *words, language="es"), asked)

    return read


def test_the_invented_plans_editions_are_those_of_its_closings(told):
    rounds = models.ReportingPeriod.objects.counted_rounds().filter(closes_on__lt=TODAY)
    made = models.Edition.objects.filter(plan__code__in=[INVENTED, states_plan.EARLIER])

    assert {each: each.closes_on + timedelta(1) for each in rounds} == {
        each.period: each.made_on for each in made
    }
    for each in made:
        assert faults(editions.snapshot_of(each)) == []


def file_of(response):
    text = response.content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture(scope="module")
def rows_of(told):
    """What the public rows hold of a plan, read once."""
    with clock(TODAY):
        return {code: read_rows(code) for code in PLANS}


def read_rows(code):
    kinds = (models.StrategicArea, models.Programme, models.Commitment, models.Activity)
    return read_public_rows(
        affected_records(
            (model, pk)
            for model in kinds
            for pk in model.objects.filter(plan__code=code).values_list("pk", flat=True)
        )
    )


def states(rows):
    return Counter(each["state"] for each in rows)


def counted(counts):
    """The counts of a page by state, without what nothing is in."""
    return {state: number for state, number in counts.by_state if number}


@pytest.mark.parametrize("plan", PLANS)
def test_the_number_of_activities_is_the_same_everywhere(get, plan):
    overview = get("plan", plan).context["structure"]
    areas = get("areas", plan).context["areas"]
    agencies = get("agencies", plan).context["agencies"]
    pages = [get("agency", plan, r.agency.slug).context["page"] for r in agencies]
    lines = get("commitments", plan).context["table"]["lines"]
    rows = file_of(get("plan_commitments", plan))

    counted = {
        "plan_progress": sum(
            each.is_counted for each in overview["plan_progress"].activities
        ),
        "areas": sum(
            row.reconstructed_work.found if row.reconstructed_work else row.tally.total
            for row in areas
        ),
        "agencies": sum(row.activities for row in agencies),
        "their pages": sum(len(page.activities) for page in pages),
        "list": sum(
            max(map(int, re.findall(r"\d+", work_in_cell(line.row))))
            if any(map(str.isdecimal, work_in_cell(line.row)))
            else line.row.summary.tally.total
            for line in lines
        ),
        "file": sum(
            int(row["activities_total"] or row["activities_reported"]) for row in rows
        ),
    }

    # The file tells how many of the reconstructed ones an account tells of.
    assert counted.pop("file") == {SHIPPED: 54, INVENTED: 55}[plan]
    assert counted == dict.fromkeys(counted, 55)


@pytest.mark.parametrize("plan", PLANS)
def test_states_on_pages_are_those_of_the_public_rows(get, rows_of, plan):
    rows = rows_of[plan]
    commitments, programmes = rows["commitments"].values(), rows["programmes"]
    found = get("plan", plan).context["structure"]
    # A reconstructed commitment has no state, and is counted by its records.
    official = [each for each in commitments if each["state"]]

    assert states(official) == counted(found["headline"].counts)
    assert len(official) == (len(commitments) if plan == INVENTED else 0)
    assert len(found["areas"]) == len(rows["areas"])
    for each in found["areas"]:
        own = [
            row
            for row in official
            if programmes[f"{plan}/{row['programme']}"]["area"] == each.area.code
        ]
        page = get("area", plan, each.area.slug_es).context["row"]
        late = sum(row["punctuality"] == "late" for row in own)
        assert states(own) == counted(each.counts) == counted(page.counts)
        assert each.sentence.late == late
    for each in get("agencies", plan).context["agencies"]:
        own = [row for row in official if row["lead"] == each.agency.acronym]
        page = get("agency", plan, each.agency.slug).context["page"]
        assert states(own) == counted(each.counts) == counted(page.counts)
        assert each.late == sum(row["punctuality"] == "late" for row in own)


def test_every_number_of_a_family_leads_to_so_many_commitments(get, rows_of):
    official = rows_of[INVENTED]["commitments"].values()

    page = get("methodology")

    families = page.context["families"]
    assert {row.family: number for row, number in families} == Counter(
        family_of(each["state"]) for each in official
    )
    linked = re.findall(r'href="([^"]+)[?]family=(\w+)">.*?</span>(\d+)</a>', page.text)
    assert [(family, int(number)) for _path, family, number in linked] == [
        (row.family, number) for row, number in families if number
    ]
    for path, family, number in linked:
        lines = get("commitments", INVENTED, family=family).context["table"]["lines"]
        assert path == public_path("commitments", INVENTED, language="es")
        assert [family_of(each.row.summary.state) for each in lines] == [family] * int(
            number
        )


def test_the_file_has_the_family_of_each_state(get):
    rows = file_of(get("plan_commitments", INVENTED))

    assert len(rows) == 24
    for row in rows:
        assert row["family"] == family_of(row["state"])


@pytest.mark.parametrize("plan", PLANS)
def test_so_are_the_states_of_activities(get, rows_of, plan):
    work = rows_of[plan]["activities"].values()
    board = get("plan", plan).context["plan_progress"]

    assert states(work) == Counter(each.summary.state for each in board.activities)
    for each in get("agencies", plan).context["agencies"]:
        own = [row for row in work if row["agency"] == each.agency.acronym]
        page = get("agency", plan, each.agency.slug).context
        shown = [
            line
            for line, _said in page["done"]["lines"]
            if line.activity.is_in_plan and line.activity.agency_id == page["agency"].pk
        ]
        assert states(own) == Counter(line.state for line in shown)


@pytest.mark.parametrize("plan", PLANS)
def test_so_are_the_reports_of_their_list(get, rows_of, plan):
    rows = rows_of[plan]["reports"].values()
    listed = list(lines_of(get, plan))
    planned = [each.update for each in listed if not each.update.is_off_plan]

    assert {each["public_id"] for each in rows} >= {each.public_id for each in planned}
    assert Counter(each["state"] for each in rows) >= Counter(x.state for x in planned)


@pytest.mark.parametrize("plan", PLANS)
def test_so_is_the_number_of_those_that_are_done(get, plan):
    areas = get("areas", plan).context["areas"]
    agencies = get("agencies", plan).context["agencies"]
    lines = get("commitments", plan).context["table"]["lines"]
    rows = file_of(get("plan_commitments", plan))
    of = re.compile(r"^(\d+) de \d+")

    counted = {
        "areas": sum((row.reconstructed_work or row.tally).done for row in areas),
        "agencies": sum(row.done or 0 for row in agencies),
        "list": sum(int(n) for x in lines for n in of.findall(work_in_cell(x.row))),
        "file": sum(int(row["activities_done"] or 0) for row in rows),
    }

    assert counted == dict.fromkeys(counted, {SHIPPED: 30, INVENTED: 21}[plan])


def test_home_has_a_tile_for_each_commitment_as_areas_count(get):
    page = get("home")
    overview = page.context["overview"]
    counts = {family: len(rows) for family, rows in overview.families}
    tiles = Counter(re.findall(r'class="tile family--(\w+)', page.text))

    assert overview.plan_progress.plan.code == INVENTED
    assert tiles == counts == dict(overview.plan_progress.counts.by_family)
    assert counts == sum(
        (Counter(dict(row.counts.by_family)) for row in overview.areas), Counter()
    )


@pytest.mark.parametrize("plan", PLANS)
def test_the_number_of_updates_is_that_of_list_and_filters(get, plan):
    page = get("updates", plan)
    rows = file_of(get("plan_updates", plan))
    facets = {f.name: f for f in page.context["filters"]}
    (lead,) = re.findall(r'<p class="lead">(?:Los )?(\d+) ', page.text)

    total = {
        "lead": int(lead),
        "file": len(rows),
        "period": added(facets["period"]),
        "agency": added(facets["agency"]),
        "area": added(facets["area"]),
        "change": added(facets["change"]),
        "pages": sum(1 for _ in lines_of(get, plan)),
    }

    assert total == dict.fromkeys(total, {SHIPPED: 72, INVENTED: 98}[plan])
    # Only what sources tell is told by whether it has a day.
    dated = sum(page.context["counts"].source_counts.values())
    assert dated == {SHIPPED: 72, INVENTED: 0}[plan]
    outside = "1 de ellos es sobre trabajo fuera del plan" in page.text
    assert outside is (plan == INVENTED)


def options_of(field):
    return [option for _, group in field.groups for option in group]


def added(field):
    return sum(number or 0 for *_option, number in options_of(field))


def lines_of(get, plan):
    """The lines of all pages of the record, from the newest on."""
    asked = {}
    while True:
        page = get("updates", plan, **asked).context["update_page"]
        yield from page.lines
        if not page.older:
            return
        asked = {"after": page.older}


@pytest.mark.parametrize("plan", PLANS)
@pytest.mark.parametrize("name", ["commitments", "updates"])
def test_each_value_of_a_filter_counts_the_rows_that_it_leaves(get, plan, name):
    found = {}

    for field in get(name, plan).context["filters"]:
        for value, _label, number in options_of(field):
            asked = {field.name: value}
            rows = file_of(get(f"plan_{name}", plan, **asked))
            found[field.name, value] = (number, len(rows))

    assert {key: both for key, both in found.items() if both[0] != both[1]} == {}
    assert len(found) > 20


def test_each_value_of_a_filter_of_figures_counts_its_rows(get):
    found = {}
    for field in get("indicators").context["fields"]:
        for value, _label, number in options_of(field):
            page = get("indicators", **{field.name: value})
            found[value] = (number, page.context["found"])

    assert [key for key, both in found.items() if both[0] != both[1]] == []


def test_how_many_reported_names_its_round(get):
    home, agencies = get("home"), get("agencies", INVENTED)
    box_round = home.context["overview"].latest_round
    heard = f"{box_round.answers.reported_count} de {len(box_round.answers.asked)}"
    last = latest_round(home.context["plan_progress"].periods, TODAY)

    box = home.text.split('class="round-box"')[1].split("</section>")[0]
    said = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", box))

    assert box_round.period == last
    assert f"{last.name}: quién ha reportado" in said
    assert said.count(f"Reportaron {heard} instituciones.") == 1
    assert f"Entregó, {last.name}" in agencies.text
    assert box.count("<i></i>") == box_round.answers.reported_count
    assert f"{box_round.past_due_round.name}: una no reportó" in said
    ((agency, again),) = box_round.missing
    assert (agency.acronym, again) == ("GUACO", False)
    spans = get("plan", INVENTED).context["structure"]["spans"]
    assert {s.period.name: s.answers for s in spans}[last.name] == box_round.answers


def test_the_headlines_sources_are_those_that_its_records_cite(get):
    entries = [*FILE["commitments"], *FILE["activities"], *FILE["updates"]]
    cited = {key for entry in entries for key in entry.get("sources") or ()}

    page = get("plan", SHIPPED)

    assert len(cited) == 66
    assert f"{len(cited)} fuentes citadas aquí" in page.text


#: Pages of which each linked number is followed, of one plan.
LINKING = {
    SHIPPED: [("area", "persecucion"), ("commitment", "R-2.1.1"), ("agency", "pgr")],
    INVENTED: [("area", "prevencion")],
}


@pytest.mark.parametrize("plan", PLANS)
def test_each_linked_number_leads_to_as_many(client, get, plan):
    words = [("plan",), ("areas",), ("agencies",), ("frameworks",), *LINKING[plan]]
    pages = [
        get("home"),
        get("data"),
        *(get(name, plan, *rest) for name, *rest in words),
    ]
    found = {}

    for page in pages:
        for target, shown in NUMBERED.findall(page.text.split("<main")[1]):
            if not target.startswith("#"):
                with clock(TODAY):
                    listed = client.get(unescape(target)).text
                rows = len(re.findall(r"<tr(?! class=.group)", listed))
                rows -= listed.count("<thead")
                found[target] = (int(shown), rows)

    assert [target for target, both in found.items() if both[0] != both[1]] == []
    assert len(found) >= 2


@pytest.fixture(scope="module")
def data_of(told):
    """Everything public of a plan as data, table by table."""
    with clock(TODAY):
        plans = {code: models.Plan.objects.get(code=code) for code in PLANS}
        return {code: data(take_snapshot(plan)) for code, plan in plans.items()}


def data(found):
    return {name: list(rows.values()) for name, rows in found.tables.items()}


@pytest.mark.parametrize("plan", PLANS)
def test_agencies_and_their_parts_are_as_many_in_the_data(get, data_of, plan):
    found = data_of[plan]
    counted = {each["code"] for each in found["activities"] if each["is_counted"]}
    parts = [
        each
        for each in found["roles"]
        if each["activity"] is None or each["activity"] in counted
    ]
    roles = Counter((each["agency"], each["role"]) for each in parts)

    listed = get("agencies", plan).context["agencies"]

    slugs = {each.agency.slug for each in listed}
    assert slugs == {each["code"] for each in found["agencies"] if each["role"]}
    for each in listed:
        of = each.agency.slug
        page = get("agency", plan, of).context["page"]
        assert roles[of, "lead"] == each.led
        assert roles[of, "support"] == len(page.supported)
        assert roles[of, "responsible"] == each.activities


@pytest.mark.parametrize("plan", PLANS)
def test_an_agency_of_the_data_has_the_page_that_it_names(client, data_of, plan):
    found, expected = {}, {}

    for each in data_of[plan]["agencies"]:
        path = public_path("agency", plan, each["code"], language="es")
        expected[path] = each["address"] is not None
        with clock(TODAY):
            found[path] = client.get(path).status_code == 200
        assert (each["address"] or path).endswith(path)

    assert found == expected
    assert True in found.values()


def test_how_agencies_answered_rounds_is_the_same_in_the_data(get, data_of):
    rows = data_of[INVENTED]["scorecards"]

    for each in get("agencies", INVENTED).context["agencies"]:
        own = [row for row in rows if row["agency"] == each.agency.slug]
        own = [row for row in own if row["punctuality"]]
        page = get("agency", INVENTED, each.agency.slug).context["page"]
        kept = Counter(row["punctuality"] for row in own)
        told = each.compliance
        assert (kept["on_time"], kept["late"], kept["silent"]) == (
            told.on_time,
            told.late,
            told.silent,
        )
        assert [(row["round"], row["asked"], row["handed_in"]) for row in own] == [
            (period.code, card.owed, card.on_time + card.late)
            for period, card, _said in page.scorecards
        ]
    assert len(rows) == 27


@pytest.mark.parametrize("plan", PLANS)
def test_changes_corrections_and_rounds_are_as_many_in_the_data(get, data_of, plan):
    found = data_of[plan]

    changes = get("amendments", plan).context["changes"]
    log = get("corrections").context["log"]
    spans = get("plan", plan).context["structure"]["spans"]

    lines = [line for each in changes for lines in each.records for line in lines]
    assert len(found["amendments"]) == len(lines)
    assert len({each["decision"] for each in found["amendments"]}) == len(changes)
    assert len(found["corrections"]) == log["corrections"].count() == 1
    rounds = [each["code"] for each in found["rounds"] if each["mode"] == "round"]
    assert set(rounds) == {each.period.code for each in spans if each.period}


def test_discrepancies_are_those_of_their_page_in_the_data(get, data_of):
    told = get("discrepancies").context["discrepancies"]
    found = data_of[SHIPPED]

    links = Counter(each["discrepancy"] for each in found["discrepancy_indicators"])

    assert [each["code"] for each in found["discrepancies"]] == [
        row.code for row, _lines in told
    ]
    assert links == Counter({row.code: len(lines) for row, lines in told if lines})


@pytest.mark.parametrize("plan", PLANS)
def test_the_sources_of_the_headline_are_cited_in_the_data(get, data_of, plan):
    found = data_of[plan]
    counted = {
        each["public_id"]
        for each in found["reports"]
        if each["status"] == "published" and not each["is_off_plan"]
    }
    of = {"commitments", "activities"}

    cited = {
        each["source"]
        for each in found["citations"]
        if each["role"] == "rests" and (each["dataset"] in of or each["row"] in counted)
    }

    assert len(cited) == get("plan", plan).context["structure"]["source_count"]
    assert {each["code"] for each in found["sources"]} >= cited


@pytest.mark.parametrize("plan", PLANS)
def test_each_citation_of_the_data_leads_to_a_row(data_of, plan):
    with clock(TODAY):
        tables = take_snapshot(models.Plan.objects.get(code=plan)).tables

    cited = data_of[plan]["citations"]

    assert [each for each in cited if each["row"] not in tables[each["dataset"]]] == []
    assert {each["source"] for each in cited} == tables["sources"].keys()
