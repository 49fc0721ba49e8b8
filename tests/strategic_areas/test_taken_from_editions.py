"""What is taken from the public goes from the rows of every edition at once."""

import json
from concurrent.futures import ThreadPoolExecutor, wait

import pytest
from django.db import connection
from django.http import Http404
from django.utils import timezone

from strategic_areas import figures, models, purging, workflow
from strategic_areas.datasets import editions, removals
from strategic_areas.disclosure import MARKER
from strategic_areas.purging import blanking, takedowns
from tests import make
from tests.strategic_areas.plans import load_small, small
from tests.strategic_areas.refusing import is_refused

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

NAME = "Juana Pérez Zapata"
TEXT = f"Taller que dio {NAME}."


def rows_of(edition, dataset="commitments"):
    edition.refresh_from_db()
    return editions.unpack_rows(edition.datasets.get(dataset=dataset).content)


def stored(edition):
    return "".join(
        json.dumps(editions.unpack_rows(each.content), ensure_ascii=False)
        for each in edition.datasets.all()
    )


def bytes_of(edition):
    return [bytes(each.content) for each in edition.datasets.order_by("pk")]


def two_editions(commitment, **later):
    plan = commitment.programme.area.plan
    first = make.edition(plan=plan)
    type(commitment).objects.filter(pk=commitment.pk).update(**later)
    second = editions.make_edition(plan, period=make.round(plan=plan))
    return first, second


def hide(record, *names, **told):
    columns = {name: takedowns.values_when_hidden(record)[name] for name in names}
    told = {"cause": "personal", "by": make.reviewer(), **told}
    return takedowns.hide_columns(record, columns, **told)


# Hiding


def test_what_is_hidden_goes_from_every_edition_in_both_languages():
    commitment = make.commitment(title_es=TEXT, title_en="One workshop")
    code = commitment.code
    first, second = two_editions(commitment, title_es="Otro título")
    commitment.refresh_from_db()

    hide(commitment, "title_es")

    assert [rows_of(each)[code]["title_es"] for each in (first, second)] == [MARKER] * 2
    assert [rows_of(each)[code]["title_en"] for each in (first, second)] == [MARKER] * 2
    assert NAME not in stored(first) + stored(second)


def test_an_edition_says_that_and_why_something_was_taken_and_never_what():
    commitment = make.commitment(title_es=TEXT)
    edition = make.edition(plan=commitment.plan)
    nonce = bytes(edition.nonce)

    takedown = hide(commitment, "title_es")

    edition.refresh_from_db()
    assert edition.withdrawn == [
        {
            "on": timezone.localdate(takedown.proposed_at).isoformat(),
            "cause": "personal",
            "takedown": takedown.pk,
            "rows": [["commitments", commitment.code]],
        }
    ]
    assert bytes(edition.nonce) != nonce


def test_a_hidden_text_goes_from_where_an_edition_told_it_under_another_key():
    commitment = make.commitment(code="1.1", title_es=TEXT)
    edition, _second = two_editions(commitment, code="2.1")
    commitment.refresh_from_db()

    hide(commitment, "title_es")

    assert rows_of(edition)["1.1"]["title_es"] == MARKER


def test_what_is_hidden_of_the_plan_itself_goes_too():
    plan = make.plan(act_es=TEXT, act_url="https://example.org/acta")
    edition = make.edition(plan=plan)

    hide(plan, "act_es", "act_url")

    row = rows_of(edition, "plans")[plan.code]
    assert (row["act_es"], row["act_url"]) == (MARKER, None)


def test_the_same_words_of_a_record_that_is_not_touched_stay():
    one = make.commitment(title_es=TEXT)
    other = make.commitment(title_es=TEXT, programme=one.programme)
    edition = make.edition(plan=one.plan)

    hide(one, "title_es")

    rows = rows_of(edition)
    assert (rows[one.code]["title_es"], rows[other.code]["title_es"]) == (MARKER, TEXT)


def test_what_was_only_changed_stays_as_it_stood():
    one = make.commitment(title_es="Primer título")
    other = make.commitment(title_es=TEXT, programme=one.programme)
    edition, _second = two_editions(one, title_es="Segundo título")

    hide(other, "title_es")

    assert rows_of(edition)[one.code]["title_es"] == "Primer título"


