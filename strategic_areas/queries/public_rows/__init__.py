"""
Public columns of records as plain rows, and the differences of two sets of rows.

Protection is applied: a protected number is None and named in ``protected``. Caches are
not used, so that the rows are right inside a transaction that is rolled back later.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.utils import timezone

from agencies.fields import FieldKind
from agencies.models import Agency
from strategic_areas.disclosure import PROTECTED, disclose_planned_quantity
from strategic_areas.models import (
    UPDATE_MODELS,
    Activity,
    ActivityUpdate,
    Commitment,
    CommitmentUpdate,
    Indicator,
    Plan,
    Programme,
    PublishedCell,
    RevisionStatus,
    Source,
    StrategicArea,
)
from strategic_areas.queries.figures import indicators
from strategic_areas.queries.figures.indicators import (
    IndicatorSeries,
    PublishedBreakdown,
    SeriesPoint,
    ValueDisplay,
)
from strategic_areas.queries.plan import counted_updates
from strategic_areas.queries.plan.plan_progress import (
    activities_of,
    commitments_of,
    public_with_dispute_marks,
)
from strategic_areas.queries.plan.plans import periods_of
from strategic_areas.queries.plan.progress_rows import (
    ActivityProgress,
    CommitmentProgress,
    build_progress,
)
from strategic_areas.queries.updates import public_updates
from strategic_areas.queries.updates.public_updates import (
    FIGURE_FIELDS,
    TEXT_FIELDS,
    PublishedUpdate,
)

#: Rows by their key, by the name of a dataset or other kind of row, such as "values".
RowsByDataset = dict[str, dict[str, dict]]
#: Model → primary keys.
Keys = Mapping[type[Model], set[int]]

#: Models whose changes may change these rows.
MODELS_BEHIND_ROWS = frozenset(
    {Plan, StrategicArea, Programme, Commitment, Activity, Indicator, Source}
)
LANGUAGES = ("es", "en")
REPORT_COLUMNS = (
    *("kind", "public_id", "revision", "status", "provenance", "state", "result"),
    *("reported_on", "published_on", "unchanged_since", "withdrawn_on", "is_disputed"),
    *("withdrawal_cause", "withdrawal_reason_es", "withdrawal_reason_en"),
    *("is_demonstration", "is_reserved", "legal_basis", "note_es", "note_en"),
    *(
        f"{name}_{language}"
        for name in ("text", *(field.name for field in TEXT_FIELDS))
        for language in LANGUAGES
    ),
)
REPORT_NUMBERS = ("percent", *(field.name for field in FIGURE_FIELDS))
VALUE_COLUMNS = (
    *("starts_on", "ends_on", "starts_exact_to", "ends_exact_to", "exactness"),
    *("counted_by", "status", "provenance", "differs", "is_break", "is_disputed"),
    *("caption_es", "caption_en", "note_es", "note_en", "withheld"),
    *("printed_where_es", "printed_where_en"),
)


def affected_records(changed: Iterable[tuple[type[Model], int]]) -> Keys:
    """
    The changed records, and all records whose public rows depend on them.

    ``changed`` are pairs of model and id. Commitments depend on activities, superseded
    records on their successor, reports on their subject. Any changed indicator adds all
    that are in a family; any changed source adds all that need protection.
    """
    keys = defaultdict(set)
    for model, pk in changed:
        keys[model].add(pk)
    for model in UPDATE_MODELS:
        reports = model.objects.filter(pk__in=keys.pop(model, ()))
        subject = model._meta.get_field(model.subject_field)
        keys[subject.related_model].update(_pks(reports, subject.attname))
    for model in (Commitment, Activity):
        keys[model].update(_pks(model.objects.filter(superseded_by__in=keys[model])))
    activities, commitments = keys[Activity], set(keys[Commitment])
    reports = ActivityUpdate.objects.filter(
        Q(activity__in=activities) | Q(activity__commitment__in=commitments)
    )
    keys[ActivityUpdate] = _pks(reports)
    keys[CommitmentUpdate] = _pks(
        CommitmentUpdate.objects.filter(commitment__in=commitments)
    )
    keys[Commitment] |= _pks(
        Activity.objects.filter(pk__in=activities), "commitment_id"
    )
    keys[Programme].update(_pks(Programme.objects.filter(area__in=keys[StrategicArea])))
    if keys.pop(Source, None):
        keys[Indicator].update(_pks(Indicator.objects.filter(sensitive=True)))
    if keys[Indicator]:
        keys[Indicator].update(_pks(Indicator.objects.exclude(family="")))
    return keys


def _pks(rows, name="pk"):
    return set(rows.order_by().values_list(name, flat=True))


def merge_keys(one: Keys, other: Keys) -> Keys:
    return {
        model: one.get(model, set()) | other.get(model, set())
        for model in one.keys() | other.keys()
    }


def read_public_rows(keys: Keys) -> RowsByDataset:
    """The public rows of these records; records that are not public are left out."""
    keys, public = defaultdict(set, keys), Plan.objects.public()
    plans = public.filter(pk__in=keys[Plan])
    areas = StrategicArea.objects.select_related("plan")
    programmes = Programme.objects.select_related("plan", "area")
    rows = list(progress_of_commitments(keys[Commitment]))
    updates = public_updates.build_published_updates(
        row
        for public_rows in (
            public_updates.public_reports(),
            public_updates.public_declarations(),
        )
        for row in without_revisions_before_withdrawal(
            public_rows.filter(pk__in=keys[public_rows.model])
        )
    )
    series = indicators.load_series(
        indicators.public_indicators().filter(pk__in=keys[Indicator]), in_full=True
    )
    return {
        "plans": {each.code: _stored(each) for each in plans},
        "areas": _by_plan_and_code(
            _stored(each, "plan")
            for each in areas.filter(pk__in=keys[StrategicArea], plan__in=public)
        ),
        "programmes": _by_plan_and_code(
            _stored(each, "plan", "area")
            for each in programmes.filter(pk__in=keys[Programme], plan__in=public)
        ),
        "commitments": _by_plan_and_code(map(commitment_row, rows)),
        "activities": _by_plan_and_code(
            activity_row(each) for row in rows for each in row.activities
        ),
        "reports": {each.public_id: report_row(each) for each in updates},
        **value_rows(series),
    }


def without_revisions_before_withdrawal(rows: QuerySet) -> QuerySet:
    about = {name: OuterRef(name) for name in ("period", rows.model.subject_field)}
    withdrawn = rows.model.objects.filter(status=RevisionStatus.WITHDRAWN, **about)
    newer = withdrawn.filter(revision__gt=OuterRef("revision"))
    return rows.exclude(Exists(newer), status=RevisionStatus.REPLACED)


def progress_of_commitments(
    commitments: Iterable[int] | QuerySet, *, include_superseded: bool = False
) -> Iterator[CommitmentProgress]:
    """
    The progress of these commitments today.

    With ``include_superseded``, superseded ones are built like current ones.
    """
    agencies = Agency.objects.in_bulk()
    for plan in Plan.objects.filter(commitments__in=commitments).distinct():
        rows = _rows_of(Commitment, include_superseded).filter(pk__in=commitments)
        own = commitments_of(plan, public_with_dispute_marks(rows), agencies)
        rows = _rows_of(Activity, include_superseded).filter(commitment__in=own)
        work = activities_of(plan, public_with_dispute_marks(rows), agencies, own)
        periods = periods_of(plan)
        counted = counted_updates.build_counted_updates(
            counted_updates.rows_of_reports_counted_or_in_review().filter(
                activity__in=[each.pk for each in work]
            ),
            counted_updates.counted_declaration_rows().filter(
                commitment__in=[each.pk for each in own]
            ),
            periods,
        )
        yield from build_progress(own, work, counted, periods, timezone.localdate())


def _rows_of(model, include_superseded):
    return model.objects.all() if include_superseded else model.objects.not_superseded()


@cache
def _columns(model):
    return tuple(
        column
        for field in model.fields.where(public=True)
        if field.kind not in {FieldKind.LINK, FieldKind.LINKS}
        for column in field.columns
    )


def _stored(record, *links):
    row = {name: getattr(record, name) for name in _columns(type(record))}
    for name in links:
        linked = getattr(record, name)
        row[name] = getattr(linked, "acronym", None) or linked.code
    return row


def _by_plan_and_code(rows):
    return {f"{row['plan']}/{row['code']}": row for row in rows}


def commitment_row(row: CommitmentProgress) -> dict:
    return {
        **_stored(row.commitment, "plan", "programme", "lead"),
        **state_columns(row.summary),
        "percent": row.summary.percent,
        "is_disputed": row.commitment.is_disputed,
    }


def activity_row(row: ActivityProgress) -> dict:
    about = row.activity
    return {
        **_stored(about, "plan", "commitment", "agency"),
        **_numbers({"quantity": disclose_planned_quantity(about)}),
        **state_columns(row.summary),
        "is_disputed": about.is_disputed,
    }


def state_columns(summary) -> dict:
    return {"state": summary.state, "punctuality": summary.punctuality}


def _numbers(numbers):
    hidden = tuple(name for name, value in numbers.items() if value is PROTECTED)
    return {**numbers, **dict.fromkeys(hidden), "protected": hidden}


def report_row(entry: PublishedUpdate) -> dict:
    """A published update; ``agency`` is the agency's name in that period."""
    return {
        "plan": entry.commitment.plan.code,
        "commitment": entry.commitment.code,
        "subject": entry.subject.code,
        "agency": entry.agency.acronym,
        "period": entry.period.code,
        **{name: getattr(entry, name) for name in REPORT_COLUMNS},
        **_numbers({name: getattr(entry, name) for name in REPORT_NUMBERS}),
    }


