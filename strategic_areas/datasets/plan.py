"""Datasets of plans, areas, programmes, commitments, activities and themes."""

from dataclasses import replace

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from strategic_areas.commitment_states import (
    UNDER_WAY,
    CommitmentState,
    family_of,
    newest_update,
)
from strategic_areas.datasets.columns import (
    ADDRESS,
    CHANGES_WITH_AMENDMENTS,
    CHANGES_WITH_REPORTS,
    IS_DISPUTED,
    CellKind,
    DataColumn,
    Dataset,
    GapReason,
    bilingual,
    gap_reason,
    page_address,
    pair,
    stored_columns,
    with_gap,
)
from strategic_areas.models import Activity, Commitment, Plan, Programme, StrategicArea
from strategic_areas.models.records import SourceVoice
from strategic_areas.progress import ActivityState, Punctuality
from strategic_areas.queries.public_rows import activity_row, commitment_row
from strategic_areas.queries.public_rows.plan_reading import PlanReading
from strategic_areas.sentences import (
    COMMITMENT_PUNCTUALITY,
    COMMITMENT_STATES,
    FAMILY_WORDS,
    PUNCTUALITY,
    STATES,
)
from strategic_areas.themes import Theme

#: Why days of delay are missing, by punctuality.
UNDATED = {
    None: GapReason.NOT_APPLICABLE,
    Punctuality.FINISHED_LATE: GapReason.NOT_APPLICABLE,
    Punctuality.NO_DEADLINE: GapReason.NOT_REPORTED,
    Punctuality.NOT_DUE: GapReason.NOT_DUE,
}
SAID = (
    *with_gap(
        DataColumn(
            "said_on",
            _("Day of the report that states it"),
            CellKind.DAY,
            about=_(
                "On which an agency handed it in, or the day of the source; never the "
                "end of a period."
            ),
        )
    ),
    DataColumn(
        "said_in",
        _("Round or period of that report (code)"),
        gap=GapReason.NOT_APPLICABLE,
        refers="rounds.code",
    ),
)
DUE_ON = DataColumn(
    "due_on",
    _("Due on"),
    CellKind.DAY,
    GapReason.NOT_REPORTED,
    about=_("Only a date that the plan, an amendment or the agency states."),
)
DAYS_LATE = with_gap(
    DataColumn(
        "days_late",
        _("Days late"),
        CellKind.INTEGER,
        unit=_("days"),
        about=_("Of what is still owed, on the day of the data."),
    )
)


def punctuality_columns(words):
    return with_gap(
        DataColumn("punctuality", _("Punctuality"), CellKind.CODE, codes=words)
    )


PLAN_COLUMNS = (
    *stored_columns(
        *(Plan, "code", "title", "status", "starts_on", "ends_on", "launched_on"),
        *("act", "act_url", "commission", "goals_by", "summary", "makers", "note"),
    ),
    DataColumn(
        "is_demonstration",
        _("Demonstration"),
        CellKind.BOOLEAN,
        about=_("True if the site of this file is not an official one of the State."),
    ),
    DataColumn(
        "is_reconstructed",
        _("Reconstructed"),
        CellKind.BOOLEAN,
        about=_("Its commitments are not stated by the plan itself."),
    ),
    ADDRESS,
)


def plans(reading: PlanReading):
    yield {
        **vars(reading.plan),
        "is_demonstration": not settings.OFFICIAL_SITE,
        "is_reconstructed": reading.plan_progress.is_reconstructed,
        "address": page_address(reading.plan),
    }


AREA_COLUMNS = (
    *stored_columns(
        StrategicArea, "code", "name", "short", "outcome", "outcome_provenance"
    ),
    *stored_columns(StrategicArea, "provenance", "note"),
    ADDRESS,
)


def areas(reading: PlanReading):
    return [
        {**vars(each), "address": page_address(each)}
        for each in reading.plan.areas.order_by("sort_code", "pk")
    ]


