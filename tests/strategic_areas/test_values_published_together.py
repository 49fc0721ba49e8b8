"""Several values are published as one: all of them or none, protected together."""

import pytest
from django.urls import reverse

from agencies.access import RefusedError
from strategic_areas.figures.submission import VALUE_STEPS
from strategic_areas.models import PublishedFigure, ReportedSpan
from strategic_areas.models.measurements import Measurement, ReportedValue
from strategic_areas.public_paths import public_path
from tests import make
from tests.costs import costs
from tests.strategic_areas.decision_cases import Case

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

PERSONS = {"counts": "persons", "national": True, "family": "victims"}

CASES = {"counts": "cases", "sensitive": False, "why_not_sensitive": "Cuenta casos."}


def make_counted(is_teller=False):
    agency = make.agency()
    return make.indicator(agency=agency, is_teller=is_teller, **PERSONS)


def make_printed_part(total):
    plan = total.introduced_by
    return make.reported_value(
        indicator=make.indicator(plan=plan, agency=total.agency, **PERSONS),
        by=make.reviewer(),
        starts_on="2025-01-01",
        ends_on="2025-03-31",
        value=12,
        figure_status="confirmed",
        source=make.source(plan=plan, kind="official_report"),
        printed_where="p. 4",
    )


def overtake(reported):
    """Let another value of these days become a measurement meanwhile."""
    make.measurement(reported.indicator, counted_by=reported.agency.acronym, value=7)


def statuses():
    return list(ReportedValue.objects.order_by("pk").values_list("status", flat=True))


@pytest.mark.parametrize("order", [1, -1], ids=["total first", "printed first"])
def test_what_they_tell_is_protected_once_all_are_known(order):
    """Else the year's total stood beside the printed part that it does not tell."""
    reviewer = make.reviewer()
    total = make_counted(is_teller=True)
    printed = make_printed_part(total)
    values = [
        make.reported_value(indicator=total, value=49, figure_status="confirmed"),
        printed,
    ]

    VALUE_STEPS.approve_all(values[::order], by=reviewer)

    told = dict(PublishedFigure.objects.values_list("indicator", "value"))
    assert told == {total.pk: None, printed.indicator.pk: 12}
    assert statuses() == ["approved", "approved"]


def test_nobody_publishes_what_they_handed_in_and_then_none_is(client):
    reviewer = make.reviewer()
    own = make.indicator(agency=make.agency())
    source = make.source(plan=own.introduced_by)
    values = [
        make.reported_value(),
        make.reported_value(indicator=own, by=reviewer, source=source),
    ]

    with pytest.raises(RefusedError, match=f"^{values[1]}: "):
        VALUE_STEPS.approve_all(values, by=reviewer)

    assert statuses() == ["pending", "pending"]
    assert not Measurement.objects.exists()
    assert not PublishedFigure.objects.exists()


def test_one_that_was_overtaken_is_named_and_none_is_published():
    values = [make.reported_value(), make.reported_value()]
    overtake(values[1])

    with pytest.raises(RefusedError, match=f"^{values[1]}: "):
        VALUE_STEPS.approve_all(values, by=make.reviewer())

    assert statuses() == ["pending", "pending"]
    assert Measurement.objects.count() == 1


def test_trying_them_leaves_nothing():
    values = [make.reported_value(), make.reported_value()]

    with VALUE_STEPS.tried(values, by=make.reviewer()):
        within = PublishedFigure.objects.count()

    assert (within, PublishedFigure.objects.count()) == (2, 0)
    assert statuses() == ["pending", "pending"]


# The queue and the page on which several are published


QUEUE, MANY = reverse("admin:index"), reverse("admin:review_many")


def tokens(client):
    """What can be ticked in the queue, in its order."""
    rows = client.get(QUEUE).context["rows"]
    return [row.picks for row in rows if row.picks]


@pytest.mark.sqlite
def test_values_stand_in_the_queue_among_reports_by_their_age(client, reviewer):
    made = [make.reported_value(), make.submitted_update(), make.reported_value()]

    rows = client.get(QUEUE).context["rows"]

    assert [row.items[0].record for row in rows] == made