def value_rows(series: Collection[IndicatorSeries]) -> RowsByDataset:
    points = [
        (one.indicator, value_key(one.indicator, point), point)
        for one in series
        for point in one.points
    ]
    return {
        "indicators": {one.indicator.code: indicator_row(one) for one in series},
        "values": {
            key: {"indicator": indicator.code, **value_row(point)}
            for indicator, key, point in points
        },
        "breakdowns": {
            part: {
                "starts_on": point.starts_on,
                "ends_on": point.ends_on,
                "indicator": indicator.code,
                "counted_by": point.counted_by,
                **part_row(breakdown, cell),
            }
            for indicator, key, point in points
            for part, breakdown, cell in parts_of(key, point)
        },
    }


def indicator_row(series: IndicatorSeries) -> dict:
    indicator = series.indicator
    return {
        **_stored(indicator, "introduced_by"),
        **_numbers({"baseline_value": series.baseline}),
        "area": indicator.area.code if indicator.area else "",
        "agency": indicator.agency.acronym if indicator.agency else "",
    }


def value_key(indicator: Indicator, point: SeriesPoint) -> str:
    about = (indicator.code, point.starts_on, point.ends_on, point.counted_by)
    return "/".join(map(str, about))


def parts_of(
    key: str, point: SeriesPoint
) -> Iterator[tuple[str, PublishedBreakdown, PublishedCell]]:
    """Each number of a value's breakdowns, with the key of its row."""
    for breakdown in point.breakdowns:
        for cell in breakdown.cells:
            yield (
                f"{key}/{breakdown.dimension}/{'|'.join(cell.categories)}",
                breakdown,
                cell,
            )


