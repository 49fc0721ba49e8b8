"""Public indicators with their published values, and known discrepancies of sources."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache, cached_property
from operator import attrgetter

from django.db.models import (
    CharField,
    Exists,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Coalesce

from agencies.models import Agency
from strategic_areas.attainment import Attainment, attainment
from strategic_areas.date_ranges import year_of
from strategic_areas.disclosure import PROTECTED, Protected
from strategic_areas.models import (
    CodeList,
    CodeListValue,
    Commitment,
    Discrepancy,
    Indicator,
    Plan,
    Provenance,
    PublishedCell,
    PublishedFigure,
    Source,
    StrategicArea,
    Target,
)
from strategic_areas.models.figures import HOW_EXACT
from strategic_areas.queries.plan.counted_updates import Dispute, dispute_of

#: The dimension of a plan's labels for counting bodies.
COUNTED_BY = "counted_by"
#: Dimensions whose labels keep their capital inside a sentence.
PROPER = ("department",)
#: Categories of nationality that are not proper names.
COMMON = ("foreign", "not_stated")
#: Index of English in a pair of labels.
ENGLISH = 1
MAX_LISTED = 6
TEXTS = tuple(
    f"{name}_{language}"
    for name in ("caption", "note", "printed_where")
    for language in ("es", "en")
)


class ValueDisplay(StrEnum):
    VALUE = "value"
    PROTECTED = "protected"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class PublishedBreakdown:
    """The published numbers of one dimension, labelled in both languages."""

    dimension: str
    cells: tuple[PublishedCell, ...]


@dataclass(frozen=True)
class FigureRevision:
    value: Decimal | None
    published_at: datetime
    reason_es: str
    reason_en: str
    dispute: Dispute | None = None


@dataclass(frozen=True, kw_only=True)
class SeriesPoint:
    """
    A published value over a span of days.

    ``value`` is None unless ``shown`` is VALUE. ``is_break`` means that the definition
    or the counting body differs from the previous point. ``who`` is ``counted_by`` in
    words; ``by_agency`` if it is an agency of the portal. ``withheld`` dimensions are
    not published. ``differs`` means that a later count, which is less than ten away, is
    not published.
    Revisions come latest first. Fields with defaults are loaded only in full.
    """

    pk: int
    starts_on: date
    ends_on: date
    shown: ValueDisplay
    value: Decimal | None
    status: str
    counted_by: str
    who_es: str
    who_en: str
    by_agency: bool
    provenance: str
    is_break: bool
    differs: bool
    published_at: datetime
    exactness: str
    starts_exact_to: str
    ends_exact_to: str
    caption_es: str
    caption_en: str
    note_es: str
    note_en: str
    printed_where_es: str
    printed_where_en: str
    sources: tuple[Source, ...] = ()
    breakdowns: tuple[PublishedBreakdown, ...] = ()
    withheld: tuple[str, ...] = ()
    printed_by: Source | None = None
    revisions: tuple[FigureRevision, ...] = ()
    dispute: Dispute | None = None

    @property
    def is_disputed(self) -> bool:
        return self.dispute is not None and self.dispute.resolved_on is None

    @property
    def year(self) -> int | None:
        return year_of(self.starts_on, self.ends_on)

    @property
    def is_provisional(self) -> bool:
        return self.status == PublishedFigure.Status.PROVISIONAL


@dataclass(frozen=True)
class IndicatorSeries:
    """An indicator and its points, oldest first."""

    indicator: Indicator
    points: tuple[SeriesPoint, ...]

    @cached_property
    def last(self) -> SeriesPoint | None:
        """The latest point that was not withdrawn; of several, the shortest span."""
        shown = [
            each for each in self.points if each.shown is not ValueDisplay.WITHDRAWN
        ]
        return max(shown, key=lambda each: (each.ends_on, each.starts_on), default=None)

    @property
    def before(self) -> SeriesPoint | None:
        """The last comparable value before ``last``, or None."""
        begins_on = self.last.starts_on
        earlier = [each for each in self.points if each.ends_on < begins_on]
        later = [each for each in self.points if each.ends_on >= begins_on]
        is_comparable = earlier and not any(each.is_break for each in later)
        return earlier[-1] if is_comparable and earlier[-1].value is not None else None

    @property
    def baseline(self) -> Decimal | Protected | None:
        """
        The baseline, if any; protected for a sensitive indicator unless already public.
        """
        indicator = self.indicator
        value = indicator.baseline_value
        days = (indicator.baseline_starts_on, indicator.baseline_ends_on)
        public = {(each.starts_on, each.ends_on): each.value for each in self.points}
        is_public = (
            value is None or not indicator.sensitive or public.get(days) == value
        )
        return value if is_public else PROTECTED


@dataclass(frozen=True)
class IndicatorPage(IndicatorSeries):
    """
    One indicator in full.

    ``targets`` pairs each target with its attainment. ``others`` are counts of the same
    thing, named by known discrepancies.
    """

    targets: tuple[tuple[Target, Attainment], ...]
    others: tuple[IndicatorSeries, ...]
    discrepancies: tuple[Discrepancy, ...]

    @property
    def has_baseline_of_plan(self):
        """Whether the plan itself, not the portal's editors, states the baseline."""
        stated = any(each.provenance == Provenance.PLAN for each, _ in self.targets)
        return stated and self.baseline is not None


