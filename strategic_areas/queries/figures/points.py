"""The published values of indicators as points of a series; nothing else is read."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from django.db.models import (
    CharField,
    Exists,
    OuterRef,
    Prefetch,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Coalesce

from agencies.models import Agency
from strategic_areas.models import (
    CodeList,
    CodeListValue,
    Indicator,
    PublishedCell,
    PublishedFigure,
    Source,
)
from strategic_areas.models.figures import HOW_EXACT
from strategic_areas.queries.plan.disputes import Dispute, dispute_of
from strategic_areas.queries.updates import sources
from strategic_areas.spans import year_of

#: The dimension of the labels that tell who counts, in a plan's file.
COUNTED_BY = "counted_by"
#: Names that keep their capital inside a sentence.
PROPER = ("department",)
#: Categories of nationality that name none.
COMMON = ("foreign", "not_stated")
#: Its place in a pair of words.
ENGLISH = 1


class Shown(StrEnum):
    """What is shown where a value is asked for."""

    VALUE = "value"
    PROTECTED = "protected"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class CellLine:
    """
    One number of a breakdown.

    ``printed_by`` is the source that it quotes, and ``where`` says where in it.
    """

    categories: tuple[str, ...]
    label_es: str
    label_en: str
    value: Decimal
    printed_by: Source | None
    printed_where_es: str = ""
    printed_where_en: str = ""


@dataclass(frozen=True)
class Breakdown:
    dimension: str
    cells: tuple[CellLine, ...]


@dataclass(frozen=True)
class Revision:
    """
    An earlier value, when it was published, and why a later one replaced it.

    ``dispute`` is what an agency said of the earlier one.
    """

    value: Decimal | None
    published_at: datetime
    reason_es: str
    reason_en: str
    dispute: Dispute | None = None


@dataclass(frozen=True, kw_only=True)
class Point:
    """
    A value over a span of days, as the public reads it.

    ``value`` is None unless ``shown`` is VALUE. ``is_break`` is true where it counts
    something else than the point before, or somebody else counted. ``who_es`` and
    ``who_en`` are the words for ``counted_by``, which is an agency of the portal where
    ``by_agency`` is true, or else a report, or somebody abroad. ``withheld`` are the
    dimensions of which nothing is told. ``printed_by`` is the source that it quotes, in
    full alone. ``differs`` is true where a later count moved it by less than ten.
    ``revisions`` come latest first. ``dispute`` is what an agency says of it that does
    not acknowledge it.
    """

    pk: int
    starts_on: date
    ends_on: date
    shown: Shown
    value: Decimal | None
    status: str
    counted_by: str
    who_es: str
    who_en: str
    by_agency: bool
    provenance: str
    is_break: bool
    published_at: datetime
    exactness: str
    starts_exact_to: str
    ends_exact_to: str
    caption_es: str
    caption_en: str
    note_es: str
    note_en: str
    sources: tuple[Source, ...] = ()
    breakdowns: tuple[Breakdown, ...] = ()
    withheld: tuple[str, ...] = ()
    printed_by: Source | None = None
    printed_where_es: str = ""
    printed_where_en: str = ""
    differs: bool = False
    revisions: tuple[Revision, ...] = ()
    dispute: Dispute | None = None

    @property
    def is_disputed(self) -> bool:
        """Whether an agency does not acknowledge it and nothing is decided yet."""
        return self.dispute is not None and self.dispute.resolved_on is None

    @property
    def year(self) -> int | None:
        """The year of which it is, if it is of one whole year."""
        return year_of(self.starts_on, self.ends_on)

    @property
    def is_provisional(self) -> bool:
        return self.status == PublishedFigure.Status.PROVISIONAL


def in_words(plan: str) -> Mapping[str, Coalesce | Exists]:
    """
    The words for the code in ``counted_by``, to annotate a query with.

    They are those of the plan's own list, otherwise the name of the agency of this
    acronym. ``plan`` leads from a row to its plan.
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


