"""Datasets of international targets and recommendations, and their answers."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from strategic_areas.datasets.columns import (
    ADDRESS,
    CellKind,
    DataColumn,
    Dataset,
    GapReason,
    bilingual,
    pair,
    stored_columns,
)
from strategic_areas.models import FrameworkTarget
from strategic_areas.sentences import FRAMEWORK_NAMES, SHORT_BODIES, TARGET_KINDS

TARGET_COLUMNS = (
    *stored_columns(FrameworkTarget, "code"),
    DataColumn("family", _("Framework"), codes=FRAMEWORK_NAMES),
    DataColumn("kind", _("Kind"), codes=TARGET_KINDS),
    *stored_columns(FrameworkTarget, "name"),
    *stored_columns(FrameworkTarget, "year", gap=GapReason.NOT_APPLICABLE),
    DataColumn(
        "body", _("Who asks for it"), gap=GapReason.NOT_APPLICABLE, codes=SHORT_BODIES
    ),
    *stored_columns(
        FrameworkTarget, "by_year", "confidence", gap=GapReason.NOT_APPLICABLE
    ),
    DataColumn(
        "commitments",
        _("Commitments that respond to it"),
        CellKind.INTEGER,
        about=_("None of this plan does where it is 0."),
    ),
    *stored_columns(FrameworkTarget, "answer", "provenance", "note"),
    ADDRESS,
)


def targets(reading):
    for each in reading.targets:
        target = each.target
        page = target.address_in(reading.plan, "es")
        yield {
            **vars(target),
            "commitments": each.total,
            "address": f"{settings.SITE_URL}{page}",
        }


TARGET_YEAR_COLUMNS = (
    DataColumn("target", _("Target (code)"), refers="targets.code"),
    DataColumn("year", _("Year"), CellKind.INTEGER),
    DataColumn(
        "known",
        _("How it is known"),
        CellKind.CODE,
        codes={
            "read": _("Read in the body's own text"),
            "told": _("Stated by the press or another text"),
        },
    ),
)


def target_years(reading):
    return [
        {"target": each.target.code, "year": int(year), "known": known}
        for each in reading.targets
        for year, known in each.year_marks
        # A purged text is present as its marker.
        if known and year.isdigit()
    ]


TARGET_AGENCY_COLUMNS = (
    DataColumn("target", _("Target (code)"), refers="targets.code"),
    DataColumn("agency", _("Agency (code)"), refers="agencies.code"),
)


def target_agencies(reading):
    return [
        {"target": each.target.code, "agency": agency.slug}
        for each in reading.targets
        if each.target.body
        for agency in each.target.addressed.all()
    ]


ANSWER_COLUMNS = (
    DataColumn("target", _("Target (code)"), refers="targets.code"),
    DataColumn(
        "commitment",
        _("Commitment that responds (code)"),
        gap=GapReason.NOT_APPLICABLE,
        refers="commitments.code",
    ),
    DataColumn(
        "indicator",
        _("Indicator that measures it (code)"),
        gap=GapReason.NOT_APPLICABLE,
        refers="indicators.code",
    ),
    *bilingual(DataColumn("why", _("Why"), gap=GapReason.NOT_REPORTED)),
)


def answers(reading):
    """Commitments and indicators of this plan that answer or measure a target."""
    own = {line.indicator.pk for line in reading.indicators}
    for each in reading.targets:
        responding = [
            ("commitment", row.commitment, link) for row, link in each.answers
        ]
        measuring = [
            ("indicator", line.indicator, link)
            for line, link in each.measured
            if line.indicator.pk in own
        ]
        for name, of, link in (*responding, *measuring):
            yield {
                **dict.fromkeys(column.name for column in ANSWER_COLUMNS),
                "target": each.target.code,
                name: of.code,
                **(pair(link, "why") if link else {}),
            }


BROUGHT = pgettext_lazy("how often it changes", "When a body asks something new")
DATASETS = (
    Dataset(
        "targets",
        _("Targets and recommendations"),
        _("an international target, or what a body asks of the country"),
        BROUGHT,
        TARGET_COLUMNS,
        ("code",),
        targets,
    ),
    Dataset(
        "target_years",
        _("Years of recommendations"),
        _("a year in which a body asked for it"),
        BROUGHT,
        TARGET_YEAR_COLUMNS,
        ("target", "year"),
        target_years,
    ),
    Dataset(
        "target_agencies",
        _("Agencies in recommendations"),
        _("an agency that a recommendation names"),
        BROUGHT,
        TARGET_AGENCY_COLUMNS,
        ("target", "agency"),
        target_agencies,
    ),
    Dataset(
        "answers",
        _("Answers to targets"),
        _("a commitment that responds to a target, or an indicator that measures it"),
        BROUGHT,
        ANSWER_COLUMNS,
        ("target", "commitment", "indicator"),
        answers,
    ),
)