def public_indicators() -> QuerySet[Indicator]:
    """Indicators of public plans, annotated with who counts each."""
    about = ("introduced_by", "area__plan", "programme", "agency")
    rows = _of_public_plans().select_related(*about)
    return rows.annotate(**counting_body_columns("introduced_by"))


def _of_public_plans():
    return Indicator.objects.filter(introduced_by__in=Plan.objects.public()).order_by(
        "sort_code", "pk"
    )


@cache
def counting_body_columns(plan: str) -> Mapping[str, Coalesce | Exists]:
    """
    Annotations: ``counted_by`` in words, from the plan's code list or the agency's
    name.

    ``plan`` is the lookup from a row to its plan.
    """
    labels = CodeListValue.objects.filter(
        code_list__kind=CodeList.Kind.BREAKDOWNS,
        code_list__plan=OuterRef(plan),
        dimension=COUNTED_BY,
        code=OuterRef("counted_by"),
    )
    agencies = Agency.objects.filter(acronym=OuterRef("counted_by"))
    words = {
        f"who_{language}": Coalesce(
            Subquery(labels.values(f"label_{language}")[:1]),
            Subquery(agencies.values(f"name_{language}")[:1]),
            output_field=CharField(),
        )
        for language in ("es", "en")
    }
    return {**words, "by_agency": Exists(agencies)}


def family_total_indicator(family: str) -> Indicator | None:
    """The indicator that publishes a family's total, if any."""
    return _of_public_plans().filter(family=family, is_teller=True).first()


def indicators_with_filters() -> list[Indicator]:
    """All public indicators with the fields that filters use; three queries."""
    plans = Plan.objects.public()
    aims = Target.objects.filter(indicator=OuterRef("pk"), plan__in=plans)
    rows = (
        _of_public_plans()
        .annotate(has_target=Exists(aims))
        .only("area", "agency", "counted_by")
    )
    return list(rows.prefetch_related("area", "agency"))


def series_of_indicators(found: Iterable[Indicator], *, in_full: bool = False):
    return load_series(
        public_indicators().filter(pk__in=[each.pk for each in found]), in_full=in_full
    )


def load_series(
    rows: QuerySet[Indicator] | None = None, *, in_full: bool = False
) -> tuple[IndicatorSeries, ...]:
    """
    The given or all public indicators with their points; two queries, six in full.
    """
    found = list(public_indicators() if rows is None else rows)
    if not found:
        return ()
    points = points_by_indicator(found, in_full=in_full)
    return tuple(IndicatorSeries(each, points.get(each.pk, ())) for each in found)