def value_row(point: SeriesPoint) -> dict:
    is_public = point.value is not None
    return {
        **{name: getattr(point, name) for name in VALUE_COLUMNS},
        "shown": point.shown,
        "value": point.value,
        "protected": ("value",) if point.shown is ValueDisplay.PROTECTED else (),
        "earlier": tuple(each.value for each in point.revisions if is_public),
        "sources": tuple(each.key for each in point.sources),
        "printed_by": point.printed_by.key if point.printed_by else "",
    }


def part_row(breakdown, cell) -> dict:
    return {
        "dimension": breakdown.dimension,
        "categories": tuple(cell.categories),
        "label_es": cell.label_es,
        "label_en": cell.label_en,
        "value": cell.value,
        "printed_by": cell.printed_by.key if cell.printed_by else "",
    }


#: Columns by dataset that are computed from other records, or that are empty without
#: a shown number (captions and notes, whose Spanish column stands for both languages).
COMPUTED_COLUMNS = {
    "commitments": ("state", "punctuality", "percent"),
    "activities": ("state", "punctuality", "quantity"),
    "reports": ("state", *REPORT_NUMBERS),
    "indicators": ("baseline_value",),
    "values": ("value", "caption_es", "note_es", "earlier"),
    "breakdowns": ("value",),
}
#: URL name and arguments of a row's page, by dataset.
PAGES = {
    "plans": lambda row: ("plan", row["code"]),
    "areas": lambda row: ("area", row["plan"], row["slug_es"]),
    "commitments": lambda row: ("commitment", row["plan"], row["code"]),
    "activities": lambda row: ("commitment", row["plan"], row["commitment"]),
    "reports": lambda row: ("update", row["plan"], row["public_id"]),
    "indicators": lambda row: ("indicator", row["code"]),
    "values": lambda row: ("indicator", row["indicator"]),
    "breakdowns": lambda row: ("indicator", row["indicator"]),
}
#: URL name of the public list, by dataset.
LISTS = {
    "plans": "plans",
    "areas": "areas",
    "programmes": "areas",
    "commitments": "commitments",
    "activities": "commitments",
    "reports": "updates",
    "indicators": "indicators",
    "values": "indicators",
    "breakdowns": "indicators",
}


