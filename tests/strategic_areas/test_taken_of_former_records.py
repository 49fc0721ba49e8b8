"""What is taken goes from editions also where today's tables lead to no row of it."""

from datetime import date

import pytest

from strategic_areas import figures, models, purging, workflow
from strategic_areas.datasets import editions, removals
from strategic_areas.disclosure import MARKER
from strategic_areas.models.measurements import Measurement
from strategic_areas.purging import blanking, takedowns
from tests import make
from tests.strategic_areas.test_taken_from_editions import (
    NAME,
    TEXT,
    approve,
    counted,
    hide,
    purge,
    rows_of,
    stored,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def fails(*_arguments):
    raise RuntimeError


def superseded(record, **changes):
    """The record, changed, with another one in its place."""
    same = ("programme", "commitment")
    links = {name: getattr(record, name) for name in same if hasattr(record, name)}
    maker = {models.Commitment: make.commitment, models.Activity: make.activity}[
        type(record)
    ]
    record.superseded_by.add(maker(**links))
    type(record).objects.filter(pk=record.pk).update(**changes)
    record.refresh_from_db()
    return record


# Of the plan no more


@pytest.mark.parametrize(
    ("maker", "dataset", "column"),
    [
        (make.commitment, "commitments", "title_es"),
        (make.activity, "activities", "expected_product_es"),
    ],
)
def test_an_older_text_of_a_superseded_record_goes(maker, dataset, column):
    record = maker(**{column: TEXT})
    edition = make.edition(plan=record.plan)
    superseded(record, **{column: f"{TEXT} Otra vez."})

    hide(record, column)

    assert rows_of(edition, dataset)[record.code][column] == MARKER
    assert NAME not in stored(edition)


def test_the_numbers_of_a_superseded_activity_go_when_they_are_protected():
    activity = make.activity(quantity=7, provenance="documented")
    update = make.published_update(activity=activity, percent=30, quantity=3)
    edition = make.edition(plan=activity.plan)
    superseded(activity)

    approve(activity, counts_victims=True)

    report = rows_of(edition, "reports")[update.public_id]
    row = rows_of(edition, "activities")[activity.code]
    of_all = rows_of(edition)[activity.commitment.code]
    assert (report["quantity"], report["percent"]) == (None, None)
    assert (row["quantity"], row["quantity_gap"]) == (None, "protected")
    assert (row["percent"], row["percent_gap"]) == (None, "protected")
    assert (of_all["percent"], of_all["percent_gap"]) == (None, "protected")


def linked_no_more():
    """An edition of a plan that told the indicator of another, and tells it no more."""
    plan, other = make.plan(), make.plan()
    indicator, _measurement = counted(other, sensitive=False)
    make.target_link(make.target(), plan=plan, indicator=indicator)
    edition = make.edition(plan=plan)
    models.TargetLink.objects.filter(plan=plan).delete()
    indicator.refresh_from_db()
    return edition, indicator, f"{indicator.code}/2025-01-01/2025-12-31/"


def test_an_indicator_that_the_plan_left_is_protected_in_its_editions():
    edition, indicator, key = linked_no_more()

    indicator.sensitive = True
    indicator.save()

    row = rows_of(edition, "values")[key]
    assert (row["value"], row["value_gap"]) == (None, "protected")
    assert rows_of(edition, "breakdowns") == {}


def test_a_hidden_figure_of_an_indicator_that_the_plan_left_goes():
    edition, _indicator, key = linked_no_more()

    hide(models.PublishedFigure.objects.get(), "is_hidden")

    row = rows_of(edition, "values")[key]
    assert (row["value"], row["shown"]) == (None, "withdrawn")
    assert rows_of(edition, "breakdowns") == {}


def test_former_parts_of_a_value_go_with_it():
    plan = make.plan()
    counted(plan, sensitive=False)
    edition = make.edition(plan=plan)
    models.PublishedCell.objects.all().delete()

    hide(models.PublishedFigure.objects.get(), "is_hidden")

    assert rows_of(edition, "breakdowns") == {}


def test_the_percent_of_an_older_report_goes_with_it():
    activity = make.activity()
    older = make.earlier_report(activity, percent=37)
    edition = make.edition(plan=activity.plan)
    make.published_update(activity=activity, percent=60)
    later = editions.make_edition(activity.plan, period=make.round(plan=activity.plan))

    workflow.withdraw(older, by=make.reviewer(), cause="error")

    row = rows_of(edition, "activities")[activity.code]
    of_all = rows_of(edition)[activity.commitment.code]
    assert (row["percent"], row["percent_gap"]) == (None, "protected")
    assert (of_all["percent"], of_all["percent_gap"]) == (None, "protected")
    assert rows_of(later, "activities")[activity.code]["percent"] == 60


@pytest.mark.sqlite  # on PostgreSQL the counters move at commit
def test_no_file_with_the_baseline_of_a_protected_indicator_is_served_after():
    indicator = make.indicator(sensitive=False)
    before = models.PublicationVersion.counters().takedowns

    models.Indicator.objects.filter(pk=indicator.pk).update(sensitive=True)

    assert models.PublicationVersion.counters().takedowns == before + 1


# Put back


def test_a_report_that_was_withdrawn_meanwhile_does_not_come_back():
    update = make.published_update(narrative_es=TEXT)
    edition = make.edition(plan=update.plan)
    asked = purging.request_purge(NAME, by=make.reviewer())
    update.refresh_from_db()
    workflow.withdraw(update, by=make.reviewer(), cause="personal")

    purging.cancel(asked, by=make.reviewer())

    row = rows_of(edition, "reports")[update.public_id]
    assert (row["status"], row["text_es"]) == ("withdrawn", None)
    assert NAME not in stored(edition)


def test_a_row_that_went_meanwhile_does_not_come_back_in_part():
    plan = make.plan()
    indicator, measurement = counted(plan, sensitive=False)
    Measurement.objects.filter(pk=measurement.pk).update(note_es=TEXT)
    figures.publish_figures(models.Indicator.objects.filter(pk=indicator.pk))
    edition = make.edition(plan=plan)
    asked = purging.request_purge(NAME, by=make.reviewer())
    Measurement.objects.filter(pk=measurement.pk).update(ends_on=date(2025, 11, 30))
    models.Indicator.objects.filter(pk=indicator.pk).update(sensitive=True)
    figures.publish_figures(models.Indicator.objects.filter(pk=indicator.pk))

    purging.cancel(asked, by=make.reviewer())

    assert rows_of(edition, "values") == {}
    assert not is_locked(edition)


# Locked


def is_locked(edition):
    edition.refresh_from_db()
    return edition.is_locked


def test_what_is_restored_leaves_an_edition_locked(monkeypatch):
    commitment = make.commitment(title_es="Un título sin más")
    other = make.commitment(title_es=TEXT, programme=commitment.programme)
    edition = make.edition(plan=commitment.plan)
    takedown = hide(commitment, "title_es")
    with monkeypatch.context() as patched:
        patched.setattr(removals, "_remaining_row", fails)
        hide(other, "title_es")

    takedowns.HIDING_STEPS.decline(takedown, by=make.reviewer(), reason="No era.")

    row = rows_of(edition)[commitment.code]
    assert (row["title_es"], is_locked(edition)) == ("Un título sin más", True)


def let_reading_fail(patch):
    patch.setattr(removals, "_reading", fails)


def lock(_patch):
    models.Edition.objects.update(is_locked=True)


@pytest.mark.parametrize(
    ("before", "take"),
    [
        (lock, lambda commitment: hide(commitment, "title_es")),
        (lock, lambda commitment: purge()),
        (let_reading_fail, lambda commitment: purge()),
    ],
    ids=["a hiding", "a purge", "a purge while the plan cannot be read"],
)
def test_what_is_taken_goes_from_an_edition_locked(before, take, monkeypatch):
    commitment = make.commitment(title_es=TEXT)
    edition = make.edition(plan=commitment.plan)
    before(monkeypatch)

    take(commitment)

    assert rows_of(edition)[commitment.code]["title_es"] == MARKER
    assert NAME not in stored(edition)
    assert is_locked(edition)


def test_a_restored_backup_leaves_an_edition_locked_without_the_words(tmp_path):
    edition = make.edition(plan=make.commitment(title_es=TEXT).plan)
    backup = {each.pk: bytes(each.content) for each in models.EditionRows.objects.all()}
    models.Edition.objects.update(is_locked=True)
    purge()
    blanking.write_purge_list(tmp_path)
    for pk, content in backup.items():
        models.EditionRows.objects.filter(pk=pk).update(content=content)

    blanking.blank_again(tmp_path, edition.made_at)

    assert NAME not in stored(edition)
    assert is_locked(edition)


def test_a_plan_that_cannot_be_read_holds_no_edition_of_another_back(monkeypatch):
    commitment = make.commitment(title_es=TEXT)
    other = make.commitment()
    edition, unread = (make.edition(plan=each.plan) for each in (commitment, other))
    reading = removals._reading
    monkeypatch.setattr(
        removals,
        "_reading",
        lambda plan, *only: (fails if plan == other.plan else reading)(plan, *only),
    )

    hide(commitment, "title_es")

    assert rows_of(edition)[commitment.code]["title_es"] == MARKER
    assert (is_locked(edition), is_locked(unread)) == (False, True)