PROGRAMME_COLUMNS = (
    *stored_columns(Programme, "code", "name"),
    DataColumn("area", _("Strategic area (code)"), refers="areas.code"),
    *stored_columns(Programme, "provenance", "note"),
    DataColumn("address", _("Address of the page of its area"), CellKind.ADDRESS),
)


def programmes(reading: PlanReading):
    return [
        {**vars(each), "area": each.area.code, "address": page_address(each.area)}
        for each in reading.plan.programmes.select_related("area__plan").order_by(
            "sort_code", "pk"
        )
    ]


COMMITMENT_COLUMNS = (
    *stored_columns(Commitment, "code", "title", "expected_result"),
    DataColumn("area", _("Strategic area (code)"), refers="areas.code"),
    *bilingual(DataColumn("area_name", _("Strategic area"))),
    DataColumn("programme", _("Programme (code)"), refers="programmes.code"),
    DataColumn(
        "lead",
        _("Lead agency (code)"),
        refers="agencies.code",
        about=_("Of a reconstructed action, the one to which it is attributed."),
    ),
    DataColumn("lead_acronym", _("Lead agency (acronym)")),
    DataColumn(
        "family",
        _("Family of states"),
        CellKind.CODE,
        GapReason.NOT_APPLICABLE,
        codes=FAMILY_WORDS,
        about=_("A reconstructed action has no state."),
    ),
    DataColumn(
        "state",
        _("State"),
        CellKind.CODE,
        GapReason.NOT_APPLICABLE,
        codes=COMMITMENT_STATES,
    ),
    *SAID,
    *with_gap(
        DataColumn(
            "activities_done",
            _("Activities completed"),
            CellKind.INTEGER,
            about=_("Of those that have a report."),
        )
    ),
    DataColumn(
        "activities_reported", _("Activities that have a report"), CellKind.INTEGER
    ),
    DataColumn(
        "activities_total",
        _("Activities in the plan"),
        CellKind.INTEGER,
        GapReason.NOT_REPORTED,
        about=_("Nobody knows how many a reconstructed action had."),
    ),
    *with_gap(
        DataColumn(
            "percent",
            _("Percent"),
            CellKind.INTEGER,
            unit="%",
            about=_("The average of its activities, rounded down."),
        )
    ),
    *stored_columns(Commitment, "starts_on"),
    DUE_ON,
    *stored_columns(Commitment, "due_provenance"),
    *punctuality_columns(COMMITMENT_PUNCTUALITY),
    *DAYS_LATE,
    *stored_columns(
        Commitment, "stopped", "stopped_on", "resumes_on", gap=GapReason.NOT_APPLICABLE
    ),
    *stored_columns(
        Commitment, "baseline", "means_of_verification", "provenance", "note"
    ),
    IS_DISPUTED,
    ADDRESS,
)


def commitments(reading: PlanReading):
    for row in reading.plan_progress.rows:
        commitment, state, latest = (
            row.commitment,
            row.summary.state,
            row.summary.deciding_update,
        )
        if row.reconstructed_work:
            latest = newest_update(
                each for work in row.activities for each in work.reports
            )
        yield {
            **commitment_row(row),
            "area": commitment.programme.area.code,
            **pair(commitment.programme.area, "name", "area_name"),
            "lead": commitment.lead.slug,
            "lead_acronym": commitment.lead.acronym,
            "family": state and family_of(state),
            **_update_columns(reading, latest),
            **_counts(row),
            "percent_gap": _average_gap(row),
            **_dates(row, reading.day),
            "address": page_address(commitment),
        }


def _update_columns(reading: PlanReading, update):
    codes = {each.pk: each.code for each in reading.plan_progress.periods}
    otherwise = GapReason.NOT_REPORTED if update else GapReason.NOT_APPLICABLE
    said_on = update and update.said_on
    return {
        "said_on": said_on,
        "said_on_gap": gap_reason(said_on, is_protected=False, otherwise=otherwise),
        "said_in": update and codes[update.period_id],
    }


