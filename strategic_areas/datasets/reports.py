"""The dataset of reports and declarations, with their earlier revisions."""

from django.utils.translation import gettext_lazy as _, pgettext_lazy

from agencies.fields import FieldKind
from strategic_areas.datasets.columns import (
    ADDRESS,
    CHANGES_WITH_REPORTS,
    IS_DISPUTED,
    CellKind,
    DataColumn,
    Dataset,
    GapReason,
    bilingual,
    gap_reason,
    label_of,
    page_address,
    pair,
    with_gap,
)
from strategic_areas.models import (
    PUBLIC_STATUSES,
    DeclaredResult,
    Provenance,
    WithdrawalCause,
)
from strategic_areas.queries.public_rows import REPORT_NUMBERS, report_row
from strategic_areas.queries.public_rows.plan_reading import PlanReading
from strategic_areas.queries.updates.public_updates import FIGURE_FIELDS, TEXT_FIELDS
from strategic_areas.sentences import STATES

KINDS = {
    "report": pgettext_lazy("an update", "Report on an activity"),
    "declaration": pgettext_lazy("an update", "Declaration of a result"),
}
#: The result of declarations older than the field.
NOT_YET = "not_yet"
NUMBERS = {FieldKind.WHOLE: CellKind.INTEGER, FieldKind.DECIMAL: CellKind.NUMBER}
NOT_ADDED = _(
    "As this report states it: agencies are not asked whether it counts this "
    "period or all since the start. So pages show the number of the last report, and "
    "add up none. What counts victims is protected also where nothing is stated."
)
UNIT = bilingual(DataColumn("unit", _("Unit"), gap=GapReason.NOT_APPLICABLE))
REPORT_COLUMNS = (
    DataColumn("public_id", _("Word of its address")),
    DataColumn("kind", _("Kind"), CellKind.CODE, codes=KINDS),
    DataColumn("subject", _("What it is about (code)")),
    *bilingual(DataColumn("subject_title", _("What it is about"))),
    DataColumn(
        "activity",
        _("Activity (code)"),
        gap=GapReason.NOT_APPLICABLE,
        refers="activities.code",
        about=_("Empty for what is outside the plan or was superseded."),
    ),
    DataColumn(
        "commitment",
        _("Commitment (code)"),
        gap=GapReason.NOT_APPLICABLE,
        refers="commitments.code",
        about=_("Empty for one that was superseded."),
    ),
    DataColumn("is_off_plan", _("Outside the plan"), CellKind.BOOLEAN),
    DataColumn("agency", _("Agency (code)"), refers="agencies.code"),
    DataColumn("agency_acronym", _("Agency (acronym of the day)")),
    *bilingual(DataColumn("agency_name", _("Agency (name of the day)"))),
    DataColumn("period", _("Round or period (code)"), refers="rounds.code"),
    DataColumn("period_starts_on", _("First day of the period"), CellKind.DAY),
    DataColumn("period_ends_on", _("Last day of the period"), CellKind.DAY),
    DataColumn("is_demonstration", _("Demonstration, not real"), CellKind.BOOLEAN),
    DataColumn(
        "status",
        _("What became of the revision"),
        CellKind.CODE,
        codes={each.value: each.label for each in PUBLIC_STATUSES},
    ),
    DataColumn("revision", _("Revision"), CellKind.INTEGER),
    DataColumn(
        "provenance",
        _("Where this comes from"),
        CellKind.CODE,
        codes=dict(Provenance.choices),
    ),
    DataColumn(
        "state", _("State"), CellKind.CODE, GapReason.NOT_APPLICABLE, codes=STATES
    ),
    DataColumn(
        "result",
        _("Declared result"),
        CellKind.CODE,
        GapReason.NOT_APPLICABLE,
        codes={**dict(DeclaredResult.choices), NOT_YET: _("Not reached yet")},
    ),
    *with_gap(
        DataColumn(
            "percent",
            _("Percent"),
            CellKind.INTEGER,
            unit="%",
            about=_("Since the activity began, not since the last period."),
        )
    ),
    *(
        column
        for of in FIGURE_FIELDS
        for column in with_gap(
            DataColumn(of.name, label_of(of), NUMBERS[of.kind], about=NOT_ADDED)
        )
    ),
    *UNIT,
    *with_gap(DataColumn("text_es", _("What was done, in Spanish"))),
    DataColumn("text_en", _("What was done, in English"), gap=GapReason.NOT_REPORTED),
    *(
        column
        for of in TEXT_FIELDS
        for column in bilingual(
            DataColumn(of.name, label_of(of), gap=GapReason.NOT_REPORTED)
        )
    ),
    *bilingual(DataColumn("note", _("Note"), gap=GapReason.NOT_REPORTED)),
    DataColumn("is_no_news", _("No news"), CellKind.BOOLEAN),
    DataColumn("is_reserved", _("Content withheld by law"), CellKind.BOOLEAN),
    DataColumn("legal_basis", _("Legal basis"), gap=GapReason.NOT_APPLICABLE),
    DataColumn(
        "handed_in_on", _("Handed in on"), CellKind.DAY, GapReason.NOT_APPLICABLE
    ),
    *with_gap(DataColumn("reported_on", _("Date of the source"), CellKind.DAY)),
    DataColumn("published_on", _("Published on"), CellKind.DAY),
    DataColumn(
        "unchanged_since", _("Unchanged since"), CellKind.DAY, GapReason.NOT_APPLICABLE
    ),
    DataColumn(
        "withdrawn_on", _("Withdrawn on"), CellKind.DAY, GapReason.NOT_APPLICABLE
    ),
    DataColumn(
        "withdrawal_cause",
        _("Why it was withdrawn"),
        CellKind.CODE,
        GapReason.NOT_APPLICABLE,
        codes=dict(WithdrawalCause.choices),
    ),
    DataColumn(
        "withdrawal_reason_es",
        _("Why it was withdrawn, in the secretariat's words"),
        gap=GapReason.NOT_APPLICABLE,
    ),
    DataColumn(
        "is_reviewed_within_agency", _("Reviewed within the agency"), CellKind.BOOLEAN
    ),
    DataColumn(
        "evidence", _("Public evidence"), CellKind.INTEGER, GapReason.NOT_APPLICABLE
    ),
    IS_DISPUTED,
    ADDRESS,
)


