"""What is taken from the public goes from the rows of every edition at once."""

import json

import pytest
from django.http import Http404

from strategic_areas import purging
from strategic_areas.datasets import editions, taking_away
from strategic_areas.disclosure import MARKER
from strategic_areas.models import Edition, EditionRows, PublicationVersion, Takedown
from strategic_areas.purging import blanking, hiding
from tests import factories
from tests.strategic_areas.refusing import is_refused

pytestmark = pytest.mark.django_db

NAME = "Juana Pérez Zapata"
TEXT = f"Taller que dio {NAME}."


def rows_of(edition, dataset="commitments"):
    """The rows of an edition as they are stored."""
    edition.refresh_from_db()
    return editions.unpacked(edition.datasets.get(dataset=dataset).content)


def stored(edition):
    """All that is stored of an edition's rows, as one text."""
    return "".join(
        json.dumps(editions.unpacked(each.content), ensure_ascii=False)
        for each in edition.datasets.all()
    )


def bytes_of(edition):
    return [bytes(each.content) for each in edition.datasets.order_by("pk")]


def two_editions(commitment, **later):
    """Two editions of its plan; between them the commitment changed."""
    plan = commitment.programme.area.plan
    first = factories.make_edition(plan=plan)
    type(commitment).objects.filter(pk=commitment.pk).update(**later)
    second = editions.make(plan, period=factories.make_round(plan=plan))
    return first, second


def hide(record, *names, **told):
    columns = {name: hiding.whole(record)[name] for name in names}
    told = {"cause": "personal", "by": factories.make_reviewer(), **told}
    return hiding.hide(record, columns, **told)


# Hiding


def test_what_is_hidden_goes_from_every_edition_in_both_languages():
    commitment = factories.make_commitment(title_es=TEXT, title_en="One workshop")
    code = commitment.code
    first, second = two_editions(commitment, title_es="Otro título")
    commitment.refresh_from_db()

    hide(commitment, "title_es")

    assert [rows_of(each)[code]["title_es"] for each in (first, second)] == [MARKER] * 2
    assert [rows_of(each)[code]["title_en"] for each in (first, second)] == [MARKER] * 2
    assert NAME not in stored(first) + stored(second)


def test_an_edition_says_that_and_why_something_was_taken_and_never_what():
    commitment = factories.make_commitment(title_es=TEXT)
    edition = factories.make_edition(plan=commitment.plan)
    random = bytes(edition.random)

    takedown = hide(commitment, "title_es")

    edition.refresh_from_db()
    assert edition.withdrawn == [
        {
            "on": takedown.proposed_at.date().isoformat(),
            "cause": "personal",
            "takedown": takedown.pk,
            "rows": [["commitments", commitment.code]],
        }
    ]
    assert bytes(edition.random) != random


def test_a_hidden_text_goes_from_where_an_edition_told_it_under_another_key():
    commitment = factories.make_commitment(code="1.1", title_es=TEXT)
    edition, _second = two_editions(commitment, code="2.1")
    commitment.refresh_from_db()

    hide(commitment, "title_es")

    assert rows_of(edition)["1.1"]["title_es"] == MARKER


def test_what_was_only_changed_stays_as_it_stood():
    one = factories.make_commitment(title_es="Primer título")
    other = factories.make_commitment(title_es=TEXT, programme=one.programme)
    edition, _second = two_editions(one, title_es="Segundo título")

    hide(other, "title_es")

    assert rows_of(edition)[one.code]["title_es"] == "Primer título"


def test_restoring_brings_back_just_what_was_hidden():
    commitment = factories.make_commitment(title_es=TEXT)
    first, second = two_editions(commitment, title_es=f"{TEXT} Otra vez.")
    commitment.refresh_from_db()
    stood, random = bytes_of(first) + bytes_of(second), bytes(first.random)
    takedown = hide(commitment, "title_es")

    hiding.HIDINGS.decline(takedown, by=factories.make_reviewer(), reason="No era.")

    assert bytes_of(first) + bytes_of(second) == stood
    first.refresh_from_db()
    assert (first.withdrawn, bytes(first.random) == random) == ([], False)