def _counts(row):
    tally, work, state = row.summary.tally, row.reconstructed_work, row.summary.state
    reported, done, total = tally.reported, tally.done, tally.total
    if work:
        reported, done, total = work.found - work.unreported, work.done, None
    is_unasked = state == CommitmentState.NOT_ASKED
    otherwise = GapReason.NOT_ASKED if is_unasked else GapReason.NOT_REPORTED
    done = done if reported or total == 0 else None
    return {
        "activities_done": done,
        "activities_done_gap": gap_reason(done, _is_reserved(row), otherwise),
        "activities_reported": reported,
        "activities_total": total,
    }


def _is_reserved(row):
    return row.summary.state == CommitmentState.RESERVED


def _average_gap(row):
    counted = (each.activity for each in row.activities if each.is_counted)
    if _is_reserved(row):
        return GapReason.PROTECTED
    if row.summary.percent is None and row.summary.state not in UNDER_WAY:
        return GapReason.NOT_APPLICABLE
    return gap_reason(row.summary.percent, any(each.counts_victims for each in counted))


def _dates(row, day):
    due, gap = row.deadline, UNDATED.get(row.summary.punctuality)
    is_late = row.summary.punctuality == Punctuality.LATE
    # Whether finished work was late is unknown if nobody stated its last day.
    is_done = row.summary.state in {CommitmentState.FULFILLED, ActivityState.COMPLETED}
    otherwise = GapReason.NOT_REPORTED if is_done else GapReason.NOT_APPLICABLE
    return {
        "punctuality_gap": None if row.summary.punctuality else otherwise,
        "due_on": due.due_on if due.is_stated else None,
        "due_provenance": due.due_provenance if due.is_stated else None,
        "days_late": None if gap else (day - due.due_on).days if is_late else 0,
        "days_late_gap": gap,
    }


ACTIVITY_COLUMNS = (
    *stored_columns(Activity, "code", "title"),
    DataColumn("commitment", _("Commitment (code)"), refers="commitments.code"),
    DataColumn("programme", _("Programme (code)"), refers="programmes.code"),
    DataColumn("area", _("Strategic area (code)"), refers="areas.code"),
    DataColumn("agency", _("Agency (code)"), refers="agencies.code"),
    DataColumn("agency_acronym", _("Agency (acronym)")),
    *stored_columns(Activity, "kind"),
    *(
        replace(each, about=_("Where a source gives one year."))
        for each in stored_columns(Activity, "year", gap=GapReason.NOT_APPLICABLE)
    ),
    DataColumn(
        "is_counted",
        _("Counted"),
        CellKind.BOOLEAN,
        about=_("What an amendment cancelled is not counted."),
    ),
    DataColumn("family", _("Family of states"), CellKind.CODE, codes=FAMILY_WORDS),
    DataColumn("state", _("State"), CellKind.CODE, codes=STATES),
    DataColumn(
        "voice",
        _("Who calls it done"),
        CellKind.CODE,
        GapReason.NOT_APPLICABLE,
        codes={each.name.lower(): each.label for each in SourceVoice},
        about=_("Only of what public sources state."),
    ),
    *SAID,
    *with_gap(DataColumn("percent", _("Percent"), CellKind.INTEGER, unit="%")),
    *stored_columns(Activity, "starts_on"),
    DUE_ON,
    *stored_columns(Activity, "due_provenance"),
    *punctuality_columns(PUNCTUALITY),
    *DAYS_LATE,
    *stored_columns(
        Activity, "stopped", "stopped_on", "resumes_on", gap=GapReason.NOT_APPLICABLE
    ),
    *stored_columns(Activity, "expected_product"),
    *with_gap(
        DataColumn(
            "quantity",
            _("Planned quantity"),
            CellKind.NUMBER,
            about=_(
                "As the plan states it; nobody is asked whether it is for a year or "
                "for all of them. What counts victims is protected also where nothing "
                "is stated."
            ),
        )
    ),
    *stored_columns(Activity, "unit"),
    *stored_columns(Activity, "counts_victims", "reaches_victims"),
    *stored_columns(Activity, "means_of_verification", "budget"),
    *(
        replace(
            each,
            about=_(
                "Assigned, not spent, as its source prints it; nobody is asked for "
                "which years."
            ),
        )
        for each in stored_columns(
            Activity, "budget_amount", gap=GapReason.NOT_APPLICABLE
        )
    ),
    DataColumn(
        "budget_currency", _("Currency (ISO 4217)"), gap=GapReason.NOT_APPLICABLE
    ),
    *stored_columns(Activity, "provenance", "note"),
    IS_DISPUTED,
    ADDRESS,
)


