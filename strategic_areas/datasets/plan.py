"""What a plan holds: areas, programmes, commitments, activities."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from strategic_areas.datasets.columns import (
    Column,
    Dataset,
    Gap,
    Kind,
    bilingual,
    stored,
    with_gap,
)
from strategic_areas.models import Commitment
from strategic_areas.progress import Punctuality
from strategic_areas.queries.public_rows import commitment_row
from strategic_areas.sentences import (
    COMMITMENT_PUNCTUALITY,
    COMMITMENT_STATES,
    FAMILY_WORDS,
)
from strategic_areas.states import UNDER_WAY, family_of

#: How often what an agency reports changes.
EACH_ROUND = pgettext_lazy("how often it changes", "With each report of an agency")
ADDRESS = Column("address", _("Address of its page"), Kind.ADDRESS)
#: The reason for an empty cell of what follows from a due date, by the punctuality.
UNDATED = {
    None: Gap.NOT_APPLICABLE,
    Punctuality.FINISHED_LATE: Gap.NOT_APPLICABLE,
    Punctuality.NO_DEADLINE: Gap.NOT_REPORTED,
    Punctuality.NOT_DUE: Gap.NOT_DUE,
}


def page(record) -> str:
    """The whole address of a record's page in Spanish."""
    return settings.SITE_URL + record.get_absolute_url(language="es")


COMMITMENTS = (
    *stored(Commitment, "code", "title", "expected_result"),
    Column("area", _("Strategic area (code)"), refers="areas.code"),
    *bilingual(Column("area_name", _("Strategic area"))),
    Column("programme", _("Programme (code)"), refers="programmes.code"),
    Column("lead", _("Lead agency (code)"), refers="agencies.code"),
    Column("lead_acronym", _("Lead agency (acronym)")),
    Column(
        "family",
        _("Family of states"),
        Kind.CODE,
        Gap.NOT_APPLICABLE,
        codes=FAMILY_WORDS,
        about=_("A reconstructed action has no state."),
    ),
    Column("state", _("State"), Kind.CODE, Gap.NOT_APPLICABLE, codes=COMMITMENT_STATES),
    Column(
        "said_on",
        _("Day of the account that says so"),
        Kind.DAY,
        Gap.NOT_REPORTED,
    ),
    Column(
        "activities_done",
        _("Activities completed"),
        Kind.INTEGER,
        Gap.NOT_REPORTED,
        about=_("Of those of which an account tells."),
    ),
    Column(
        "activities_counted",
        _("Activities of which an account tells"),
        Kind.INTEGER,
    ),
    Column(
        "activities_total",
        _("Activities in the plan"),
        Kind.INTEGER,
        Gap.NOT_REPORTED,
        about=_("Nobody knows how many a reconstructed action had."),
    ),
    *with_gap(
        Column(
            "percent",
            _("Percent"),
            Kind.INTEGER,
            unit="%",
            about=_("The average of its activities, rounded down."),
        )
    ),
    *stored(Commitment, "starts_on"),
    Column(
        "due_on",
        _("Due on"),
        Kind.DAY,
        Gap.NOT_REPORTED,
        about=_("Only a date that the plan, an amendment or the agency states."),
    ),
    *stored(Commitment, "due_provenance"),
    Column(
        "punctuality",
        _("Punctuality"),
        Kind.CODE,
        Gap.NOT_APPLICABLE,
        codes=COMMITMENT_PUNCTUALITY,
    ),
    *with_gap(
        Column(
            "days_late",
            _("Days late"),
            Kind.INTEGER,
            unit=_("days"),
            about=_("Of what is still owed, on the day of the data."),
        )
    ),
    *stored(Commitment, "baseline", "means_of_verification", "provenance", "note"),
    Column("is_disputed", _("Not acknowledged by the agency"), Kind.BOOLEAN),
    ADDRESS,
)


def commitments(reading):
    """Each standing commitment, as the list of commitments has them."""
    for row in reading.commitments:
        told, of = commitment_row(row), row.commitment
        state, kept = told["state"], told["punctuality"]
        yield {
            **told,
            "area": of.programme.area.code,
            "area_name_es": of.programme.area.name_es,
            "area_name_en": of.programme.area.name_en,
            "lead": of.lead.slug,
            "lead_acronym": of.lead.acronym,
            "family": state and family_of(state),
            "said_on": row.recorded_until if row.records else row.standing.said_on,
            **_counts(row),
            "percent_gap": _why_no_percent(row),
            **dates(row.deadline, kept, reading.day),
            "address": page(of),
        }


def _counts(row):
    """What is missing is never zero: of activities that nobody tells of, none is."""
    tally, records = row.standing.tally, row.records
    if records:
        told, done, total = records.found - records.untold, records.done, None
    else:
        told, done, total = tally.told, tally.done, tally.total
    is_known = told or not (records or total)
    return {
        "activities_done": done if is_known else None,
        "activities_counted": told,
        "activities_total": total,
    }


def _why_no_percent(row):
    if row.standing.percent is not None:
        return None
    if row.standing.state not in UNDER_WAY:
        return Gap.NOT_APPLICABLE
    left = (each.activity for each in row.activities if each.is_counted)
    is_protected = any(each.counts_victims for each in left)
    return Gap.PROTECTED if is_protected else Gap.NOT_REPORTED


def dates(deadline, kept, day):
    """A due date, if somebody states one, and how many days late work is by it."""
    is_late, why = kept == Punctuality.LATE, UNDATED.get(kept)
    return {
        "due_on": deadline.due_on if deadline.is_stated else None,
        "due_provenance": deadline.due_provenance if deadline.is_stated else None,
        "days_late": (day - deadline.due_on).days if is_late else (None if why else 0),
        "days_late_gap": why,
    }


DATASETS = (
    Dataset(
        "commitments",
        _("Commitments"),
        _("a commitment, with its state and its due date"),
        EACH_ROUND,
        COMMITMENTS,
        ("code",),
        commitments,
    ),
)
