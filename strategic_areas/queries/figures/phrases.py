"""Indicator values in words, for pages, charts, files and the search."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import chain, groupby

from django.utils.formats import date_format, number_format
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext as _, gettext_lazy, pgettext

from strategic_areas.attainment import AttainmentKind
from strategic_areas.date_ranges import is_of_whole_years
from strategic_areas.disclosure import MARKER, PROTECTED, Protected
from strategic_areas.models import Indicator, Source
from strategic_areas.models.figures import DatePrecision, Exactness
from strategic_areas.queries.figures.indicators import (
    IndicatorSeries,
    SeriesPoint,
    ValueDisplay,
)
from strategic_areas.sentences import join_words

ATTAINED = {
    AttainmentKind.MET: gettext_lazy("Target met"),
    AttainmentKind.MISSED: gettext_lazy("Target not met"),
    AttainmentKind.OPEN: gettext_lazy("Not met yet; its time has not passed"),
    AttainmentKind.NO_VALUE: gettext_lazy("No value to compare with the target"),
    AttainmentKind.PROTECTED: gettext_lazy("The value is protected"),
    AttainmentKind.NO_DIRECTION: gettext_lazy("Neither more nor less is better"),
    AttainmentKind.NOT_COMPARABLE: gettext_lazy("The values cannot be compared"),
}
#: Kinds of counts that are shown with their unit also for one year. The names of other
#: indicators say what is counted, such as victims.
SHOWN_WITH_UNIT = frozenset({Indicator.Counts.MONEY, Indicator.Counts.OTHER})
INEXACT = {
    Exactness.MORE_THAN: gettext_lazy("more than %(number)s"),
    Exactness.AT_LEAST: gettext_lazy("at least %(number)s"),
    Exactness.ABOUT: gettext_lazy("about %(number)s"),
}
#: Date formats by precision.
FORMATS = {
    DatePrecision.DAY: "DATE_FORMAT",
    DatePrecision.MONTH: "YEAR_MONTH_FORMAT",
    DatePrecision.YEAR: "Y",
}


def dimension_phrase(code: str) -> str:
    """
    The name of a breakdown's dimension.

    Plan files may cross dimensions: "exploitation+sex+age".
    """
    known = dict(Indicator.Dimension.choices)
    parts = [code] if code in known else code.split("+")
    return join_words([str(known.get(part, part)) for part in parts])


def format_figure(value: Decimal | Protected | None) -> str:
    """None is a value that the public may not read."""
    if value is None or isinstance(value, Protected):
        return str(PROTECTED)
    plain = Decimal(format(value.normalize(), "f"))
    return number_format(plain, use_l10n=True, force_grouping=True)


def value_text(point: SeriesPoint) -> str:
    if point.shown is ValueDisplay.PROTECTED:
        return str(PROTECTED)
    if point.shown is ValueDisplay.WITHDRAWN:
        return _("Withdrawn figure")
    return format_inexact(point.value, point.exactness)


def format_inexact(value: Decimal, exactness: str) -> str:
    number = format_figure(value)
    if exactness == Exactness.EXACT:
        return number
    return str(INEXACT[exactness] % {"number": number})


def value_with_unit(series: IndicatorSeries) -> str:
    """
    The last value, with its unit unless the indicator's name contains it.

    Counts of people have it only over several years, months or days, whose span follows
    after a comma: "136 in 2024", but "412 victims, between 2019 and 2021".
    """
    point, indicator = series.last, series.indicator
    has_unit = indicator.counts in SHOWN_WITH_UNIT or covers_several_years_or_days(
        point
    )
    if point.shown is not ValueDisplay.VALUE or not has_unit:
        return value_text(point)
    unit, name = (
        text_in_language(indicator, "unit"),
        text_in_language(indicator, "name"),
    )
    is_named = unit.lower() in name.lower()
    return value_text(point) if is_named else f"{value_text(point)} {unit}"


def counted_by_phrase(counted) -> str:
    return text_in_language(counted, "who") or counted.counted_by


def source_phrase(point: SeriesPoint) -> str:
    """The publications that print the value, after the agency if one counted it."""
    names = [text_in_language(each, "cited_as") for each in point.sources]
    publications = join_words(list(dict.fromkeys(filter(None, names))))
    if not publications or not point.by_agency:
        return publications or counted_by_phrase(point)
    return _("%(who)s, in %(reports)s") % {
        "who": counted_by_phrase(point),
        "reports": publications,
    }


def citation_phrase(source: Source) -> str:
    return text_in_language(source, "cited_as") or _("“%(title)s”") % {
        "title": source.title
    }


def status_phrase(point: SeriesPoint) -> str:
    """
    "provisional", or "confirmed" with a note if a later count differs.

    "" for a protected value.
    """
    if not point.status:
        return ""
    if point.is_provisional:
        return pgettext("a figure", "provisional")
    status = pgettext("a figure", "confirmed")
    return f"{status}; {later_count_phrase()}" if point.differs else status


def later_count_phrase() -> str:
    return _("a later count differs by less than ten")


def quotation_phrase(printed) -> str:
    """Who printed the number, and where; "" if it is not a quotation."""
    if printed.printed_by is None:
        return ""
    where = text_in_language(printed, "printed_where")
    return ", ".join(filter(None, [citation_phrase(printed.printed_by), where]))


def span_heading(starts_on: date, ends_on: date, *precisions: str) -> str:
    """
    The span as a heading: "2019", "2003-2012", "January to March 2018".

    ``precisions`` are those of the first and the last day.
    """
    first, last = _ends(starts_on, ends_on, precisions)
    if first == last:
        return capfirst(first)
    if first.isdecimal() and last.isdecimal():
        return f"{first}-{last}"
    return capfirst(_("%(first)s to %(last)s") % {"first": first, "last": last})


def span_phrase(starts_on: date, ends_on: date, *precisions: str) -> str:
    """
    The span in a sentence: "in 2019", "between January and March 2018".

    The Spanish phrase never begins with "de", which reads as a date after a number.
    """
    first, last = _ends(starts_on, ends_on, precisions)
    if first == last:
        return _("in %(span)s") % {"span": first}
    between = _("between %(first)s and %(last)s")
    if _units(starts_on, ends_on, precisions) == (DatePrecision.DAY, DatePrecision.DAY):
        between = pgettext("two days", "between %(first)s and %(last)s")
    return between % {"first": first, "last": last}


def precisions_of_days(point) -> tuple[str, ...]:
    """The precisions of a value's first and last day; unknown for targets."""
    return (
        getattr(point, "starts_exact_to", ""),
        getattr(point, "ends_exact_to", ""),
    )