@dataclass(frozen=True)
class RowDifference:
    """
    A changed row; None before if it was added, None after if it is gone.

    ``dataset`` is a key of ``RowsByDataset``.
    """

    dataset: str
    key: str
    before: Mapping | None
    after: Mapping | None

    @property
    def row(self) -> Mapping:
        """The row after the change, or before it if it is gone."""
        return self.after or self.before

    @property
    def kind(self) -> str:
        if self.before is None:
            return "added"
        return "gone" if self.after is None else "changed"

    @property
    def columns(self) -> list[tuple[str, object, object]]:
        """
        Each differing column with both values; for a changed row, only common columns.
        """
        before, after = self.before or {}, self.after or {}
        return [
            (name, before.get(name), after.get(name))
            for name in self.row
            if self.kind != "changed" or name in before
            if before.get(name) != after.get(name)
        ]

    @property
    def computed_columns(self) -> tuple[str, ...]:
        """
        Columns of the dataset that the portal computes; none for added and removed
        records, except values of indicators.
        """
        is_comparable = self.before and self.after or "indicator" in self.row
        return COMPUTED_COLUMNS.get(self.dataset, ()) if is_comparable else ()

    @property
    def pages(self) -> list[tuple]:
        """URL arguments of the record's page, if any, and of its list."""
        own, plan = PAGES.get(self.dataset), self.row.get("plan")
        list_of_kind = (LISTS[self.dataset], *filter(None, [plan]))
        # Before the change is made only the former address exists.
        return [*([own(self.before or self.after)] if own else []), list_of_kind]


def row_differences(before: RowsByDataset, after: RowsByDataset) -> list[RowDifference]:
    """
    The changed rows of two readings of the same records, by dataset.

    A column that only one reading has is no change.
    """
    found = (
        RowDifference(dataset, key, row_before, row_after)
        for dataset in {**before, **after}
        for old, new in [(before.get(dataset, {}), after.get(dataset, {}))]
        for key in {**old, **new}
        if (row_before := old.get(key)) != (row_after := new.get(key))
    )
    return [each for each in found if each.kind != "changed" or each.columns]
