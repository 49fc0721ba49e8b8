"""
The filtered, paged list of a plan's public updates, by period, then agency or day.

Pages continue from an update, not from an offset: publications meanwhile move no page,
and the last page is as fast as the first.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import (
    BooleanField,
    Case,
    Count,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, TruncDate

from agencies.folding import fold
from agencies.models import Agency
from strategic_areas.commitment_states import Recency
from strategic_areas.models import (
    UPDATE_MODELS,
    ActivityUpdate,
    Commitment,
    CommitmentUpdate,
    Participation,
    Plan,
    Provenance,
    ReportingPeriod,
    RevisionStatus,
    StrategicArea,
)
from strategic_areas.models.review import RECENCY_COLUMNS, day_of
from strategic_areas.queries.plan.facets import Facet, has_unknown_value
from strategic_areas.queries.updates import public_updates
from strategic_areas.queries.updates.public_updates import PublishedUpdate
from strategic_areas.sentences import CHANGES

#: Filters with their columns in ``_listed_rows``.
FILTERS = {
    "period": "period__code",
    "agency": "agency__slug",
    "area": "area",
    "change": "change",
}
#: Filters by the day of an update's effect.
DAY_FILTERS = {"since": "day__gte", "until": "day__lte"}
#: Values of filters that are valid even if no update has them.
ALWAYS_VALID = {"change": frozenset(CHANGES)}
LISTED_STATUSES = (RevisionStatus.PUBLISHED, RevisionStatus.WITHDRAWN)
#: The day of an update's effect: of its withdrawal or publication, or of the source
#: that it was taken from.
CHANGED_ON = Case(
    When(status=RevisionStatus.WITHDRAWN, then=TruncDate("withdrawn_at")),
    When(origin="record", then=F("reported_on")),
    default=TruncDate("published_at"),
)


@dataclass(frozen=True)
class FilterCounts:
    """
    How many updates each value of a filter leaves, given the other filters.

    Demonstrations never count. ``total``, ``off_plan`` (work outside the plan) and
    ``withdrawn`` ignore the filters.
    """

    facets: Mapping[str, Facet]
    #: The rows by their values in filters.
    periods: Mapping[str, ReportingPeriod]
    agencies: Mapping[str, Agency]
    areas: Mapping[str, StrategicArea]
    found: int
    #: Rows of the list's download, which includes demonstrations.
    rows: int
    total: int
    off_plan: int
    withdrawn: int
    #: Updates without a day that match the other filters.
    undated: int
    #: Updates taken from public sources, by (period, has a day).
    source_counts: Mapping[tuple[int, bool], int]

    @property
    def has_unknown_filter(self) -> bool:
        """Whether a value was requested that no update of the plan can have."""
        return has_unknown_value(self.facets, ALWAYS_VALID)


@dataclass(frozen=True)
class ListedUpdate:
    """An update, its effect on what the public reads, and the day of that effect."""

    update: PublishedUpdate
    change: str
    day: date | None
    #: Publication day of the revision that it replaced.
    corrects: date | None

    @property
    def section(self):
        """Its table: the period, and whether it was taken from public sources."""
        return self.update.period, self.update.is_from_sources

    @property
    def group(self):
        """Its group in the table: the agency, or whether it has a day."""
        return (
            self.day is not None
            if self.update.is_from_sources
            else self.update.agency.pk
        )


@dataclass(frozen=True)
class UpdateListPage:
    """A page of the list, with the public ids at which newer and older pages start."""

    lines: tuple[ListedUpdate, ...]
    newer: str
    older: str

    @property
    def updates(self):
        return tuple(line.update for line in self.lines)


def count_by_filters(plan: Plan, filter_values: Mapping[str, str]) -> FilterCounts:
    """Count updates; keys of the filter are ``FILTERS``, ``DAY_FILTERS`` and "q"."""
    groups = _groups(plan, filter_values)
    counted = [group for group in groups if group.is_real]
    with_words = [group for group in counted if group.has_words]
    in_days = [group for group in with_words if group.is_in_days]
    text = filter_values.get("q", "")
    number = _total(_matching(in_days, filter_values))
    without_words = _matching(
        [each for each in counted if each.is_in_days], filter_values
    )
    facets = {"q": Facet(text, {text: number}, _total(without_words))}
    for name, column in FILTERS.items():
        numbers = Counter({getattr(group, column): 0 for group in groups})
        for group in _matching(in_days, filter_values, but=name):
            numbers[getattr(group, column)] += group.number
        facets[name] = Facet(filter_values.get(name, ""), numbers, numbers.total())
    periods = ReportingPeriod.objects.filter(
        plan=plan, code__in=facets["period"].numbers
    )
    areas = StrategicArea.objects.filter(plan=plan, code__in=facets["area"].numbers)
    agencies = Agency.objects.in_bulk(facets["agency"].numbers, field_name="slug")
    if agency_without_updates := _agency_without_updates(
        plan, filter_values.get("agency", ""), agencies
    ):
        (
            agencies[agency_without_updates.slug],
            facets["agency"].numbers[agency_without_updates.slug],
        ) = agency_without_updates, 0
    source_counts = Counter()
    for group in _matching(in_days, filter_values):
        from_sources = group.number * group.is_from_sources
        source_counts[group.period, group.is_dated] += from_sources
    return FilterCounts(
        facets=facets,
        periods={each.code: each for each in periods},
        agencies=agencies,
        areas={each.code: each for each in areas},
        found=number,
        rows=_total(
            group
            for group in _matching(groups, filter_values)
            if group.has_words and group.is_in_days
        ),
        total=_total(counted),
        off_plan=_total(group for group in counted if not group.is_planned),
        withdrawn=_total(group for group in counted if group.change == "withdrawn"),
        undated=_total(
            group
            for group in _matching(with_words, filter_values)
            if not group.is_dated
        ),
        source_counts=source_counts,
    )


def _groups(plan, filter_values):
    days, kinds = _day_condition(filter_values), []
    columns_of_group = {
        "is_real": _is(
            ~Q(provenance=Provenance.DEMONSTRATION), period__is_demonstration=False
        ),
        "is_in_days": _is(days) if days else Value(True),
        "is_dated": _is(day__isnull=False),
        "is_from_sources": _is(origin="record"),
    }
    for model in UPDATE_MODELS:
        is_report = model is ActivityUpdate
        is_planned = F("activity__is_in_plan") if is_report else Value(True)
        words = _ids_with_words(model, plan, filter_values)
        # A condition on an empty list is no column in SQL.
        columns_of_group["has_words"] = (
            _is(pk__in=words) if words else Value(words is None)
        )
        rows = _listed_rows(model, plan).annotate(
            **columns_of_group, is_planned=is_planned
        )
        columns = [
            *FILTERS.values(),
            "period",
            *columns_of_group,
            "is_planned",
            "number",
        ]
        rows = rows.values(*columns[:-1]).annotate(number=Count("pk"))
        kinds.append(rows.values_list(*columns, named=True))
    return list(kinds[0].union(kinds[1], all=True))


def _is(*conditions, **others):
    return ExpressionWrapper(Q(*conditions, **others), BooleanField())


def _listed_rows(model, plan):
    is_report = model is ActivityUpdate
    about = "activity__commitment" if is_report else "commitment"
    return (
        model.objects.filter(plan=plan, status__in=LISTED_STATUSES)
        .order_by()
        .annotate(
            area=F(f"{about}__programme__area__code"),
            change=_change(is_report),
            day=CHANGED_ON,
        )
    )


def _change(is_report):
    """
    One of ``CHANGES``, the first that applies.

    A report is compared with the last one for an earlier period of its activity.
    """
    same_state = When(execution=OuterRef("execution"), then=Value("same"))
    before = ActivityUpdate.objects.filter(
        activity=OuterRef("activity"),
        status=RevisionStatus.PUBLISHED,
        period__is_demonstration=False,
        period__ends_on__lt=OuterRef("period__ends_on"),
    ).newest_first()
    before = before.values_list(Case(same_state, default=Value("state")))[:1]
    return Case(
        When(status=RevisionStatus.WITHDRAWN, then=Value("withdrawn")),
        When(revision__gt=1, then=Value("corrected")),
        default=Coalesce(Subquery(before), Value("first"))
        if is_report
        else Value("declared"),
    )


def _day_condition(filter_values):
    days = {DAY_FILTERS[name]: parse_day(filter_values, name) for name in DAY_FILTERS}
    return Q(**{lookup: day for lookup, day in days.items() if day})


def _ids_with_words(model, plan, filter_values):
    if not (words := fold(filter_values.get("q", "")).split()):
        return None
    subject, found = model.subject_field, []
    names = [f"{subject}__{name}" for name in ("code", "title_es", "title_en")]
    names += [f"agency__{name}" for name in ("acronym", "name_es", "name_en")]
    main_text = [f"{model.main_text_field}_es", f"{model.main_text_field}_en"]
    rows = model.objects.filter(plan=plan, status__in=LISTED_STATUSES).order_by()
    withheld = Q(status=RevisionStatus.WITHDRAWN)
    if model is ActivityUpdate:
        withheld |= Q(is_reserved=True)
    for listed, columns in (
        (rows.exclude(withheld), [*names, *main_text]),
        (rows.filter(withheld), names),
    ):
        for pk, *texts in listed.values_list("pk", *columns):
            text = fold(" ".join(filter(None, texts)))
            found += [pk] if all(word in text for word in words) else []
    return found


def parse_day(filter_values: Mapping[str, str], name: str) -> date | None:
    try:
        return date.fromisoformat(filter_values.get(name, ""))
    except ValueError:
        return None


def _matching(groups, filter_values, but=""):
    values = {
        column: filter_values[name]
        for name, column in FILTERS.items()
        if filter_values.get(name) and name != but
    }
    return [
        group
        for group in groups
        if all(getattr(group, column) == value for column, value in values.items())
    ]


def _total(groups):
    return sum(group.number for group in groups)


def _agency_without_updates(plan, word, known):
    if not word or word in known:
        return None
    participations = Participation.objects.filter(plan=plan, agency__slug=word)
    found = participations.select_related("agency").first()
    return found and found.agency


def load_update_page(
    plan: Plan,
    filter_values: Mapping[str, str],
    length: int,
    start=None,
    agencies: Iterable[Agency] = (),
) -> UpdateListPage:
    """
    A page of updates: latest period first; in it those from public sources, then
    agencies by name; in each of these, latest day first.

    ``start`` is None for the first page, else an update from ``update_with_id`` and
    whether the page before it is requested. ``agencies`` are those of the updates, if
    known.
    """
    update, is_before = start or (None, False)
    ranks = _ranks(agencies or Agency.objects.all())
    found = _load_rows(plan, filter_values, ranks, length + 1, update, is_before)
    has_more = len(found) > length
    found = found[-length:] if is_before else found[:length]
    if not found:
        return UpdateListPage((), "", "")
    return UpdateListPage(
        lines=tuple(
            ListedUpdate(
                each, row.change, row.day, row.corrects and day_of(row.corrects)
            )
            for row, each in zip(
                found, public_updates.build_brief_updates(found), strict=True
            )
        ),
        newer=found[0].public_id if (has_more if is_before else update) else "",
        older=found[-1].public_id if is_before or has_more else "",
    )


def matching_public_ids(plan: Plan, filter_values: Mapping[str, str]) -> set[str]:
    kinds = (_matching_rows(model, plan, filter_values) for model in UPDATE_MODELS)
    return {
        public_id
        for rows in kinds
        for public_id in rows.values_list("public_id", flat=True)
    }


def public_ids_of(commitment: Commitment) -> set[str]:
    kinds = (
        ActivityUpdate.objects.filter(activity__commitment=commitment),
        CommitmentUpdate.objects.filter(commitment=commitment),
    )
    return {
        public_id
        for rows in (
            rows.filter(status__in=LISTED_STATUSES).order_by() for rows in kinds
        )
        for public_id in rows.values_list("public_id", flat=True)
    }


def _matching_rows(model, plan, filter_values):
    lookups = {
        FILTERS[name]: filter_values[name]
        for name in FILTERS
        if filter_values.get(name)
    }
    rows = _listed_rows(model, plan).filter(_day_condition(filter_values), **lookups)
    words = _ids_with_words(model, plan, filter_values)
    return rows if words is None else rows.filter(pk__in=words)


def _load_rows(plan, filter_values, ranks, limit, update, is_before):
    found = []
    readers = public_updates.public_reports, public_updates.public_declarations
    for model, read in zip(UPDATE_MODELS, readers, strict=True):
        keys = (
            _matching_rows(model, plan, filter_values)
            .alias(**_order(model, ranks))
            .order_by(*(f"-{name}" for name in ORDER))
        )
        if update:
            keys = _continuing_from(keys, _sort_key(update, ranks), is_before)
        keys = (keys.reverse() if is_before else keys).values("pk")[:limit]
        rows = (
            read()
            .filter(pk__in=keys)
            .annotate(
                change=_change(model is ActivityUpdate),
                day=CHANGED_ON,
                corrects=_corrected(model),
            )
        )
        found += rows
    return sorted(found, key=lambda row: _sort_key(row, ranks), reverse=True)


def _ranks(agencies):
    by_name = sorted(agencies, key=lambda each: (fold(each.name), each.pk))
    return {each.pk: -position for position, each in enumerate(by_name)}


#: The sort key, descending: within an agency and period newer first, then by model,
#: then in stored order. ``rank`` is 1 if from sources, else 0, -1, … by agency's name.
ORDER = (
    *("period_ends_on", "period_id", "rank", "said_on", "was_entered", "revision"),
    *("model", "minus"),
)


def _order(model, ranks):
    by_agency = [
        When(agency=pk, origin="entered", then=rank) for pk, rank in ranks.items()
    ]
    return {
        **{
            name: RECENCY_COLUMNS[name]
            for name in Recency._fields
            if name != "revision"
        },
        "rank": Case(*by_agency, default=Value(1)),
        "model": Value(-UPDATE_MODELS.index(model)),
        "minus": -F("pk"),
    }


def _sort_key(update, ranks):
    rank = ranks.get(update.agency_id, 0) if update.origin == "entered" else 1
    recency, model = update.recency, UPDATE_MODELS.index(type(update))
    return (
        recency.period_ends_on,
        update.period_id,
        rank,
        *recency[1:],
        -model,
        -update.pk,
    )


def _continuing_from(rows, sort_key, is_newer):
    found, equal_so_far = Q(pk__in=()), Q()
    for name, value in zip(ORDER, sort_key, strict=True):
        found |= equal_so_far & Q(**{f"{name}__{'gt' if is_newer else 'lt'}": value})
        equal_so_far &= Q(**{name: value})
    return rows.filter(found)


def _corrected(model):
    about = {name: OuterRef(name) for name in ("period", model.subject_field)}
    before = (
        model.objects.filter(**about, revision__lt=OuterRef("revision"))
        .filter(status=RevisionStatus.REPLACED)
        .order_by("-revision")
    )
    return Subquery(before.values("published_at")[:1])


def update_with_id(
    plan: Plan, public_id: str
) -> ActivityUpdate | CommitmentUpdate | None:
    for rows in (public_updates.public_reports(), public_updates.public_declarations()):
        if row := rows.filter(plan=plan, public_id=public_id).first():
            return row
    return None


def has_updates_of(plan: Plan, agency: Agency) -> bool:
    """
    Whether the plan has public updates of an agency, without demonstrations; one query.
    """
    own = {"plan": plan, "agency": agency, "period__is_demonstration": False}
    first, second = (
        model.objects.filter(**own, status__in=LISTED_STATUSES).order_by().values("pk")
        for model in UPDATE_MODELS
    )
    return first.union(second).exists()
