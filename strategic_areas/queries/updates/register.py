"""
All accounts in the record of a plan, each by what lists it, without its content.

That is also what an account changed in the record, and on which day.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from django.db.models import F, Value

from agencies.models import Agency
from strategic_areas.models import (
    ActivityUpdate,
    CommitmentUpdate,
    Plan,
    Provenance,
    ReportingPeriod,
    Status,
    StrategicArea,
)
from strategic_areas.models.review import day_of, said_on
from strategic_areas.newest import Age
from strategic_areas.queries.prepared import (
    BOARDS,
    kept_for_version,
    prepared,
)

#: Model → the kind of record of which its accounts tell. Of accounts of the same age
#: those of the first model come first.
MODELS = {ActivityUpdate: "activity", CommitmentUpdate: "commitment"}
#: The states of what the record holds.
IN_RECORD = (Status.PUBLISHED, Status.WITHDRAWN)
COLUMNS = (
    *("pk", "period_id", "agency_id", "status", "origin", "provenance", "revision"),
    *("reported_on", "submitted_at", "published_at", "withdrawn_at"),
    *("subject", "area", "execution", "is_in_plan"),
)


class Change(StrEnum):
    """What an account changed; of several the first that applies."""

    WITHDRAWN = "withdrawn"
    CORRECTED = "corrected"
    DECLARED = "declared"
    FIRST = "first"
    STATE = "state"
    SAME = "same"


class Row(NamedTuple):
    """
    An account in the record. Of two, the one that pages tell first is the greater.

    All but the first three are what it can be found by: ids, what it changed and on
    which day. One ``is_real`` that is no demonstration, and of those one ``is_planned``
    that is about work of the plan.
    """

    age: Age
    #: Minus the place of its model in ``MODELS``.
    rank: int
    #: Minus its key: of accounts of the same age, the one stored first comes first.
    minus: int
    subject: int
    period: int
    agency: int
    area: int
    change: Change
    #: None where it is of the public record, and no source states a day.
    day: date | None
    is_real: bool
    is_planned: bool

    @property
    def place(self):
        """What orders it; ``place_of`` says the same of an account."""
        return self[:3]


@dataclass(frozen=True)
class Register:
    """The rows of published and withdrawn accounts of a plan, the newest first."""

    rows: tuple[Row, ...]
    #: The records that they name, by their ids.
    periods: Mapping[int, ReportingPeriod]
    agencies: Mapping[int, Agency]
    areas: Mapping[int, StrategicArea]


def place_of(account: ActivityUpdate | CommitmentUpdate) -> tuple[Age, int, int]:
    """The first three fields of an account's row, whether the register has one."""
    return account.age, -[*MODELS].index(type(account)), -account.pk


def _followed(before, changed, plan):
    """The register that was kept, with the accounts that ``changed`` read anew."""
    gone = [changed[about] for about in MODELS.values()]
    rest = [row for row in before.rows if row.subject not in gone[-row.rank]]
    return _made(plan, _read(plan, changed), rest)


@kept_for_version(
    BOARDS,
    key=lambda plan: [plan.pk],
    weight=lambda register: 1 + len(register.rows) // 30,
    follow=_followed,
)
def load(plan: Plan) -> Register:
    """All accounts in the record of a plan."""
    return _made(plan, _read(plan))


def holds_updates_of(plan, agency) -> bool:
    """Whether the record of a plan holds an update of an agency, in one query."""
    own = [
        model.objects.filter(plan=plan, agency=agency, status__in=IN_RECORD)
        .order_by()
        .values("pk")
        for model in MODELS
    ]
    return own[0].union(own[1]).exists()


def _read(plan, changed=None):
    """What is read of all accounts, or only of those about ``changed``, by rank."""
    for place, (model, about) in enumerate(MODELS.items()):
        rows = _columns(model).filter(plan=plan)
        if changed is not None:
            rows = rows.filter(**{f"{about}__in": changed[about]})
        yield -place, list(rows)


def _made(plan, read, rest=()):
    """The register of ``rest`` and of what was ``read``."""
    read, rows, same = list(read), [*rest], {}
    periods = ReportingPeriod.objects.filter(plan=plan).in_bulk()
    for rank, accounts in read:
        of_subject = defaultdict(list)
        for each in accounts:
            of_subject[each.subject].append(each)
        for found in of_subject.values():
            rows += _of_subject(found, rank, periods, same)
    rows.sort(reverse=True)
    return Register(
        tuple(rows),
        {key: periods[key] for key in {row.period for row in rows}},
        Agency.objects.in_bulk({row.agency for row in rows}),
        StrategicArea.objects.in_bulk({row.area for row in rows}),
    )


@prepared
def _columns(model):
    # Of a declaration both are constant, so that rows of both kinds are alike.
    of_work = {"is_in_plan": F("activity__is_in_plan")}
    constant = {"execution": Value(""), "is_in_plan": Value(True)}
    is_update = model is ActivityUpdate
    about = "activity__commitment" if is_update else "commitment"
    rows = model.objects.rewrite(False).annotate(
        subject=F(f"{MODELS[model]}_id"),
        area=F(f"{about}__programme__area"),
        **(of_work if is_update else constant),
    )
    rows = rows.filter(status__in=IN_RECORD).order_by()
    return rows.values_list(*COLUMNS, named=True)


def _of_subject(accounts, rank, periods, same):
    """The rows of the accounts of one activity or commitment."""
    before = last = None
    for age, minus, each in sorted(_aged(each, periods) for each in accounts):
        period = periods[each.period_id]
        if last and periods[last.period_id].ends_on < period.ends_on:
            before = last
        is_real = not (
            period.is_demonstration or each.provenance == Provenance.DEMONSTRATION
        )
        day = changed_on(each)
        yield Row(
            age=same.setdefault(age, age),
            rank=rank,
            minus=minus,
            subject=each.subject,
            period=each.period_id,
            agency=each.agency_id,
            area=each.area,
            change=change_of(each, before),
            day=day and same.setdefault(day, day),
            is_real=is_real,
            is_planned=is_real and each.is_in_plan,
        )
        if each.status == Status.PUBLISHED and not period.is_demonstration:
            last = each


def _aged(each, periods):
    """An account behind its age, so that the first of several is the oldest."""
    ends_on, said = periods[each.period_id].ends_on, said_on(each) or date.min
    return Age(ends_on, said, each.origin == "entered", each.revision), -each.pk, each


def change_of(row, before) -> Change:
    """
    What the account in a row of the database changed.

    ``before`` is what was said of the same activity for the last period before its own.
    """
    if row.status == Status.WITHDRAWN:
        return Change.WITHDRAWN
    if row.revision > 1:
        return Change.CORRECTED
    if not row.execution:
        return Change.DECLARED
    if before is None:
        return Change.FIRST
    return Change.SAME if before.execution == row.execution else Change.STATE


def changed_on(row) -> date | None:
    """
    The day on which that came about.

    A withdrawal came about when it was made, a report when it was published, and what
    public sources say on their day; None where they state no day.
    """
    if row.status == Status.WITHDRAWN:
        return day_of(row.withdrawn_at)
    if row.origin == "record":
        return row.reported_on
    return day_of(row.published_at)