def series_of_area(area: StrategicArea) -> tuple[IndicatorSeries, ...]:
    return load_series(public_indicators().filter(area=area))


def series_of_agency(agency: Agency) -> tuple[IndicatorSeries, ...]:
    own = Q(counted_by=agency.acronym) | Q(counted_by="", agency=agency)
    return load_series(public_indicators().filter(own))


def series_of_commitment(commitment: Commitment) -> tuple[list[IndicatorSeries], ...]:
    """Indicators with values of a commitment, and of its programme; one query."""
    own = Q(commitment=commitment)
    above = Q(commitment=None, programme=commitment.programme_id)
    measures = public_indicators().filter(own | above)
    figures = _latest_revisions(PublishedFigure.objects.filter(indicator__in=measures))
    rows = list(figures.select_related("indicator"))
    indicators = {row.indicator_id: row.indicator for row in rows}
    ordered = sorted(indicators.values(), key=attrgetter("sort_code"))
    points = _series(rows)
    found = [IndicatorSeries(each, tuple(points[each.pk])) for each in ordered]
    return (
        [line for line in found if line.indicator.commitment_id],
        [line for line in found if not line.indicator.commitment_id],
    )


def first_series(all_series: Iterable[IndicatorSeries]) -> dict:
    """
    The first series with a value and their total; key figures and long series first.
    """
    found = [each for each in all_series if each.last]
    found.sort(key=lambda each: (not each.indicator.key_figure, -len(each.points)))
    return {"series": found[:MAX_LISTED], "total": len(found)}


def key_figure_series() -> tuple[IndicatorSeries, ...]:
    found = load_series(public_indicators().filter(key_figure=True))
    return tuple(each for each in found if each.last)


def load_indicator_page(code: str, today: date) -> IndicatorPage | None:
    """One indicator in full by its code, or None; at most twelve queries."""
    rows = public_indicators().select_related("commitment__plan")
    indicator = rows.prefetch_related(Source.by_key()).filter(code=code).first()
    if indicator is None:
        return None
    points = points_by_indicator([indicator], in_full=True).get(indicator.pk, ())
    known = tuple(public_discrepancies().filter(indicators=indicator))
    codes = {other.pk for each in known for other in each.indicators.all()}
    others = public_indicators().filter(pk__in=codes - {indicator.pk}) if codes else ()
    return IndicatorPage(
        indicator=indicator,
        points=points,
        targets=targets_with_attainment(indicator, points, today),
        others=load_series(others) if codes else (),
        discrepancies=known,
    )


def targets_with_attainment(
    indicator: Indicator, points: Iterable[SeriesPoint], today: date
) -> tuple[tuple[Target, Attainment], ...]:
    rows = Target.objects.filter(indicator=indicator, plan__in=Plan.objects.public())
    rows, line = rows.select_related("plan"), IndicatorSeries(indicator, points)
    return tuple(
        (target, target_attainment(target, line, today))
        for target in rows.order_by("ends_on", "starts_on", "pk")
    )


def target_attainment(target: Target, line: IndicatorSeries, today: date) -> Attainment:
    """How far the values that were not withdrawn reach the target."""
    values = [each for each in line.points if each.shown is not ValueDisplay.WITHDRAWN]
    indicator = line.indicator
    how = {"direction": indicator.direction, "aggregation": indicator.aggregation}
    return attainment(target, values, **how, today=today)


def public_discrepancies():
    return (
        Discrepancy.objects.filter(plan__in=Plan.objects.public())
        .select_related("plan")
        .prefetch_related("indicators", Source.by_key())
        .order_by("-plan__starts_on", "plan__code", "sort_code")
    )


