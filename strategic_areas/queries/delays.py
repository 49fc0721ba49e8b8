"""What is late or held back in a plan, for how long, and why its agency says it is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from strategic_areas import progress
from strategic_areas.addresses import address
from strategic_areas.models import ActivityUpdate
from strategic_areas.queries import past
from strategic_areas.queries.board import ActivityRow, Board, CommitmentRow
from strategic_areas.queries.counted import CountedReport
from strategic_areas.queries.entry import Entry, texts

#: How many commitments a plan's first page tells; the others it only counts, and leads
#: to the list of those that are late by their own date.
SHOWN = 6


@dataclass(frozen=True)
class Reason:
    """What the agency's newest account says of the obstacle; "" where it is silent."""

    account: CountedReport | Entry
    obstacle_es: str = ""
    obstacle_en: str = ""
    is_reserved: bool = False
    translated: frozenset = frozenset()


@dataclass(frozen=True)
class Part:
    """
    An activity that is late, suspended or says what holds it back.

    ``reason`` is None until something is published of it by its agency. What waits for
    review was reported on ``submitted_on``, the last day of several, and may say why:
    nobody is called silent for that. A page of the past does not tell it, since it is
    so today.
    """

    row: ActivityRow
    days: int
    reason: Reason | None = None
    submitted_on: date | None = None
    #: The activity, or the account by which it stands so, is not acknowledged; never
    #: where the commitment that it is a part of bears the mark.
    is_disputed: bool = False

    @property
    def is_suspended(self):
        return self.row.standing.state == progress.State.SUSPENDED

    def get_absolute_url(self, language=None):
        """The account that states the reason, else the activity."""
        activity = self.row.activity
        if self.reason is None:
            return activity.get_absolute_url(language=language)
        words = activity.plan.code, self.reason.account.public_id
        return address("update", *words, language=language)


@dataclass(frozen=True)
class Delay:
    """A commitment that is late, or of which a part is; ``days`` are its own, or 0."""

    row: CommitmentRow
    days: int
    parts: tuple[Part, ...]

    @property
    def worst(self):
        """The most days by which it or a part of it is late."""
        return max([self.days, *(part.days for part in self.parts)])

    @property
    def declaration(self):
        """The address of what its lead declared last, if it is late itself; or None."""
        newest = progress.newest(self.row.declarations) if self.days else None
        if newest is None or not newest.was_entered:
            return None
        return address("update", self.row.commitment.plan.code, newest.public_id)


@dataclass(frozen=True)
class Delays:
    """Those shown, the latest first, and how many there are in all."""

    shown: tuple[Delay, ...]
    total: int
    #: How many of them are commitments late by their own date.
    late: int
    #: Whether somebody states a due date of any commitment or activity, over or not.
    has_deadlines: bool

    @property
    def others(self):
        """How many are not shown."""
        return self.total - len(self.shown)


def load(board: Board, today: date) -> Delays:
    """One query, and none where nothing is late or held back."""
    day = past.day_of(board.plan, today)
    found = [_delay(row, day) for row in board.rows]
    found = [each for each in found if each.days or each.parts]
    found.sort(key=lambda each: (-each.worst, each.row.commitment.sort_code))
    return Delays(
        shown=_with_reasons(found[:SHOWN]),
        total=len(found),
        late=sum(each.days > 0 for each in found),
        has_deadlines=any(
            each.deadline.is_stated
            for row in board.rows
            for each in (row, *row.activities)
        ),
    )


def of_commitment(
    row: CommitmentRow, today: date, newest: Mapping[int, Entry]
) -> Delay | None:
    """
    The same of one commitment, None where it is neither late nor held back; no query.

    ``newest`` are the activities' last accounts by the id of the activity.
    """
    delay = _delay(row, today)
    parts = tuple(
        replace(part, reason=_reason_in(newest.get(part.row.activity.pk)))
        for part in delay.parts
    )
    return Delay(row, delay.days, parts) if delay.days or parts else None


def _reason_in(entry):
    if entry is None or entry.is_recorded:
        return None
    return Reason(
        entry,
        obstacle_es=entry.obstacle_es,
        obstacle_en=entry.obstacle_en,
        is_reserved=entry.is_reserved,
        translated=entry.translated,
    )


def _delay(row, day):
    done = {progress.State.COMPLETED, progress.State.CANCELLED}
    if row.standing.state in done:
        return Delay(row, 0, ())
    parts = (
        Part(
            each,
            _days(each, day),
            submitted_on=_submitted_on(each, row.commitment.plan),
            is_disputed=not row.commitment.is_disputed and _is_disputed(each),
        )
        for each in row.activities
        if each.standing.state not in done
    )
    held = (each for each in parts if each.days or _is_held_back(each))
    return Delay(row, _days(row, day), tuple(held))


def _submitted_on(row, plan):
    return None if plan.until else max(row.handed_in.values(), default=None)


def _is_disputed(row):
    newest = progress.newest(row.reports)
    return row.activity.is_disputed or bool(newest and newest.is_disputed)


def _is_held_back(part):
    newest = progress.newest(part.row.reports)
    says_so = newest and newest.was_entered and newest.is_held_back
    return part.is_suspended or bool(says_so)


def _days(row, day):
    late = row.standing.punctuality == progress.Punctuality.LATE
    return (day - row.deadline.due_on).days if late else 0


def _with_reasons(delays: Iterable[Delay]) -> tuple[Delay, ...]:
    newest = {
        part.row.activity.pk: said
        for delay in delays
        for part in delay.parts
        if (said := progress.newest(part.row.reports)) and said.was_entered
    }
    found = _accounts(said.pk for said in newest.values())
    return tuple(
        Delay(
            delay.row,
            delay.days,
            tuple(
                replace(part, reason=_reason(newest[key], found))
                if (key := part.row.activity.pk) in newest
                else part
                for part in delay.parts
            ),
        )
        for delay in delays
    )


def _accounts(keys):
    """Published updates by id."""
    keys = list(keys)
    if not keys:
        return {}
    rows = ActivityUpdate.objects.published().filter(pk__in=keys)
    return {row.pk: row for row in rows.select_related("translation")}


def _reason(said, accounts):
    row = accounts.get(said.pk)
    if row is None:
        return None
    if row.is_reserved:
        return Reason(said, is_reserved=True)
    told = texts(row)
    return Reason(
        said,
        obstacle_es=told["obstacle_es"],
        obstacle_en=told["obstacle_en"],
        translated=told["translated"],
    )
