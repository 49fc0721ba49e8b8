"""What agencies and public sources report: accounts with their earlier revisions."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from agencies.fields import Kind as FieldKind
from strategic_areas.datasets.columns import (
    ADDRESS,
    EACH_REPORT,
    IS_DISPUTED,
    Column,
    Dataset,
    Gap,
    Kind,
    bilingual,
    label_of,
    page,
    pair,
    why_empty,
    with_gap,
)
from strategic_areas.models import PUBLIC_RECORD, Cause, Provenance, Result
from strategic_areas.queries.public_rows import COUNTED, report_row
from strategic_areas.queries.updates.record import FIGURES, TEXTS
from strategic_areas.sentences import STATES

KINDS = {
    "report": pgettext_lazy("an account", "Report on an activity"),
    "declaration": pgettext_lazy("an account", "Declaration of a result"),
}
#: Of a declaration from before there were results.
NOT_YET = "not_yet"
NUMBERS = {FieldKind.WHOLE: Kind.INTEGER, FieldKind.DECIMAL: Kind.NUMBER}
NOT_ADDED = _(
    "As this report states it: agencies are not asked whether it counts since the "
    "start. Pages tell that of the last report and add none. What counts victims is "
    "protected also where nothing is stated."
)
UNIT = bilingual(Column("unit", _("Unit"), gap=Gap.NOT_APPLICABLE))
REPORTS = (
    Column("public_id", _("Word of its address")),
    Column("kind", _("Kind"), Kind.CODE, codes=KINDS),
    Column("subject", _("What it is about (code)")),
    *bilingual(Column("subject_title", _("What it is about"))),
    Column(
        "activity",
        _("Activity (code)"),
        gap=Gap.NOT_APPLICABLE,
        refers="activities.code",
        about=_("Empty for what is outside the plan or was superseded."),
    ),
    Column(
        "commitment",
        _("Commitment (code)"),
        gap=Gap.NOT_APPLICABLE,
        refers="commitments.code",
        about=_("Empty for one that was superseded."),
    ),
    Column("is_off_plan", _("Outside the plan"), Kind.BOOLEAN),
    Column("agency", _("Agency (code)"), refers="agencies.code"),
    Column("agency_acronym", _("Agency (acronym of the day)")),
    *bilingual(Column("agency_name", _("Agency (name of the day)"))),
    Column("period", _("Round or period (code)"), refers="rounds.code"),
    Column("period_starts_on", _("First day of the period"), Kind.DAY),
    Column("period_ends_on", _("Last day of the period"), Kind.DAY),
    Column("is_demonstration", _("Demonstration, not real"), Kind.BOOLEAN),
    Column(
        "status",
        _("What became of the revision"),
        Kind.CODE,
        codes={each.value: each.label for each in PUBLIC_RECORD},
    ),
    Column("revision", _("Revision"), Kind.INTEGER),
    Column(
        "provenance",
        _("Where this comes from"),
        Kind.CODE,
        codes=dict(Provenance.choices),
    ),
    Column("state", _("State"), Kind.CODE, Gap.NOT_APPLICABLE, codes=STATES),
    Column(
        "result",
        _("Declared result"),
        Kind.CODE,
        Gap.NOT_APPLICABLE,
        codes={**dict(Result.choices), NOT_YET: _("Not reached yet")},
    ),
    *with_gap(
        Column(
            "percent",
            _("Percent"),
            Kind.INTEGER,
            unit="%",
            about=_("Since the activity began, not since the last period."),
        )
    ),
    *(
        column
        for of in FIGURES
        for column in with_gap(
            Column(of.name, label_of(of), NUMBERS[of.kind], about=NOT_ADDED)
        )
    ),
    *UNIT,
    *with_gap(Column("text_es", _("What was done, in Spanish"))),
    Column("text_en", _("What was done, in English"), gap=Gap.NOT_REPORTED),
    *(
        column
        for of in TEXTS
        for column in bilingual(Column(of.name, label_of(of), gap=Gap.NOT_REPORTED))
    ),
    *bilingual(Column("note", _("Note"), gap=Gap.NOT_REPORTED)),
    Column("is_no_news", _("No news"), Kind.BOOLEAN),
    Column("is_reserved", _("Content withheld by law"), Kind.BOOLEAN),
    Column("legal_basis", _("Legal basis"), gap=Gap.NOT_APPLICABLE),
    Column("handed_in_on", _("Handed in on"), Kind.DAY, Gap.NOT_APPLICABLE),
    *with_gap(Column("reported_on", _("Date of the source"), Kind.DAY)),
    Column("published_on", _("Published on"), Kind.DAY),
    Column("unchanged_since", _("Unchanged since"), Kind.DAY, Gap.NOT_APPLICABLE),
    Column("withdrawn_on", _("Withdrawn on"), Kind.DAY, Gap.NOT_APPLICABLE),
    Column(
        "withdrawal_cause",
        _("Why it was withdrawn"),
        Kind.CODE,
        Gap.NOT_APPLICABLE,
        codes=dict(Cause.choices),
    ),
    Column(
        "withdrawal_reason_es",
        _("Why it was withdrawn, in the secretariat's words"),
        gap=Gap.NOT_APPLICABLE,
    ),
    Column("is_reviewed_within_agency", _("Reviewed within the agency"), Kind.BOOLEAN),
    Column("evidence", _("Public evidence"), Kind.INTEGER, Gap.NOT_APPLICABLE),
    IS_DISPUTED,
    ADDRESS,
)


def reports(reading):
    """Each account as its own page tells it, with the agency as it was called then."""
    codes = {
        each.code
        for row in reading.board.rows
        for each in (row.commitment, *(of.activity for of in row.activities))
    }
    for entry in reading.accounts():
        told, of = report_row(entry), entry.subject
        is_report = entry.kind == "activityupdate"
        is_closed = entry.is_withdrawn or entry.is_reserved
        yield {
            **told,
            "kind": "report" if is_report else "declaration",
            **pair(of, "title", "subject_title"),
            "activity": of.code if is_report and of.code in codes else None,
            "commitment": told["commitment"] if told["commitment"] in codes else None,
            "is_off_plan": entry.is_off_plan,
            "agency": entry.agency.slug,
            "agency_acronym": entry.agency.acronym,
            **pair(entry.agency, "name", "agency_name"),
            "period_starts_on": entry.period.starts_on,
            "period_ends_on": entry.period.ends_on,
            "result": NOT_YET if told["result"] == "" else told["result"],
            **dict(_numbers(entry, told, is_report)),
            **(
                pair(of, "unit")
                if is_report
                else dict.fromkeys(each.name for each in UNIT)
            ),
            "text_es_gap": why_empty(
                told["text_es"] or None,
                entry.is_reserved,
                Gap.NOT_APPLICABLE if entry.is_withdrawn else Gap.NOT_REPORTED,
            ),
            "handed_in_on": entry.submitted_on,
            "reported_on_gap": why_empty(
                entry.reported_on,
                is_protected=False,
                otherwise=Gap.NOT_REPORTED if entry.is_recorded else Gap.NOT_APPLICABLE,
            ),
            "is_no_news": entry.is_no_news,
            "is_reviewed_within_agency": entry.is_reviewed_within_agency,
            "evidence": None if is_closed else len(entry.evidence),
            "address": page(entry),
        }


def _numbers(entry, told, is_report):
    """Its numbers; the percent of reconstructed work would pass for a measure."""
    for name in COUNTED:
        is_asked = is_report and not entry.is_withdrawn
        is_protected = name in told["protected"] or entry.is_reserved
        if name == "percent" and is_report:
            is_asked &= not (entry.subject.is_continuing or entry.is_reconstructed)
        value = told[name] if is_asked else None
        otherwise = Gap.NOT_REPORTED if is_asked else Gap.NOT_APPLICABLE
        # An agency is asked for a quantity of continuing work alone.
        if name == "quantity" and is_asked and not entry.is_recorded:
            otherwise = otherwise if entry.subject.is_continuing else Gap.NOT_ASKED
        yield name, value
        yield f"{name}_gap", why_empty(value, is_protected, otherwise)


DATASETS = (
    Dataset(
        "reports",
        _("Reports"),
        _("a report or a declaration, with each earlier revision"),
        EACH_REPORT,
        REPORTS,
        ("public_id",),
        reports,
    ),
)