def span_after_number(point) -> str:
    """The span as it follows a number or unit, with a comma if needed."""
    time = span_phrase(point.starts_on, point.ends_on, *precisions_of_days(point))
    return f", {time}" if covers_several_years_or_days(point) else f" {time}"


def covers_several_years_or_days(point) -> bool:
    """Whether the span covers more than one year, month or day."""
    first, last = _ends(point.starts_on, point.ends_on, precisions_of_days(point))
    return first != last


def value_anchor(starts_on: date, ends_on: date) -> str:
    if is_of_whole_years(starts_on, ends_on):
        return "-".join(map(str, sorted({starts_on.year, ends_on.year})))
    return f"{starts_on:%Y-%m-%d}_{ends_on:%Y-%m-%d}"


def _ends(starts_on, ends_on, precisions):
    units = _units(starts_on, ends_on, precisions)
    days = zip((starts_on, ends_on), units, strict=True)
    first, last = (date_format(day, FORMATS[unit]) for day, unit in days)
    is_of_months = units == (DatePrecision.MONTH, DatePrecision.MONTH)
    if is_of_months and first != last and starts_on.year == ends_on.year:
        first = date_format(starts_on, "F")
    return first, last


@lru_cache(maxsize=1024)
def _units(starts_on, ends_on, precisions):
    unit = DatePrecision.DAY
    if is_of_whole_years(starts_on, ends_on):
        unit = DatePrecision.YEAR
    elif starts_on.day == 1 and (ends_on + timedelta(days=1)).day == 1:
        unit = DatePrecision.MONTH
    return tuple(known or unit for known in precisions or ("", ""))


