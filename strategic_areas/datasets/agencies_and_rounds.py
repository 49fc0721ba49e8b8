"""Datasets of agencies, their roles, rounds and scorecards."""

from dataclasses import replace

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from agencies.models import AGENCY_KINDS, Agency
from strategic_areas.datasets.columns import (
    ADDRESS,
    CHANGES_WITH_AMENDMENTS,
    IS_DISPUTED,
    CellKind,
    DataColumn,
    Dataset,
    GapReason,
    bilingual,
    page_address,
    pair,
    stored_columns,
    with_gap,
)
from strategic_areas.models import (
    AgencyComment,
    Participation,
    Provenance,
    ReportingPeriod,
)
from strategic_areas.queries.asked_values import AskedValue
from strategic_areas.queries.public_rows.plan_reading import PlanReading
from strategic_areas.queries.rounds import scorecards as agency_scorecards
from strategic_areas.sentences import ROUND_WORDS, TIMELINESS

ROLE_WORDS = {
    "lead": pgettext_lazy("a part in a commitment", "Leads it"),
    "support": pgettext_lazy("a part in a commitment", "Supports it"),
    "responsible": pgettext_lazy("a part in a commitment", "Answers for the activity"),
}
AGENCY_REFERENCE = (
    DataColumn("agency", _("Agency (code)"), refers="agencies.code"),
    DataColumn(
        "agency_acronym", _("Agency (acronym)"), about=_("As it is called today.")
    ),
)
AGENCY_COLUMNS = (
    DataColumn("code", _("Agency (code)"), about=_("The last word of its address.")),
    *stored_columns(Agency, "acronym"),
    *stored_columns(Agency, "acronym_en", gap=GapReason.NOT_APPLICABLE),
    *stored_columns(Agency, "name"),
    DataColumn("kind", _("Kind of agency"), codes=AGENCY_KINDS),
    DataColumn(
        "role",
        _("Role in the plan"),
        CellKind.CODE,
        GapReason.NOT_APPLICABLE,
        codes=dict(Participation.Role.choices),
        about=_("Empty where the plan's list of agencies does not have it."),
    ),
    *stored_columns(Participation, "member_since", "hosts_secretariat"),
    *stored_columns(Participation, "mandate", "mandate_provenance"),
    DataColumn(
        "provenance",
        _("Where it comes from that it takes part"),
        CellKind.CODE,
        GapReason.NOT_APPLICABLE,
        codes=dict(Provenance.choices),
    ),
    *stored_columns(Participation, "note"),
    *stored_columns(Agency, "website"),
    *stored_columns(
        Agency, "dissolved_on", "dissolved_by", gap=GapReason.NOT_APPLICABLE
    ),
    DataColumn(
        "succeeded_by",
        _("Agency that succeeded it (code)"),
        gap=GapReason.NOT_APPLICABLE,
        refers="agencies.code",
    ),
    replace(ADDRESS, gap=GapReason.NOT_APPLICABLE),
)


def agencies(reading: PlanReading):
    """Agencies with a role in the plan, and others that a row names."""
    own = {each.agency_id: each for each in reading.participations}
    all_agencies = Agency.objects.order_by("slug").in_bulk()
    with_page = {
        *own,
        *(agency.pk for _role, agency, *_records in _roles_in_commitments(reading)),
        *(
            one.agency_id
            for row in reading.plan_progress.activities
            for one in row.reports
        ),
        *(
            agency.pk
            for (agency, _round), obligations in reading.obligations.items()
            if any(isinstance(each.subject, AskedValue) for each in obligations)
        ),
    }
    agency_ids = {
        *with_page,
        *(agency.pk for agency, _round in reading.obligations),
        *reading.ids_in_updates("agency"),
        *(line.indicator.agency_id for line in reading.indicators),
        *(
            agency.pk
            for each in reading.targets
            if each.target.body  # only recommendations have one
            for agency in each.target.addressed.all()
        ),
    } - {None}
    while (
        successors := {all_agencies[pk].succeeded_by_id for pk in agency_ids}
        - agency_ids
        - {None}
    ):
        agency_ids |= successors
    for agency in (each for each in all_agencies.values() if each.pk in agency_ids):
        participation = own.get(agency.pk) or Participation(
            plan=reading.plan, agency=agency
        )
        yield {
            **vars(participation),
            **vars(agency),
            "code": agency.slug,
            "succeeded_by": getattr(
                all_agencies.get(agency.succeeded_by_id), "slug", None
            ),
            "address": page_address(participation) if agency.pk in with_page else None,
        }


def _roles_in_commitments(reading: PlanReading):
    rows = reading.plan_progress.rows
    prefetch_related_objects([row.commitment for row in rows], "supporting")
    for row in rows:
        commitment = row.commitment
        yield "lead", commitment.lead, commitment, None
        yield from (
            ("support", each, commitment, None) for each in commitment.supporting.all()
        )
        activities = (each.activity for each in row.activities)
        yield from (
            ("responsible", each.agency, commitment, each) for each in activities
        )


ROLE_COLUMNS = (
    DataColumn("commitment", _("Commitment (code)"), refers="commitments.code"),
    DataColumn(
        "activity",
        _("Activity (code)"),
        gap=GapReason.NOT_APPLICABLE,
        refers="activities.code",
        about=_("Empty where its part is in the commitment as a whole."),
    ),
    DataColumn(
        "role",
        _("Part that it has"),
        CellKind.CODE,
        codes=ROLE_WORDS,
        about=_("In a reconstructed action, as public sources attribute it."),
    ),
    *AGENCY_REFERENCE,
    IS_DISPUTED,
)