def test_only_what_is_touched_is_read_of_a_plan(monkeypatch):
    commitment = make.commitment(title_es=TEXT)
    other = make.activity(plan=commitment.plan).commitment
    edition, read = make.edition(plan=commitment.plan), []
    today = removals._today
    monkeypatch.setattr(
        removals, "_today", lambda *asked: read.append(today(*asked)) or read[-1]
    )

    hide(commitment, "title_es")

    found = [[*tables["commitments"]] for told in read for tables in told.values()]
    assert found == [[commitment.code]] * 2
    assert {commitment.code, other.code} <= rows_of(edition).keys()


def test_restoring_brings_back_just_what_was_hidden():
    commitment = make.commitment(title_es=TEXT)
    first, second = two_editions(commitment, title_es=f"{TEXT} Otra vez.")
    commitment.refresh_from_db()
    unlike = make.commitment(programme=commitment.programme)
    stood, nonce = bytes_of(first) + bytes_of(second), bytes(first.nonce)
    takedown = hide(commitment, "title_es")
    hide(unlike, "title_es")

    takedowns.HIDING_STEPS.decline(takedown, by=make.reviewer(), reason="No era.")

    assert bytes_of(first) + bytes_of(second) == stood
    first.refresh_from_db()
    assert (first.withdrawn, bytes(first.nonce) == nonce) == ([], False)


def test_a_text_that_was_hidden_elsewhere_meanwhile_does_not_come_back():
    commitment = make.commitment(title_es=TEXT, note_es="Se firmó el acta.")
    other = make.commitment(
        title_es="Se firmó el acta.", programme=commitment.programme
    )
    edition = make.edition(plan=commitment.plan)
    takedown = hide(commitment, "title_es", "note_es")
    hide(other, "title_es")

    takedowns.HIDING_STEPS.decline(takedown, by=make.reviewer(), reason="No era.")

    assert rows_of(edition)[commitment.code]["note_es"] == MARKER


# Purging


def purge(phrases=NAME):
    asked = purging.request_purge(phrases, by=make.reviewer())
    return purging.confirm(asked, by=make.reviewer())


def test_words_that_only_an_edition_holds_are_hidden_at_once_and_then_purged():
    commitment = make.commitment(title_es=TEXT)
    edition, second = two_editions(commitment, title_es="Otro título")

    asked = purging.request_purge(NAME, by=make.reviewer())
    hidden = stored(edition)
    purging.confirm(asked, by=make.reviewer())

    assert (NAME in hidden, NAME in stored(edition)) == (False, False)
    assert models.Takedown.objects.get().editions == {}
    assert rows_of(edition)[commitment.code]["title_es"] == MARKER
    assert rows_of(second)[commitment.code]["title_es"] == "Otro título"


def test_words_in_the_key_of_a_corrected_row_are_purged():
    named = [["sources", NAME]]
    edition = make.earlier_edition(make.edition(), corrected_rows=named)

    purge()

    edition.refresh_from_db()
    assert edition.corrected_rows == []


def test_a_purge_that_is_called_off_brings_them_back():
    commitment = make.commitment(title_es=TEXT)
    edition, _second = two_editions(commitment, title_es="Otro título")
    stood = bytes_of(edition)
    asked = purging.request_purge(NAME, by=make.reviewer())

    purging.cancel(asked, by=make.reviewer())

    assert bytes_of(edition) == stood


def test_a_restored_backup_does_not_bring_purged_words_back(tmp_path):
    commitment = make.commitment(title_es=TEXT)
    edition, _second = two_editions(commitment, title_es="Otro título")
    backup = {each.pk: bytes(each.content) for each in models.EditionRows.objects.all()}
    made_at = edition.made_at
    done = purge()
    blanking.write_purge_list(tmp_path)
    models.Edition.objects.update(is_locked=True)
    for pk, content in backup.items():
        models.EditionRows.objects.filter(pk=pk).update(content=content)
    models.Edition.objects.update(is_locked=False, nonce=b"as it was stored")
    assert NAME in stored(edition)

    blanking.blank_again(tmp_path, made_at)

    assert NAME not in stored(edition)
    assert NAME not in (tmp_path / blanking.LIST_NAME).read_text(encoding="utf-8")
    assert commitment.code in rows_of(edition)
    assert (models.EditionRows, 1) in done.counts


# Failing closed


def test_an_edition_of_which_the_reach_is_unknown_is_not_served(monkeypatch):
    commitment = make.commitment(title_es=TEXT)
    edition = make.edition(plan=commitment.plan)

    def fails(*_arguments):
        raise RuntimeError

    monkeypatch.setattr(removals, "_remaining_row", fails)
    hide(commitment, "title_es")

    commitment.refresh_from_db()
    edition.refresh_from_db()
    assert commitment.title_es == MARKER
    with pytest.raises(Http404):
        editions.snapshot_of(edition)


