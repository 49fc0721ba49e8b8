"""The command that lists stored texts in which the guard finds a person."""

import io

import pytest
from django.core.management import call_command

from strategic_areas.models import Activity, Discrepancy
from tests import make
from tests.make.plans import open_structure

pytestmark = pytest.mark.django_db


def listed():
    """The command's lines, and its exit status."""
    output, status = io.StringIO(), 0
    try:
        call_command("check_texts", stdout=output)
    except SystemExit as ended:
        status = ended.code
    return output.getvalue().splitlines(), status


def test_a_stored_text_that_would_be_refused_is_named_and_not_quoted():
    record = make.discrepancy()
    Discrepancy.objects.filter(pk=record.pk).update(detail_es="Con 001-1234567-8.")

    assert listed() == (
        [f"strategic_areas.Discrepancy {record.pk} detail_es identity_document"],
        1,
    )


def test_clean_texts_and_the_telephone_of_a_help_line_pass():
    make.help_line(numbers=["809-200-7212"])
    make.published_update()

    lines, status = listed()

    assert (len(lines), status) == (1, 0)


def test_a_public_report_that_counts_people_without_a_source_is_named():
    """One published before that was asked, or before its work was of victims."""
    update = make.published_update(narrative_es="Se atendieron 47 mujeres.")
    assert listed()[1] == 0

    open_structure()
    Activity.objects.filter(pk=update.activity_id).update(reaches_victims=True)

    label = f"strategic_areas.ActivityUpdate {update.pk}"
    assert listed() == ([f"{label} counts people in work with victims"], 1)