def reports(reading: PlanReading):
    """Reports and declarations; agencies have their names of that day."""
    codes = {
        each.code
        for row in reading.plan_progress.rows
        for each in (row.commitment, *(work.activity for work in row.activities))
    }
    for entry in reading.published_updates():
        columns, subject = report_row(entry), entry.subject
        is_report = entry.kind == "activityupdate"
        is_closed = entry.is_withdrawn or entry.is_reserved
        yield {
            **columns,
            "kind": "report" if is_report else "declaration",
            **pair(subject, "title", "subject_title"),
            "activity": subject.code if is_report and subject.code in codes else None,
            "commitment": columns["commitment"]
            if columns["commitment"] in codes
            else None,
            "is_off_plan": entry.is_off_plan,
            "agency": entry.agency.slug,
            "agency_acronym": entry.agency.acronym,
            **pair(entry.agency, "name", "agency_name"),
            "period_starts_on": entry.period.starts_on,
            "period_ends_on": entry.period.ends_on,
            "result": NOT_YET if columns["result"] == "" else columns["result"],
            **dict(_numbers(entry, columns, is_report)),
            **(
                pair(subject, "unit")
                if is_report
                else dict.fromkeys(each.name for each in UNIT)
            ),
            "text_es_gap": gap_reason(
                columns["text_es"] or None,
                entry.is_reserved,
                GapReason.NOT_APPLICABLE
                if entry.is_withdrawn
                else GapReason.NOT_REPORTED,
            ),
            "handed_in_on": entry.submitted_on,
            "reported_on_gap": gap_reason(
                entry.reported_on,
                is_protected=False,
                otherwise=GapReason.NOT_REPORTED
                if entry.is_from_sources
                else GapReason.NOT_APPLICABLE,
            ),
            "is_no_news": entry.is_no_news,
            "is_reviewed_within_agency": entry.is_reviewed_within_agency,
            "evidence": None if is_closed else len(entry.evidence),
            "address": page_address(entry),
        }


def _numbers(entry, columns, is_report):
    for name in REPORT_NUMBERS:
        is_applicable = is_report and not entry.is_withdrawn
        is_protected = name in columns["protected"] or entry.is_reserved
        if name == "percent" and is_report:
            is_applicable &= not (entry.subject.is_continuing or entry.is_reconstructed)
        value = columns[name] if is_applicable else None
        gap = GapReason.NOT_REPORTED if is_applicable else GapReason.NOT_APPLICABLE
        # Only continuing activities ask for a quantity.
        if name == "quantity" and is_applicable and not entry.is_from_sources:
            gap = gap if entry.subject.is_continuing else GapReason.NOT_ASKED
        yield name, value
        yield f"{name}_gap", gap_reason(value, is_protected, gap)


DATASETS = (
    Dataset(
        "reports",
        _("Reports"),
        _("a report or a declaration, with each earlier revision"),
        CHANGES_WITH_REPORTS,
        REPORT_COLUMNS,
        ("public_id",),
        reports,
    ),
)