def test_nobody_else_changes_what_an_edition_lost_or_a_hiding_keeps():
    commitment = make.commitment(title_es=TEXT)
    make.edition(plan=commitment.plan)
    takedown = hide(commitment, "title_es")
    stored_one = models.Takedown.objects.filter(pk=takedown.pk)

    assert is_refused(lambda: stored_one.update(editions={"1": {}}))
    assert is_refused(lambda: models.Edition.objects.update(withdrawn=[]))


@pytest.mark.sqlite  # on PostgreSQL the counters move at commit
def test_no_file_that_was_made_before_is_served_after():
    activity = make.activity()
    figure = make.published_figure()
    edition = make.edition(plan=activity.plan)
    changes = {
        "a number is protected": lambda: type(activity).objects.update(
            counts_victims=True
        ),
        "a figure is put away": lambda: type(figure).objects.update(is_hidden=True),
        "an edition is withheld": lambda: models.Edition.objects.update(is_locked=True),
        "an edition lost something": lambda: models.Edition.objects.filter(
            pk=edition.pk
        ).update(is_locked=False, withdrawn=[{}], nonce=b"other"),
    }

    moved = {}
    for name, change in changes.items():
        before = models.PublicationVersion.counters().takedowns
        change()
        moved[name] = models.PublicationVersion.counters().takedowns - before

    assert moved == dict.fromkeys(changes, 1)


# Withdrawing


def test_of_a_withdrawn_report_only_its_place_stays():
    activity = make.activity(quantity=40, unit_es="talleres")
    update = make.published_update(
        activity=activity, narrative_es=TEXT, quantity=7, percent=37
    )
    edition = make.edition(plan=activity.plan)

    workflow.withdraw(update, by=make.reviewer(), cause="error")

    row = rows_of(edition, "reports")[update.public_id]
    told = {name: row[name] for name in ("status", "withdrawal_cause", "subject")}
    assert told == {
        "status": "withdrawn",
        "withdrawal_cause": "error",
        "subject": activity.code,
    }
    assert [row[name] for name in ("text_es", "quantity", "percent", "state")] == (
        [None] * 4
    )
    assert NAME not in stored(edition)
    of_work = rows_of(edition, "activities")[activity.code]
    of_all = rows_of(edition)[activity.commitment.code]
    assert (of_work["percent"], of_work["percent_gap"]) == (None, "protected")
    assert (of_all["percent"], of_all["percent_gap"]) == (None, "protected")


def test_an_older_wording_of_what_is_withdrawn_goes_too():
    update = make.published_update(narrative_es=TEXT)
    edition = make.edition(plan=update.plan)
    correction = make.publish(make.correction(update, narrative_es="Ahora sin nombre."))

    workflow.withdraw(correction, by=make.reviewer(), cause="error")

    assert rows_of(edition, "reports") == {}
    assert edition.withdrawn[0]["rows"][-1] == ["reports", update.public_id]


def test_what_another_report_says_stays():
    update = make.published_update(narrative_es="Se hizo.", percent=37)
    other = make.published_update(
        activity=make.activity(commitment=update.activity.commitment)
    )
    edition = make.edition(plan=update.plan)
    stood = rows_of(edition, "reports")[update.public_id]

    workflow.withdraw(other, by=make.reviewer(), cause="error")

    assert rows_of(edition, "reports")[update.public_id] == stood


# Protecting


def test_a_number_that_is_protected_later_goes_with_what_would_tell_it():
    activity = make.activity(quantity=10, provenance="documented")
    other = make.activity(commitment=activity.commitment)
    update = make.published_update(
        activity=activity, quantity=4, percent=40, people_reached=6
    )
    make.published_update(activity=other, percent=50)
    edition = make.edition(plan=activity.plan)
    told = rows_of(edition, "reports")[update.public_id]

    approve(activity, counts_victims=True)

    row = rows_of(edition, "reports")[update.public_id]
    of_work = rows_of(edition, "activities")
    assert [told[name] for name in ("quantity", "percent", "people_reached")] == (
        [4, 40, 6]
    )
    for name in ("quantity", "percent", "people_reached"):
        assert (row[name], row[f"{name}_gap"]) == (None, "protected")
    for name in ("quantity", "percent"):
        cells = of_work[activity.code]
        assert (cells[name], cells[f"{name}_gap"]) == (None, "protected")
    assert of_work[other.code]["percent"] == 50
    assert rows_of(edition)[activity.commitment.code]["percent"] is None
    assert edition.withdrawn[-1]["cause"] == "protected"


