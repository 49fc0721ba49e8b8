"""The values of indicators that a round asks of an agency, as rows of its sheet."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from strategic_areas.discipline import Standing
from strategic_areas.models import ReportingPeriod
from strategic_areas.queries import asked_values
from strategic_areas.queries.asked_values import AskedValue

#: What the state of a row is called, by how its value stands.
STATES = {
    Standing.NOTHING: "todo",
    Standing.RETURNED: "returned",
    Standing.SUBMITTED: "submitted",
    Standing.PUBLISHED: "published",
}
#: How a value stands, in words.
WORDS = {
    Standing.NOTHING: pgettext_lazy("a value", "Nothing yet"),
    Standing.RETURNED: _("Returned"),
    Standing.SUBMITTED: _("Waiting for review"),
    Standing.PUBLISHED: pgettext_lazy("a report", "Published"),
}
#: The word in the address of the form for the days of the value.
DAYS = "dias"


@dataclass(frozen=True)
class ValueRow:
    value: AskedValue
    period: ReportingPeriod

    field, update, warnings, is_withdrawn = "value", None, (), False
    may_be_recalled = may_be_corrected = False
    is_in_time = True

    @property
    def subject(self):
        return self.value

    @property
    def state(self):
        return STATES[self.value.standing]

    @property
    def word(self):
        return WORDS[self.value.standing]

    @property
    def is_open(self):
        return self.state in {"todo", "returned"}

    @property
    def days(self):
        return f"{self.value.starts_on}_{self.value.ends_on}"

    @property
    def key(self):
        return f"{self.value.indicator.pk}:{self.days}"

    @property
    def page_url(self):
        keys = [self.period.pk, self.value.agency.slug, self.value.indicator.pk]
        return f"{reverse('admin:value_new', args=keys)}?{urlencode({DAYS: self.days})}"


@dataclass(frozen=True)
class Grid:
    """Several values of one indicator of which none was handed in yet."""

    rows: tuple[ValueRow, ...]

    @property
    def code(self):
        return self.rows[0].subject.code

    @property
    def url(self):
        first = self.rows[0]
        keys = [first.period.pk, first.value.agency.slug, first.value.indicator.pk]
        return reverse("admin:value_grid", args=keys)


def grids(rows):
    found = {}
    for row in rows:
        if row.state == "todo":
            found.setdefault(row.value.indicator, []).append(row)
    return [Grid(tuple(each)) for each in found.values() if len(each) > 1]


def read_values(period, agency):
    found = asked_values.asked(period.plan, [period], agency)
    return tuple(ValueRow(each, period) for each in found.get(period, ()))
