"""
Schedules of rounds: states, generated rounds and days of reminders.

Pure functions; ``today`` is always an argument.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

#: Months after the plan's end that the final report covers.
MONTHS_OF_FINAL_REPORT = 3

#: (Spanish, English) of each month, as a period's name says it.
MONTH_NAMES = (
    ("enero", "January"),
    ("febrero", "February"),
    ("marzo", "March"),
    ("abril", "April"),
    ("mayo", "May"),
    ("junio", "June"),
    ("julio", "July"),
    ("agosto", "August"),
    ("septiembre", "September"),
    ("octubre", "October"),
    ("noviembre", "November"),
    ("diciembre", "December"),
)


class RoundState(StrEnum):
    UPCOMING = "upcoming"
    OPEN = "open"
    LATE = "late"
    CLOSED = "closed"


def round_state(
    opens_on: date, due_on: date, closes_on: date, today: date
) -> RoundState:
    """
    Open from ``opens_on``, late from the day after ``due_on``, closed after
    ``closes_on``.
    """
    if today < opens_on:
        return RoundState.UPCOMING
    if today <= due_on:
        return RoundState.OPEN
    return RoundState.LATE if today <= closes_on else RoundState.CLOSED


class RoundFrequency(StrEnum):
    QUARTER = "quarter"
    SEMESTER = "semester"
    YEAR = "year"


MONTHS_PER_ROUND = {
    RoundFrequency.QUARTER: 3,
    RoundFrequency.SEMESTER: 6,
    RoundFrequency.YEAR: 12,
}
CODE_LETTERS = {RoundFrequency.QUARTER: "t", RoundFrequency.SEMESTER: "s"}


@dataclass(frozen=True)
class Schedule:
    frequency: RoundFrequency = RoundFrequency.SEMESTER
    days_until_due: int = 15
    days_until_close: int = 30
    #: The number of a month in which one of its periods ends.
    ends_in: int = 12

    def window(self, ends_on: date) -> dict[str, date]:
        return {
            "opens_on": ends_on + timedelta(days=1),
            "due_on": ends_on + timedelta(days=self.days_until_due),
            "closes_on": ends_on + timedelta(days=self.days_until_close),
        }


def frequency_of(starts_on: date, ends_on: date) -> RoundFrequency:
    months = (ends_on.year - starts_on.year) * 12 + ends_on.month - starts_on.month
    found = (each for each, length in MONTHS_PER_ROUND.items() if months < length)
    return next(found, RoundFrequency.YEAR)


@dataclass(frozen=True)
class RoundSlot:
    code: str
    name_es: str
    name_en: str
    starts_on: date
    ends_on: date
    opens_on: date
    due_on: date
    closes_on: date
    is_final: bool = False


def round_slots(
    starts_on: date,
    ends_on: date,
    schedule: Schedule,
    covered: tuple[tuple[date, date], ...] = (),
) -> Iterator[RoundSlot]:
    """
    The rounds of a plan from ``starts_on`` to ``ends_on``, oldest first.

    They follow the calendar, cut to the plan; the last is the final report after its
    end. ``covered`` are the first and last days of existing rounds: a round begins
    after them or is left out.
    """
    months = MONTHS_PER_ROUND[schedule.frequency]
    after_last = schedule.ends_in % months
    begun = (starts_on.month - 1 - after_last) // months * months
    first = _month_start(starts_on.year, begun + after_last)
    while first <= ends_on:
        after = _month_start(first.year, first.month - 1 + months)
        begins = max(first, starts_on)
        ends = min(after - timedelta(days=1), ends_on)
        if free := _free_part(begins, ends, covered):
            code = _slot_code(schedule.frequency, first, months)
            yield _slot(code, _slot_names(*free), free, schedule)
        first = after
    begins = ends_on + timedelta(days=1)
    after = _month_start(begins.year, begins.month - 1 + MONTHS_OF_FINAL_REPORT)
    if free := _free_part(begins, after - timedelta(days=1), covered):
        names = ("Informe final", "Final report")
        yield _slot("informe-final", names, free, schedule, is_final=True)


def _slot(code, names, days, schedule, *, is_final=False):
    return RoundSlot(code, *names, *days, **schedule.window(days[1]), is_final=is_final)


def _month_start(year, months):
    return date(year + months // 12, months % 12 + 1, 1)


def _free_part(begins, ends, covered):
    last_days = [last for first, last in covered if first <= ends and last >= begins]
    begins = max([begins, *(last + timedelta(days=1) for last in last_days)])
    return (begins, ends) if begins <= ends else None


def _slot_code(frequency, first, months):
    if frequency == RoundFrequency.YEAR:
        return f"ronda-{first.year}"
    number = (first.month - 1) // months + 1
    return f"ronda-{first.year}-{CODE_LETTERS[frequency]}{number}"


def _slot_names(begins, ends):
    if (begins.month, ends.month) == (1, 12):
        return f"Año {ends.year}", f"Year {ends.year}"
    first, last = MONTH_NAMES[begins.month - 1], MONTH_NAMES[ends.month - 1]
    spanish, english = (
        " – ".join(dict.fromkeys(words)) for words in zip(first, last, strict=True)
    )
    return f"{spanish.capitalize()} de {ends.year}", f"{english} {ends.year}"


#: Fixed public holidays, as (month, day).
HOLIDAYS = {(1, 1), (1, 21), (2, 27), (9, 24), (12, 25)}
SATURDAY = 5


def working_day(day: date) -> date:
    while day.weekday() >= SATURDAY or (day.month, day.day) in HOLIDAYS:
        day += timedelta(days=1)
    return day


#: Reminders are sent so many days before the due date, and weekly after it.
DAYS_BEFORE_DUE = (14, 3, 0)
#: After so many weekly reminders the alternate and the secretariat get copies.
WEEKLY_REMINDERS_ALONE = 2


def is_reminder_day(answer_by: date, today: date) -> bool:
    left = (answer_by - today).days
    return left in DAYS_BEFORE_DUE or (left < 0 and left % 7 == 0)


def is_copied(answer_by: date, today: date) -> bool:
    """Whether the alternate and the secretariat get a copy."""
    return (today - answer_by).days // 7 > WEEKLY_REMINDERS_ALONE


def is_reminder_day_after_return(returned_on: date, today: date) -> bool:
    """Whether to send a reminder of a returned report: the day after, then weekly."""
    return today > returned_on and (today - returned_on).days % 7 == 1
