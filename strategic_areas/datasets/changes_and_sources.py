"""Datasets of changes, corrections, sources, citations and discrepancies."""

from dataclasses import replace
from itertools import chain

from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from agencies import fields
from strategic_areas.datasets.columns import (
    ADDRESS,
    LANGUAGES,
    CellKind,
    DataColumn,
    Dataset,
    GapReason,
    bilingual,
    pair,
    stored_columns,
    with_gap,
)
from strategic_areas.models import (
    OF_PLAN,
    Amendment,
    Correction,
    Discrepancy,
    Source,
)
from strategic_areas.public_paths import public_path, stable_slug
from strategic_areas.queries.pages import changes
from strategic_areas.queries.plan.past_states import parse_amendment_day
from strategic_areas.queries.public_rows.plan_reading import PRINTED, RESTS
from strategic_areas.sentences import SOURCE_KINDS

MODELS = {each._meta.model_name: each for each in OF_PLAN}
#: Labels by column.
FIELDS = {
    column: capfirst(model._meta.get_field(column).verbose_name)
    for model in OF_PLAN
    for field in model.fields.where(public=True)
    for column in (field.name, field.columns[-1])
}
DATE_FIELD_NAMES = {
    name for of in OF_PLAN for name in of.fields.names(kind=fields.FieldKind.DATE)
}
WHAT = {
    "added": pgettext_lazy("a record of a plan", "Added"),
    "changed": pgettext_lazy("a record of a plan", "Changed"),
    "taken_back": pgettext_lazy("a record of a plan", "Taken back"),
}
VALUES = {
    "old_value": pgettext_lazy("old value", "Before"),
    "new_value": pgettext_lazy("new value", "Now"),
}
AMENDMENT_COLUMNS = (
    DataColumn("code", _("Change (code)")),
    DataColumn(
        "decision",
        _("Decision (code)"),
        about=_("All that one act or two people changed together has the same."),
    ),
    *stored_columns(Amendment, "decided_on"),
    DataColumn(
        "kind",
        _("Kind of amendment"),
        CellKind.CODE,
        GapReason.NOT_APPLICABLE,
        codes=dict(Amendment.Kind.choices),
        about=_("Empty where two people changed the record and no act was needed."),
    ),
    *(
        replace(column, gap=column.gap or GapReason.NOT_APPLICABLE)
        for column in stored_columns(Amendment, "act", "deciding_act", "reason")
    ),
    DataColumn(
        "record",
        _("Kind of record"),
        CellKind.CODE,
        codes={name: capfirst(of._meta.verbose_name) for name, of in MODELS.items()},
    ),
    DataColumn(
        "commitment",
        _("Commitment (code)"),
        gap=GapReason.NOT_APPLICABLE,
        about=_(
            "Also of an activity. It may be one that a later commitment took the "
            "place of."
        ),
    ),
    DataColumn("activity", _("Activity (code)"), gap=GapReason.NOT_APPLICABLE),
    *bilingual(
        DataColumn(
            "name",
            pgettext_lazy("of the plan", "Record"),
            about=_("As it was called then."),
        )
    ),
    DataColumn("what", _("What was done"), CellKind.CODE, codes=WHAT),
    DataColumn(
        "field",
        _("What changed"),
        CellKind.CODE,
        GapReason.NOT_APPLICABLE,
        codes=FIELDS,
    ),
    *(
        column
        for name, label in VALUES.items()
        for value in bilingual(
            DataColumn(name, label, about=_("Days as year-month-day."))
        )
        for column in with_gap(value)
    ),
)


def amendments(reading):
    for each in changes.changes_of_plan(reading.plan):
        for line in chain.from_iterable(each.records):
            is_whole_record = line.adds_record or line.removes_record
            of_kind = line.kind_source
            commitment = line.activity.commitment if line.activity else line.commitment
            yield {
                **vars(each.amendment or Amendment()),
                "code": stable_slug(f"planchange/{line.pk}"),
                "decision": stable_slug("decision/{}/{}".format(*line.decision_key)),
                "decided_on": each.day,
                "kind": of_kind and of_kind.kind,
                "record": line.model,
                "commitment": commitment and commitment.code,
                "activity": line.activity and line.activity.code,
                **pair(line, "name"),
                "what": is_whole_record
                and ("added" if line.adds_record else "taken_back")
                or "changed",
                "field": None if is_whole_record else line.field,
                **dict(_values(line, is_whole_record=is_whole_record)),
            }


def _values(line, *, is_whole_record):
    for name in VALUES:
        # Without Spanish there is no value.
        is_empty = is_whole_record or not getattr(line, f"{name}_es")
        reason_if_public = (
            GapReason.NOT_APPLICABLE if is_empty else GapReason.NOT_REPORTED
        )
        reason = GapReason.PROTECTED if name in line.protected else reason_if_public
        day = line.field in DATE_FIELD_NAMES and parse_amendment_day(
            getattr(line, f"{name}_es") or ""
        )
        for column in (f"{name}_{language}" for language in LANGUAGES):
            value = reason is not GapReason.PROTECTED and (day or getattr(line, column))
            yield column, value or None
            yield f"{column}_gap", None if value else reason