def test_what_two_people_decided_on_meanwhile_is_not_brought_back():
    commitment = factories.make_commitment(title_es=TEXT, baseline_es="Línea uno")
    edition = factories.make_edition(plan=commitment.plan)
    takedown = hide(commitment, "title_es")
    hide_again = factories.make_commitment(programme=commitment.programme)
    hide(hide_again, "title_es")

    hiding.HIDINGS.decline(takedown, by=factories.make_reviewer(), reason="No era.")

    assert rows_of(edition)[commitment.code]["title_es"] == MARKER


# Purging


def purge(phrases=NAME):
    asked = purging.request(phrases, by=factories.make_reviewer())
    return purging.confirm(asked, by=factories.make_reviewer())


def test_words_that_only_an_edition_holds_are_hidden_at_once_and_then_purged():
    commitment = factories.make_commitment(title_es=TEXT)
    edition, second = two_editions(commitment, title_es="Otro título")

    asked = purging.request(NAME, by=factories.make_reviewer())
    hidden = stored(edition)
    purging.confirm(asked, by=factories.make_reviewer())

    assert (NAME in hidden, NAME in stored(edition)) == (False, False)
    assert Takedown.objects.get().editions == {}
    assert rows_of(edition)[commitment.code]["title_es"] == MARKER
    assert rows_of(second)[commitment.code]["title_es"] == "Otro título"


def test_a_purge_that_is_called_off_brings_them_back():
    commitment = factories.make_commitment(title_es=TEXT)
    edition, _second = two_editions(commitment, title_es="Otro título")
    stood = bytes_of(edition)
    asked = purging.request(NAME, by=factories.make_reviewer())

    purging.cancel(asked, by=factories.make_reviewer())

    assert bytes_of(edition) == stood


def test_a_restored_backup_does_not_bring_purged_words_back(tmp_path):
    commitment = factories.make_commitment(title_es=TEXT)
    edition, _second = two_editions(commitment, title_es="Otro título")
    backup = {each.pk: bytes(each.content) for each in EditionRows.objects.all()}
    made_at = edition.made_at
    done = purge()
    blanking.write_beside(tmp_path)
    Edition.objects.update(is_moving=True)
    for pk, content in backup.items():
        EditionRows.objects.filter(pk=pk).update(content=content)
    Edition.objects.update(is_moving=False, random=b"as it was stored")
    assert NAME in stored(edition)

    blanking.blank_again(tmp_path, made_at)

    assert NAME not in stored(edition)
    assert NAME not in (tmp_path / blanking.NAME).read_text(encoding="utf-8")
    assert commitment.code in rows_of(edition)
    assert (EditionRows, 1) in done.counts


# Failing closed


def test_an_edition_of_which_the_reach_is_unknown_is_not_served(monkeypatch):
    commitment = factories.make_commitment(title_es=TEXT)
    edition = factories.make_edition(plan=commitment.plan)

    def fails(*_arguments):
        raise RuntimeError

    monkeypatch.setattr(taking_away, "_left", fails)
    hide(commitment, "title_es")

    commitment.refresh_from_db()
    edition.refresh_from_db()
    assert commitment.title_es == MARKER
    with pytest.raises(Http404):
        editions.snapshot_of(edition)


def test_nobody_else_changes_what_an_edition_lost_or_a_hiding_keeps():
    commitment = factories.make_commitment(title_es=TEXT)
    factories.make_edition(plan=commitment.plan)
    takedown = hide(commitment, "title_es")
    stored_one = Takedown.objects.filter(pk=takedown.pk)

    assert is_refused(lambda: stored_one.update(editions={"1": {}}))
    assert is_refused(lambda: Edition.objects.update(withdrawn=[]))


@pytest.mark.sqlite  # on PostgreSQL the counters move at commit
def test_no_file_that_was_made_before_is_served_after():
    activity = factories.make_activity()
    figure = factories.make_published_figure()
    edition = factories.make_edition(plan=activity.plan)
    changes = {
        "a number is protected": lambda: type(activity).objects.update(
            counts_victims=True
        ),
        "a figure is put away": lambda: type(figure).objects.update(is_hidden=True),
        "an edition is held back": lambda: Edition.objects.update(is_moving=True),
        "an edition lost something": lambda: Edition.objects.filter(
            pk=edition.pk
        ).update(is_moving=False, withdrawn=[{}], random=b"other"),
    }

    moved = {}
    for name, change in changes.items():
        before = PublicationVersion.counters().takedowns
        change()
        moved[name] = PublicationVersion.counters().takedowns - before

    assert moved == dict.fromkeys(changes, 1)