def roles(reading: PlanReading):
    for role, agency, commitment, activity in _roles_in_commitments(reading):
        yield {
            "commitment": commitment.code,
            "activity": activity and activity.code,
            "role": role,
            "agency": agency.slug,
            "agency_acronym": agency.acronym,
            "is_disputed": activity.has_own_dispute
            if activity
            else role == "lead" and commitment.is_disputed,
        }


ROUND_COLUMNS = (
    *stored_columns(
        ReportingPeriod, "code", "name", "mode", "is_final", "is_demonstration"
    ),
    DataColumn("starts_on", _("First day asked about"), CellKind.DAY),
    DataColumn("ends_on", _("Last day asked about"), CellKind.DAY),
    *stored_columns(
        ReportingPeriod, "opens_on", "due_on", "closes_on", gap=GapReason.NOT_APPLICABLE
    ),
    DataColumn(
        "state", _("State"), CellKind.CODE, GapReason.NOT_APPLICABLE, codes=ROUND_WORDS
    ),
    *with_gap(
        DataColumn("scorecards_public_on", _("Scorecards public since"), CellKind.DAY)
    ),
)


def rounds(reading: PlanReading):
    """The plan's periods; demonstrations only if an update names one."""
    used_ids = reading.ids_in_updates("period")
    for each in reading.plan_progress.periods:
        if each.pk in used_ids or not each.is_demonstration:
            public_since, is_round = each.scorecards_public_at, each.is_round
            gap = GapReason.NOT_DUE if is_round else GapReason.NOT_APPLICABLE
            yield {
                **vars(each),
                "due_on": each.due_on if is_round else None,
                "state": each.state(reading.day),
                "scorecards_public_on": public_since,
                "scorecards_public_on_gap": None if public_since else gap,
            }


SCORECARD_COLUMNS = (
    DataColumn("round", _("Round (code)"), refers="rounds.code"),
    *AGENCY_REFERENCE,
    DataColumn(
        "asked", _("Asked of it"), CellKind.INTEGER, about=_("Reports and values.")
    ),
    DataColumn(
        "handed_in",
        _("Handed in"),
        CellKind.INTEGER,
        about=_("Also late, or withdrawn since."),
    ),
    *(
        replace(each, gap=GapReason.NOT_DUE, about=_("Published with the scorecards."))
        for each in (
            DataColumn("on_time", _("Handed in on time"), CellKind.INTEGER),
            DataColumn("late", _("Handed in late"), CellKind.INTEGER),
            # When the agency answered; elsewhere this column is about the work.
            DataColumn(
                "punctuality", _("Punctuality"), CellKind.CODE, codes=TIMELINESS
            ),
        )
    ),
    DataColumn("missing", _("Not handed in"), CellKind.INTEGER),
    *bilingual(
        DataColumn("comment", _("Comment of the agency"), gap=GapReason.NOT_REPORTED)
    ),
)


def scorecards(reading: PlanReading):
    """
    How each agency answered each closed round, latest first.

    Submission counts are public at once, the rest with the scorecards.
    """
    comments = AgencyComment.objects.filter(period__plan=reading.plan)
    comment_of = {(each.agency_id, each.period_id): each for each in comments}
    for (agency, period), obligations in reading.obligations.items():
        if not obligations or period.closes_on >= reading.day:
            continue
        card_by_round, submitted = {}, sum(each.was_submitted for each in obligations)
        if period.scorecards_public_at:
            card_by_round = agency_scorecards(
                agency, {(agency, period): obligations}, reading.day
            )
        card = card_by_round.get(period)
        comment = card and comment_of.get((agency.pk, period.pk))
        yield {
            "round": period.code,
            "agency": agency.slug,
            "agency_acronym": agency.acronym,
            "asked": len(obligations),
            "handed_in": submitted,
            "missing": len(obligations) - submitted,
            "on_time": card and card.on_time,
            "late": card and card.late,
            "punctuality": card and card.timeliness,
            **pair(comment or AgencyComment(), "text", "comment"),
        }


DATASETS = (
    Dataset(
        "agencies",
        _("Agencies"),
        _("an agency of the plan, or one that a row of another table names"),
        CHANGES_WITH_AMENDMENTS,
        AGENCY_COLUMNS,
        ("code",),
        agencies,
    ),
    Dataset(
        "roles",
        pgettext_lazy("a table", "Roles of agencies"),
        _("an agency in a commitment or in one of its activities"),
        CHANGES_WITH_AMENDMENTS,
        ROLE_COLUMNS,
        ("commitment", "activity", "role", "agency"),
        roles,
    ),
    Dataset(
        "rounds",
        pgettext_lazy("a table", "Rounds"),
        _("a round that asks for reports, or a period with records"),
        _("When a round is set, opens or closes"),
        ROUND_COLUMNS,
        ("code",),
        rounds,
    ),
    Dataset(
        "scorecards",
        pgettext_lazy("a table", "Scorecards"),
        _("an agency in a closed round that asked something of it"),
        _("Some days after each round closes"),
        SCORECARD_COLUMNS,
        ("round", "agency"),
        scorecards,
    ),
)