@pytest.mark.sqlite
def test_the_queue_tells_who_may_decide_and_whose_it_is(client):
    case = Case(VALUE_STEPS)
    told = []

    for user in (case.proposer, case.other):
        client.force_login(user)
        query = {"que": "ajenas" if user == case.proposer else ""}
        ((item,),) = (row.items for row in client.get(QUEUE, query).context["rows"])
        told.append((item.record, item.needs_another_person, item.may_be_published))

    assert told == [(case.decision, True, False), (case.decision, False, True)]


@pytest.mark.sqlite
def test_what_a_reviewer_reads_by_itself_cannot_be_ticked(client, reviewer):
    own = make.indicator(agency=make.agency())
    make.reported_value(
        indicator=own, by=reviewer, source=make.source(plan=own.introduced_by)
    )
    make.reported_value(note="Se atendió a dos niñas.")
    plain = make.reported_value()

    assert tokens(client) == [f"cifra-{plain.pk}-1"]


@pytest.mark.sqlite
def test_each_is_read_raw_and_as_the_public_will_before_one_press(client, reviewer):
    total, cases = (
        make_counted(is_teller=True),
        make.indicator(agency=make.agency(), **CASES),
    )
    values = [
        make.reported_value(indicator=total, value=7, figure_status="confirmed"),
        make.reported_value(indicator=cases, value=81),
    ]
    picked = {"pick": tokens(client)}

    page = client.get(MANY, picked)
    before = PublishedFigure.objects.count()
    client.post(MANY, {**picked, "page_was_shown": "on"})

    of_values = page.context["of_values"]["indicators"]
    raw = [facts["reported"] for each in of_values for facts in each["facts"]]
    assert raw == values
    assert [row["text"] for row in of_values[0]["series"]] == ["Dato protegido"]
    assert (before, statuses()) == (0, ["approved", "approved"])
    told = PublishedFigure.objects.values_list("indicator", "value")
    assert dict(told) == {total.pk: None, cases.pk: 81}


def test_what_is_marked_beside_one_asks_that_nobody_can_be_recognised(client, reviewer):
    make.reported_value(note="Lo anotó Yubelkis en Villa Jaragua.")
    picked = {"pick": tokens(client)}

    refused = client.post(MANY, picked)
    before = statuses()
    client.post(MANY, {**picked, "checked": "on", "page_was_shown": "on"})

    assert "checked" in refused.context["form"].errors
    assert (before, statuses()) == (["pending"], ["approved"])


def test_a_forged_tick_publishes_neither_her_own_nor_what_warns(client, reviewer):
    own = make.indicator(agency=make.agency())
    source = make.source(plan=own.introduced_by)
    made = [
        make.reported_value(indicator=own, by=reviewer, source=source),
        make.reported_value(note="Se atendió a dos niñas."),
    ]

    forged = [f"cifra-{value.pk}-1" for value in made]
    client.post(MANY, {"pick": forged, "checked": "on", "page_was_shown": "on"})

    assert statuses() == ["pending", "pending"]


@pytest.mark.parametrize(("value", "is_odd"), [(81, True), (60, False)])
def test_a_value_that_leaps_is_compared_first(client, reviewer, value, is_odd):
    indicator = make.indicator(agency=make.agency(), key_figure=True, **CASES)
    VALUE_STEPS.approve(
        make.reported_value(indicator=indicator, value=52), by=make.reviewer()
    )
    days = {"starts_on": "2026-01-01", "ends_on": "2026-12-31"}
    made = make.reported_value(indicator=indicator, value=value, **days)
    page = client.get(reverse("admin:review", args=["cifra", made.pk]))
    if is_odd:
        client.post(MANY, {"pick": f"cifra-{made.pk}-1", "page_was_shown": "on"})
    publish = reverse("admin:review_publish", args=["cifra", made.pk])

    refused = client.post(publish, {"seen_version": 1}).status_code == 422
    before = statuses()
    client.post(publish, {"seen_version": 1, "compared": "on"})

    (shown,) = page.context["screen"]["preview"]["indicators"]
    assert refused == is_odd
    assert before == ["approved", "pending" if is_odd else "approved"]
    assert statuses() == ["approved", "approved"]
    places = [page.address for page in shown["page_changes"]]
    assert places[0] == public_path("home")
    assert public_path("indicator", indicator.code) in places
    for card in (shown["before"], shown["after"]):
        assert card["text"] in page.content.decode()