def approve(record, **fields):
    change = make.change(record, **fields)
    return workflow.approve(change, by=make.reviewer())


def test_a_plan_file_that_protects_a_number_reaches_editions(tmp_path):
    content = small()
    activity = content["activities"][0]
    activity |= {"quantity": 8, "unit_es": "talleres"}
    activity |= {"counts_victims": False, "reaches_victims": False}
    load_small(tmp_path, content)
    edition = make.edition(plan=models.Plan.objects.get())
    told = rows_of(edition, "activities")[activity["code"]]

    activity |= {"counts_victims": True, "reaches_victims": True}
    load_small(tmp_path, content)

    row = rows_of(edition, "activities")[activity["code"]]
    assert told["quantity"] == 8
    assert (row["quantity"], row["quantity_gap"]) == (None, "protected")


def counted(plan, **fields):
    indicator = make.indicator(plan=plan, national=True, dimension="sex", **fields)
    told = {"value": 43, "note_es": "43 mujeres y niñas."}
    parts = {"female": 40, "male": 3}
    measurement = make.measurement(indicator, dimension="sex", parts=parts, **told)
    figures.publish_figures(models.Indicator.objects.filter(pk=indicator.pk))
    return indicator, measurement


def test_figures_of_what_counts_victims_from_now_on_go_with_their_parts():
    plan = make.plan()
    indicator, _measurement = counted(plan, sensitive=False)
    other, _measurement = counted(plan, sensitive=False)
    edition = make.edition(plan=plan)
    assert len(rows_of(edition, "breakdowns")) == 4

    indicator.sensitive = True
    indicator.save()

    row, stays = (
        rows_of(edition, "values")[f"{each.code}/2025-01-01/2025-12-31/"]
        for each in (indicator, other)
    )
    assert (row["value"], row["value_gap"], row["shown"]) == (
        *(None, "protected", "protected"),
    )
    assert (row["note_es"], stays["value"], stays["note_es"]) == (
        *(None, 43, "43 mujeres y niñas."),
    )
    parts = rows_of(edition, "breakdowns").values()
    assert {each["indicator"] for each in parts} == {other.code}


def test_a_hidden_figure_goes_and_comes_back():
    plan = make.plan()
    indicator, _measurement = counted(plan, sensitive=False)
    edition = make.edition(plan=plan)
    stood = rows_of(edition, "values"), rows_of(edition, "breakdowns")

    takedown = hide(models.PublishedFigure.objects.get(), "is_hidden")
    hidden = rows_of(edition, "values"), rows_of(edition, "breakdowns")
    takedowns.HIDING_STEPS.decline(takedown, by=make.reviewer(), reason="No era.")

    (row,) = hidden[0].values()
    assert (row["value"], row["note_es"], row["shown"]) == (None, None, "withdrawn")
    assert hidden[1] == {}
    assert (rows_of(edition, "values"), rows_of(edition, "breakdowns")) == stood


def test_a_hidden_amount_goes_from_every_edition():
    plan = make.plan()
    activity = make.activity(
        plan=plan,
        budget="amount",
        budget_amount=700,
        budget_source=make.source(plan=plan),
    )
    edition = make.edition(plan=activity.plan)

    hide(
        activity, *takedowns.hideable(activity)[models.Activity.fields["budget_amount"]]
    )

    assert rows_of(edition, "activities")[activity.code]["budget_amount"] is None


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_an_edition_that_is_made_meanwhile_does_not_keep_it(monkeypatch):
    """Who makes one while something is hidden waits, and reads what is left."""
    commitment = make.commitment(title_es=TEXT)
    plan, moving, made = commitment.plan, takedowns._swap_values, []

    def maker():
        try:
            made.append(editions.make_edition(models.Plan.objects.get(pk=plan.pk)))
        finally:
            connection.close()

    def move(*arguments, **how):
        wait([pool.submit(maker)], timeout=3)  # It would have been made by then.
        moving(*arguments, **how)

    monkeypatch.setattr(takedowns, "_swap_values", move)
    with ThreadPoolExecutor(1) as pool:
        hide(commitment, "title_es")

    (edition,) = made
    assert rows_of(edition)[commitment.code]["title_es"] == MARKER