def value_sentence(series: IndicatorSeries, point: SeriesPoint) -> str:
    """For example "136 people in 2024, provisional"."""
    if point.shown is not ValueDisplay.VALUE:
        return f"{value_text(point)}{span_after_number(point)}"
    unit = text_in_language(series.indicator, "unit")
    return (
        f"{value_text(point)} {unit}{span_after_number(point)}, {status_phrase(point)}"
    )


def value_caption(series: IndicatorSeries) -> tuple[str, str]:
    """
    The words after the last value's number, and its source or else its status.

    The value's own caption, "words (source)", gives both. Without one they are unit
    with span, and status.
    """
    point, text = series.last, text_in_language(series.last, "caption")
    if not text:
        return (
            f"{text_in_language(series.indicator, 'unit')}{span_after_number(point)}",
            status_phrase(point),
        )
    caption, _opened, source = text.removesuffix(")").partition(" (")
    return caption, "; ".join(
        filter(None, [source, later_count_phrase() if point.differs else ""])
    )


def missing_years(points: Iterable[SeriesPoint]) -> list[int]:
    """Years between the first and the last point that no point covers."""
    covered = {
        year
        for each in points
        for year in range(each.starts_on.year, each.ends_on.year + 1)
    }
    return (
        sorted(set(range(min(covered), max(covered) + 1)) - covered) if covered else []
    )


def chart_title(series: IndicatorSeries) -> str:
    """The title of a chart, with what limits comparison."""
    name, last = text_in_language(series.indicator, "name"), series.last
    parts = [f"{name}: {value_with_unit(series)}{span_after_number(last)}"]
    shown = [each for each in series.points if each.shown is ValueDisplay.VALUE]
    breaks = [each for each in shown[1:] if each.is_break]
    if breaks and len(breaks) == len(shown) - 1:
        parts.append(_("the values cannot be compared with each other"))
    elif breaks:
        years = join_words([str(each.starts_on.year) for each in breaks])
        parts.append(_("what is counted changes in %(years)s") % {"years": years})
    if missing := missing_years(series.points):
        parts.append(missing_years_phrase(missing))
    return "; ".join(parts)


def missing_years_phrase(years: list[int]) -> str:
    """For example "no data for 2018, 2020 and 2021" or "no data for 2015 to 2021"."""
    # In a run of years, the year minus its index is constant.
    numbered = groupby(enumerate(years), lambda pair: pair[1] - pair[0])
    phrases = [
        [_("%(first)s to %(last)s") % {"first": run[0], "last": run[-1]}]
        if len(run) > 2
        else map(str, run)
        for run in ([year for _place, year in run] for _distance, run in numbered)
    ]
    return _("no data for %(years)s") % {"years": join_words([*chain(*phrases)])}


def last_known_phrase(series: IndicatorSeries, today: date) -> str:
    """The year after which nothing is on record; "" for recent values."""
    if series.last is None:
        return _("No value is on record.")
    if (year := series.last.ends_on.year) >= today.year - 1:
        return ""
    return _("Nothing is on record after %(year)d.") % {"year": year}


def text_in_language(record, field: str) -> str:
    """A bilingual text, in Spanish where the English is missing."""
    return choose_language(
        getattr(record, f"{field}_es"), getattr(record, f"{field}_en")
    )


def choose_language(spanish: str | None, english: str | None) -> str:
    if MARKER in {spanish, english}:
        return _("[text withdrawn]")
    is_english = (get_language() or "es").startswith("en")
    return english if is_english and english else spanish or ""