@pytest.mark.sqlite
def test_reports_and_values_are_published_by_one_press(client, reviewer):
    update = make.submitted_update()
    make.reported_value()

    client.post(MANY, {"pick": tokens(client), "page_was_shown": "on"})

    update.refresh_from_db()
    assert (update.status, statuses()) == ("published", ["approved"])


@pytest.mark.sqlite
def test_where_one_value_fails_it_is_named_and_none_is_published(client, reviewer):
    update = make.submitted_update()
    values = [make.reported_value(), make.reported_value()]
    picked = {"pick": tokens(client)}
    overtake(values[1])

    page = client.post(MANY, {**picked, "page_was_shown": "on"})

    update.refresh_from_db()
    assert (page.status_code, statuses()) == (422, ["pending", "pending"])
    assert page.context["refused"].startswith(f"{values[1]}: ")
    assert update.status == "submitted"


def test_without_one_that_was_decided_meanwhile_the_rest_is_read_anew(client, reviewer):
    """Else the year's total came out that beside the other was read as protected."""
    total = make_counted(is_teller=True)
    make.reported_value(indicator=total, value=49, figure_status="confirmed")
    other = make_printed_part(total)
    picked = {"pick": tokens(client)}
    VALUE_STEPS.decline(other, by=make.reviewer(), reason="Falta la fuente.")

    page = client.post(MANY, {**picked, "page_was_shown": "on"})
    before = statuses()
    left = page.context["form"].initial["pick"]
    client.post(MANY, {"pick": left, "page_was_shown": "on"})

    assert (page.status_code, before) == (422, ["pending", "declined"])
    assert [label for label, _reason in page.context["left_out"]] == [
        token for token in picked["pick"] if token not in left
    ]
    assert statuses() == ["approved", "declined"]


@pytest.mark.sqlite
def test_each_step_leads_to_what_waits_next_whatever_it_is(client, reviewer):
    value, update = make.reported_value(), make.submitted_update()
    publish, give_back = (
        reverse(f"admin:review_{step}", args=["cifra", value.pk])
        for step in ("publish", "return")
    )

    refused = client.post(give_back, {"seen_version": 1, "reason": " "})
    done = client.post(publish, {"seen_version": 1})
    again = client.post(publish, {"seen_version": 1}, follow=True)

    assert refused.status_code == 422
    assert done["Location"] == reverse("admin:review", args=["avance", update.pk])
    assert statuses() == ["approved"]
    assert [told.level_tag for told in again.context["messages"]] == [
        "success",
        "error",
    ]


@pytest.mark.sqlite
def test_the_history_tells_each_step_of_these_days(client, reviewer):
    indicator = make.indicator(agency=make.agency())
    first = make.reported_value(indicator=indicator)
    VALUE_STEPS.decline(first, by=reviewer, reason="Falta la fuente.")
    second = make.reported_value(indicator=indicator)

    page = client.get(reverse("admin:value", args=[second.pk]))

    steps = page.context["screen"]["history"]
    assert [(each["by"], each["reason"]) for each in steps] == [
        (first.proposed_by, ""),
        (reviewer, "Falta la fuente."),
        (second.proposed_by, ""),
    ]


# Taking back


def test_whoever_handed_a_value_in_takes_it_back_while_it_waits(client):
    own, decided = make.reported_value(), make.reported_value()
    VALUE_STEPS.decline(decided, by=make.reviewer(), reason="Falta la fuente.")

    for value in (own, decided):
        client.force_login(value.proposed_by)
        client.post(reverse("admin:value_recall", args=[value.pk]))

    assert statuses() == ["taken_back", "declined"]
    assert not ReportedSpan.objects.filter(indicator=own.indicator).exists()


def test_nobody_else_takes_a_value_back(client, reviewer):
    value = make.reported_value()
    address = reverse("admin:value_recall", args=[value.pk])
    colleague = make.focal_point(agency=value.agency)

    answers = [client.post(address).status_code]
    for user in (colleague, make.focal_point()):
        client.force_login(user)
        answers.append(client.post(address).status_code)

    assert (answers, statuses()) == ([302, 302, 404], ["pending"])


def test_the_queue_costs_the_same_at_1_and_many_values(client, reviewer):
    few, many = costs(lambda: client.get(QUEUE), make.reported_value)

    assert few == many