def points_by_indicator(
    indicators: Iterable[Indicator], *, in_full: bool = False
) -> Mapping[int, tuple[SeriesPoint, ...]]:
    """
    Points by indicator id, oldest first.

    One query; ``in_full`` adds four for sources, breakdowns, labels and revisions.
    """
    figures = PublishedFigure.objects.filter(indicator__in=indicators)
    latest, words, revisions = _latest_revisions(figures), None, {}
    if in_full:
        quoted = "printed_by__plan"
        cells = PublishedCell.objects.select_related(quoted).order_by("order")
        latest = latest.select_related(
            "indicator", "dispute__agency", quoted
        ).prefetch_related(Source.by_key(), Prefetch("cells", cells))
        earlier = figures.public().filter(is_latest=False)
        revisions = earlier.select_related("dispute__agency").in_bulk()
        words = _words()
    return {
        pk: tuple(series) for pk, series in _series(latest, words, revisions).items()
    }


def _latest_revisions(figures):
    return (
        figures.latest_revisions().annotate(
            **counting_body_columns("indicator__introduced_by")
        )
    ).order_by("starts_on", "ends_on", "counted_by", "pk")


def _series(figures, words=None, revisions=()):
    found = defaultdict(list)
    for figure in figures:
        series, more = found[figure.indicator_id], {}
        if words is not None and not figure.is_hidden:
            more = {
                "sources": tuple(figure.sources.all()),
                "breakdowns": _breakdowns(figure, words),
                "withheld": tuple(figure.withheld),
                "printed_by": figure.printed_by,
                "revisions": tuple(_chain(figure, revisions)),
                "dispute": dispute_of(figure),
            }
        series.append(_point(figure, series[-1] if series else None, more))
    return found


def _point(figure, before, more):
    shown = ValueDisplay.PROTECTED if figure.is_protected else ValueDisplay.VALUE
    if figure.is_hidden:
        shown = ValueDisplay.WITHDRAWN
    copied = ("pk", "starts_on", "ends_on", "status", "counted_by", "by_agency")
    copied += ("provenance", "differs", "published_at", *HOW_EXACT)
    return SeriesPoint(
        shown=shown,
        value=figure.value if shown is ValueDisplay.VALUE else None,
        who_es=figure.who_es or "",
        who_en=figure.who_en or "",
        is_break=before is not None
        and (figure.breaks or figure.counted_by != before.counted_by),
        **{name: getattr(figure, name) for name in copied},
        **{
            name: getattr(figure, name) or "" if shown is ValueDisplay.VALUE else ""
            for name in TEXTS
        },
        **more,
    )


def _chain(figure, revisions):
    later = figure
    while later.revises_id in revisions:
        earlier = revisions[later.revises_id]
        yield FigureRevision(
            value=earlier.value,
            published_at=earlier.published_at,
            reason_es=later.reason_es or "",
            reason_en=later.reason_en or "",
            dispute=dispute_of(earlier),
        )
        later = earlier


def _breakdowns(figure, words):
    found = defaultdict(list)
    for cell in figure.cells.all():
        cell.label_es, cell.label_en = (
            _label(cell, words, figure.indicator.introduced_by_id, index, conjunction)
            for index, conjunction in enumerate((" y ", " and "))
        )
        found[cell.dimension].append(cell)
    return tuple(PublishedBreakdown(name, tuple(found[name])) for name in sorted(found))


def _label(cell, words, plan, index, conjunction):
    parts = []
    for code in cell.categories:
        part = words.get((plan, cell.dimension, code), (code, code))[index]
        keeps = not parts or part[:2].isupper() or _is_proper(cell, code, index)
        parts.append(part if keeps else part[:1].lower() + part[1:])
    return conjunction.join([", ".join(parts[:-1]), parts[-1]] if parts[1:] else parts)


def _is_proper(cell, code, index):
    """Whether a label keeps its capital: a place or, in English, a nationality."""
    is_nationality = cell.dimension == "nationality" and code not in COMMON
    return cell.dimension in PROPER or (index == ENGLISH and is_nationality)


def _words():
    return {
        (plan, dimension, code): (spanish, english or spanish)
        for plan, dimension, code, spanish, english in CodeListValue.objects.filter(
            code_list__kind=CodeList.Kind.BREAKDOWNS
        ).values_list("code_list__plan", "dimension", "code", "label_es", "label_en")
    }