CORRECTION_COLUMNS = (
    DataColumn(
        "code", _("Request (code)"), about=_("Its mark on the page of corrections.")
    ),
    *stored_columns(Correction, "asked_on", "about", "asked"),
    *(
        replace(column, about=_("Empty while nobody has decided."))
        for column in stored_columns(Correction, "outcome", "decided_on", "decision")
    ),
    DataColumn(
        "days", _("Days until the decision"), CellKind.INTEGER, GapReason.NOT_REPORTED
    ),
)


def corrections(_reading):
    """All correction requests, latest first; they belong to no plan."""
    for each in changes.load_correction_log()["corrections"]:
        yield {**vars(each), "code": each.anchor, "days": each.days_taken}


CORRECTED = pgettext_lazy(
    "how often it changes", "When sources are added or what they state is corrected"
)
SOURCE_COLUMNS = (
    DataColumn(
        "code",
        _("Source (code)"),
        about=_("The code of the plan whose file names it, and its key there."),
    ),
    *stored_columns(Source, "title", "publisher", "url"),
    DataColumn("kind", _("Kind of source"), codes=SOURCE_KINDS),
    *stored_columns(Source, "cited_as", "note"),
)


def sources(reading):
    cited = {
        source.whole_key: source for _dataset, _row, source, _role in reading.citations
    }
    return [{**vars(source), "code": code} for code, source in sorted(cited.items())]


CITED_AS = {
    RESTS: pgettext_lazy("a source", "The row rests on it"),
    PRINTED: pgettext_lazy("a source", "It printed a number of the row"),
}
CITATION_COLUMNS = (
    DataColumn(
        "dataset",
        _("Table"),
        about=_("What activities and reports cite is not repeated for commitments."),
    ),
    DataColumn(
        "row",
        _("Row (key)"),
        about=_("The key of the row in that table: its code, id or public_id."),
    ),
    DataColumn("source", _("Source (code)"), refers="sources.code"),
    DataColumn("role", _("What it is for the row"), CellKind.CODE, codes=CITED_AS),
)


def citations(reading):
    return [
        {"dataset": dataset, "row": row, "source": source.whole_key, "role": role}
        for dataset, row, source, role in reading.citations
    ]


DISCREPANCY_COLUMNS = (*stored_columns(Discrepancy, "code", "topic", "detail"), ADDRESS)


def discrepancies(reading):
    where = settings.SITE_URL + public_path("discrepancies", language="es")
    return [
        {**vars(each), "address": f"{where}#{reading.plan.code}-{each.code}"}
        for each in reading.discrepancies
    ]


DISCREPANCY_INDICATOR_COLUMNS = (
    DataColumn("discrepancy", _("Discrepancy (code)"), refers="discrepancies.code"),
    DataColumn("indicator", _("Indicator (code)"), refers="indicators.code"),
)


def discrepancy_indicators(reading):
    public = {line.indicator.code for line in reading.indicators}
    return [
        {"discrepancy": each.code, "indicator": indicator.code}
        for each in reading.discrepancies
        for indicator in each.indicators.all()
        if indicator.code in public
    ]


DATASETS = (
    Dataset(
        "amendments",
        _("Changes of the plan"),
        _("a field of a record that an approved change changed, old beside new"),
        _("When the plan is amended or corrected"),
        AMENDMENT_COLUMNS,
        ("code",),
        amendments,
    ),
    Dataset(
        "corrections",
        _("Corrections"),
        _("a request to correct something on any page of the portal"),
        _("When somebody asks for one, and when it is decided"),
        CORRECTION_COLUMNS,
        ("code",),
        corrections,
    ),
    Dataset(
        "sources",
        _("Sources"),
        _("a public text that a row of another table cites"),
        CORRECTED,
        SOURCE_COLUMNS,
        ("code",),
        sources,
    ),
    Dataset(
        "citations",
        _("Citations"),
        _("a row of another table and one source that it cites"),
        CORRECTED,
        CITATION_COLUMNS,
        ("dataset", "row", "source", "role"),
        citations,
    ),
    Dataset(
        "discrepancies",
        _("Discrepancies"),
        _("a known contradiction between public sources"),
        CORRECTED,
        DISCREPANCY_COLUMNS,
        ("code",),
        discrepancies,
    ),
    Dataset(
        "discrepancy_indicators",
        _("Indicators of discrepancies"),
        _("an indicator that a discrepancy is about"),
        CORRECTED,
        DISCREPANCY_INDICATOR_COLUMNS,
        ("discrepancy", "indicator"),
        discrepancy_indicators,
    ),
)