def points_of(
    indicators: Iterable[Indicator], *, in_full: bool = False
) -> Mapping[int, tuple[Point, ...]]:
    """
    The points of each of these indicators by its key, in the order of time.

    One query; ``in_full`` four more, for sources, breakdowns with the words of their
    categories, and revisions.
    """
    figures = PublishedFigure.objects.filter(indicator__in=indicators)
    standing = figures.standing().annotate(**in_words("indicator__introduced_by"))
    standing = standing.order_by("starts_on", "ends_on", "counted_by", "pk")
    if in_full:
        cells = PublishedCell.objects.select_related("printed_by").order_by("order")
        about = ("indicator", "dispute__agency", "printed_by")
        standing = standing.select_related(*about)
        standing = standing.prefetch_related(sources.by_key(), Prefetch("cells", cells))
        words, revisions = _words(), _revisions(figures)
    found = defaultdict(list)
    for figure in standing:
        series = found[figure.indicator_id]
        before = series[-1] if series else None
        more = {}
        if in_full and not figure.is_hidden:
            more = {
                "sources": tuple(figure.sources.all()),
                "breakdowns": _breakdowns(figure, words),
                "withheld": tuple(figure.withheld),
                "printed_by": figure.printed_by,
                "revisions": tuple(_chain(figure, revisions)),
                "dispute": dispute_of(figure),
            }
        series.append(_point(figure, before, more))
    return {pk: tuple(series) for pk, series in found.items()}


def briefly(
    figures: QuerySet[PublishedFigure],
) -> Mapping[Indicator, tuple[Point, ...]]:
    """The points of standing figures by their indicator, not in full; one query."""
    rows = figures.standing().annotate(**in_words("indicator__introduced_by"))
    rows = rows.select_related("indicator")
    found = defaultdict(list)
    for figure in rows.order_by("starts_on", "ends_on", "counted_by", "pk"):
        series = found[figure.indicator]
        series.append(_point(figure, series[-1] if series else None, {}))
    return {indicator: tuple(series) for indicator, series in found.items()}


def _point(figure, before, more):
    shown = Shown.PROTECTED if figure.is_protected else Shown.VALUE
    if figure.is_hidden:
        shown = Shown.WITHDRAWN
    is_told = shown is Shown.VALUE
    texts = [
        f"{name}_{language}"
        for name in ("caption", "note", "printed_where")
        for language in ("es", "en")
    ]
    return Point(
        pk=figure.pk,
        starts_on=figure.starts_on,
        ends_on=figure.ends_on,
        shown=shown,
        value=figure.value if is_told else None,
        status=figure.status,
        counted_by=figure.counted_by,
        who_es=figure.who_es or "",
        who_en=figure.who_en or "",
        by_agency=figure.by_agency,
        provenance=figure.provenance,
        differs=figure.differs,
        is_break=before is not None
        and (figure.breaks or figure.counted_by != before.counted_by),
        published_at=figure.published_at,
        **{name: getattr(figure, name) for name in HOW_EXACT},
        **{name: (getattr(figure, name) or "") * is_told for name in texts},
        **more,
    )


def _revisions(figures):
    """Earlier values by their keys."""
    rows = figures.public().filter(is_standing=False)
    return {each.pk: each for each in rows.select_related("dispute__agency")}


def _chain(figure, revisions):
    later = figure
    while later.revises_id in revisions:
        earlier = revisions[later.revises_id]
        yield Revision(
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
        label_es, label_en = (
            _label(cell, words, figure.indicator.introduced_by_id, number, joined)
            for number, joined in enumerate((" y ", " and "))
        )
        found[cell.dimension].append(
            CellLine(
                categories=tuple(cell.categories),
                label_es=label_es,
                label_en=label_en,
                value=cell.value,
                printed_by=cell.printed_by,
                printed_where_es=cell.printed_where_es or "",
                printed_where_en=cell.printed_where_en or "",
            )
        )
    return tuple(Breakdown(name, tuple(found[name])) for name in sorted(found))


def _label(cell, words, plan, language, joined):
    """The words of a cell's categories in one language, joined into one."""
    parts = []
    for code in cell.categories:
        part = words.get((plan, cell.dimension, code), (code, code))[language]
        keeps = not parts or part[:2].isupper() or _is_proper(cell, code, language)
        parts.append(part if keeps else part[:1].lower() + part[1:])
    return joined.join([", ".join(parts[:-1]), parts[-1]] if parts[1:] else parts)


def _is_proper(cell, code, language):
    """A place, or in English a nationality: their names have a capital everywhere."""
    is_nationality = cell.dimension == "nationality" and code not in COMMON
    return cell.dimension in PROPER or (language == ENGLISH and is_nationality)


def _words():
    """The words of categories, in both languages, by plan, dimension and code."""
    rows = CodeListValue.objects.filter(code_list__kind=CodeList.Kind.BREAKDOWNS)
    return {
        (plan, dimension, code): (spanish, english or spanish)
        for plan, dimension, code, spanish, english in rows.values_list(
            "code_list__plan", "dimension", "code", "label_es", "label_en"
        )
    }