def activities(reading: PlanReading):
    """Each current activity of the plan; work outside it is left out."""
    for row in reading.plan_progress.activities:
        columns, activity, latest = (
            activity_row(row),
            row.activity,
            newest_update(row.reports),
        )
        percent, gap = _percent(row, latest)
        is_protected = "quantity" in columns["protected"]
        yield {
            **columns,
            "programme": activity.commitment.programme.code,
            "area": activity.commitment.programme.area.code,
            "agency": activity.agency.slug,
            "agency_acronym": activity.agency.acronym,
            "is_counted": row.is_counted,
            "family": family_of(columns["state"]),
            "voice": row.voice and row.voice.name.lower(),
            **_update_columns(reading, latest),
            "percent": percent,
            "percent_gap": gap,
            **_dates(row, reading.day),
            "quantity_gap": gap_reason(columns["quantity"], is_protected),
            "budget_currency": activity.budget_amount and activity.budget_currency,
            "address": page_address(activity),
        }


def _percent(row, latest):
    """The percent of an activity and why it is missing; never of reconstructed work."""
    activity, is_own = row.activity, latest is None or latest.was_entered
    has_percent = is_own or activity.commitment.is_stated_by_plan
    if has_percent and row.summary.percent is not None:
        return row.summary.percent, None
    # Before the other reasons: removals from editions look for this one.
    if activity.counts_victims or (latest and latest.is_reserved):
        return None, GapReason.PROTECTED
    if activity.is_continuing or not is_own:
        return None, GapReason.NOT_APPLICABLE
    is_unasked = row.summary.state == ActivityState.NOT_ASKED
    return None, GapReason.NOT_ASKED if is_unasked else GapReason.NOT_REPORTED


THEME_COLUMNS = (
    DataColumn("activity", _("Activity (code)"), refers="activities.code"),
    DataColumn("theme", _("Theme"), CellKind.CODE, codes=dict(Theme.choices)),
)


def activity_themes(reading: PlanReading):
    return [
        {"activity": row.activity.code, "theme": theme}
        for row in reading.plan_progress.activities
        for theme in row.activity.themes
    ]


DATASETS = (
    Dataset(
        "plans",
        _("Plan"),
        _("the plan itself"),
        CHANGES_WITH_AMENDMENTS,
        PLAN_COLUMNS,
        ("code",),
        plans,
    ),
    Dataset(
        "areas",
        _("Strategic areas"),
        _("a strategic area, with the outcome that it seeks"),
        CHANGES_WITH_AMENDMENTS,
        AREA_COLUMNS,
        ("code",),
        areas,
    ),
    Dataset(
        "programmes",
        _("Programmes"),
        _("a programme of an area"),
        CHANGES_WITH_AMENDMENTS,
        PROGRAMME_COLUMNS,
        ("code",),
        programmes,
    ),
    Dataset(
        "commitments",
        _("Commitments"),
        _(
            "a commitment or a documented action, with its state, if it has one, and "
            "its due date"
        ),
        CHANGES_WITH_REPORTS,
        COMMITMENT_COLUMNS,
        ("code",),
        commitments,
    ),
    Dataset(
        "activities",
        _("Activities"),
        _("an activity of a commitment, with its state by its last report"),
        CHANGES_WITH_REPORTS,
        ACTIVITY_COLUMNS,
        ("code",),
        activities,
    ),
    Dataset(
        "activity_themes",
        _("Themes of activities"),
        _("a theme of an activity"),
        CHANGES_WITH_AMENDMENTS,
        THEME_COLUMNS,
        ("activity", "theme"),
        activity_themes,
    ),
)
