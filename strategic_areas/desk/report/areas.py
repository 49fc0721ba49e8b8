"""The pages of areas and of the plan's figures in the report for the commission."""

from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from types import SimpleNamespace

from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from strategic_areas.commitment_states import CommitmentState, StateFamily
from strategic_areas.desk.report import (
    BarSegment,
    DocumentSection,
    StackedBars,
    Subheading,
    table_unless_empty,
)
from strategic_areas.models.records import SourceVoice
from strategic_areas.progress import ActivityState, Punctuality
from strategic_areas.queries.figures import phrases
from strategic_areas.queries.figures.indicators import ValueDisplay
from strategic_areas.queries.figures.phrases import text_in_language
from strategic_areas.sentences import (
    ACTIVITIES,
    COMMITMENT_PUNCTUALITY,
    FAMILY_WORDS,
    STATES,
    late_by,
    state_word,
)

EMPTY_CELL = "–"
#: Number of characters of a shortened title.
SHORT_TITLE_LENGTH = 90
#: Values are comparable if their spans differ by at most so many days. Spans of the
#: same number of months differ by up to three days; one more is allowed.
SIMILAR_SPAN_DAYS = 4
ACTIVITY_FAMILY_WORDS = FAMILY_WORDS | {
    StateFamily.MET: STATES[ActivityState.COMPLETED]
}
DONE_BY_SOURCES = gettext_lazy("Done, according to public sources")


def area_section(round_report, area):
    rows = round_report.rows("commitments", area=area.code)
    activities = [
        each for each in round_report.counted_activities if each.area == area.code
    ]
    by_commitment = defaultdict(list)
    for each in activities:
        by_commitment[each.commitment].append(each)
    heading, caption = (
        (_("Documented action"), _("Documented actions"))
        if round_report.plan.is_reconstructed
        else (_("Commitment"), _("Commitments"))
    )
    columns = {
        heading: 8,
        _("State"): 5,
        _("Due"): 5,
        _("What was done and what holds it back"): 16,
    }
    late = [each for each in round_report.late if each.area == area.code]
    lines = [f"{e.code} {short_title(e)}, {late_by(e.days_late)}" for e in late]
    return DocumentSection(
        f"{area.code} · {text_in_language(area, 'name')}",
        (
            *filter(None, [text_in_language(area, "outcome")]),
            activity_count_text(round_report, activities),
            *family_bars(
                round_report, _("Activities by state"), [(area_label(area), activities)]
            ),
            *table_unless_empty(
                caption,
                columns,
                (_commitment_row(round_report, e, by_commitment[e.code]) for e in rows),
            ),
            *(
                [Subheading(_("Late activities")), f"{'; '.join(lines)}."]
                if late
                else ()
            ),
            *_figure_tables(round_report, area),
        ),
    )


def _commitment_row(round_report, row, activities):
    punctuality, state = row.punctuality, [state_text("commitments", row)]
    if punctuality in {
        *(Punctuality.LATE, Punctuality.AT_RISK, Punctuality.FINISHED_LATE)
    }:
        state.append(str(COMMITMENT_PUNCTUALITY[punctuality]))
    state += [_("not acknowledged")] * bool(row.is_disputed)
    return (
        f"{row.code} {text_in_language(row, 'title')}\n{row.lead_acronym}",
        "\n".join(state),
        day_text(row.due_on) or EMPTY_CELL,
        "\n".join(_activity_lines(round_report, row, activities)) or EMPTY_CELL,
    )


def _activity_lines(round_report, commitment, activities):
    for each in activities:
        other = f" ({each.agency_acronym})" * (each.agency != commitment.lead)
        texts = [f"{each.code}{other}: {state_text('activities', each)}"]
        if each.percent is not None and each.family == StateFamily.GOING:
            texts.append(f"{each.percent}\N{NO-BREAK SPACE}%")
        texts += [_("not acknowledged")] * bool(each.is_disputed)
        report = round_report.last_activity_reports.get(each.code)
        if report and (report.is_reserved or report.obstacle_es):
            texts.append(obstacle_text(round_report, each))
        yield " · ".join(texts)


def obstacle_text(round_report, activity):
    """Return in short the obstacle in an activity's last report, or its state."""
    report = round_report.last_activity_reports.get(activity.code)
    if report is None:
        return state_word(ActivityState(activity.state))
    text = text_in_language(report, "obstacle")
    if report.is_reserved:
        text = _("Reported; content withheld by law")
    elif report.is_no_news:
        text = _("No news")
    remarks = [_("not acknowledged")] * bool(report.is_disputed)
    if report.period != round_report.period.code:
        period = round_report.row("rounds", report.period)
        remarks += [text_in_language(period, "name")] * bool(period)
    text = Truncator(text or EMPTY_CELL).chars(2 * SHORT_TITLE_LENGTH)
    return " ".join([text, *(f"({each})" for each in remarks)])


def state_text(dataset, row):
    """In words; of finished work also which kind of source says so."""
    if row is None:
        return _("Not in the plan")
    if dataset == "commitments":
        return state_word(row.state and CommitmentState(row.state)) or EMPTY_CELL
    voice = SourceVoice[row.voice.upper()] if row.voice else None
    return state_word(ActivityState(row.state), voice)


def short_title(row):
    return Truncator(text_in_language(row, "title")).chars(SHORT_TITLE_LENGTH)


def area_label(area):
    return text_in_language(area, "short") or text_in_language(area, "name")


def day_text(day):
    return day and date_format(date.fromisoformat(day), "SHORT_DATE_FORMAT")


def activity_count_text(round_report, activities):
    late = sum(each.punctuality == Punctuality.LATE for each in activities)
    total_text = ACTIVITIES % {"total": len(activities)}
    late_text = ngettext("%(number)d is late", "%(number)d are late", late) % {
        "number": late
    }
    return f"{total_text}: {late_text}." if late else f"{total_text}."


def family_bars(round_report, caption, groups):
    """
    Return a chart of activities by family; ``groups`` are pairs of name and activities.
    """
    names = ACTIVITY_FAMILY_WORDS
    if round_report.plan.is_reconstructed:
        names = ACTIVITY_FAMILY_WORDS | {StateFamily.MET: DONE_BY_SOURCES}
    rows = []
    for name, activities in groups:
        counts = Counter(each.family for each in activities)
        total = len(activities)
        segments = tuple(
            BarSegment(
                each, str(names[each]), counts[each], 1000 * counts[each] // total
            )
            for each in StateFamily
            if counts[each]
        )
        rows += [(name, segments, total)] * bool(segments)
    used = {each.family for _name, segments, _total in rows for each in segments}
    legend = tuple((each, str(names[each])) for each in StateFamily if each in used)
    return [StackedBars(caption, tuple(rows), legend)] * bool(rows)


def plan_figures(round_report):
    if tables := _figure_tables(round_report, None):
        yield DocumentSection(_("Figures of the whole plan"), tables)


def _figure_tables(round_report, area):
    areas = {each.code: each.area for each in round_report.rows("commitments")}
    values = defaultdict(list)
    for each in round_report.rows("values"):
        if each.shown != ValueDisplay.WITHDRAWN:
            values[each.indicator].append(_point(each))
    lines = []
    for each in round_report.rows("indicators"):
        own_area = each.area or areas.get(each.commitment)
        if own_area == area.code if area else not own_area and each.key_figure:
            lines.append(_figure_row(each, values[each.code]))
    columns = {
        _("Figure"): 8,
        _("Last value"): 6,
        _("What cannot be said with it"): 12,
    }
    return table_unless_empty(_("Figures, and what they cannot say"), columns, lines)


def _point(row):
    """The row as ``phrases`` reads a ``SeriesPoint``."""
    days = {
        name: date.fromisoformat(vars(row)[name]) for name in ("starts_on", "ends_on")
    }
    is_public = row.value is not None
    return SimpleNamespace(
        **vars(row)
        | days
        | {
            "shown": ValueDisplay.VALUE if is_public else ValueDisplay.PROTECTED,
            "value": Decimal(str(row.value)) if is_public else None,
        }
    )


def _figure_row(indicator, points):
    value, caveats = [_("No data")], [text_in_language(indicator, "caveat")]
    if points:
        last = max(points, key=_recency)
        series = SimpleNamespace(indicator=indicator, last=last)
        value = [f"{phrases.value_with_unit(series)}{phrases.span_after_number(last)}"]
        value += [_("not acknowledged by an agency")] * bool(last.is_disputed)
        earlier = [
            each
            for each in points
            if each.ends_on < last.starts_on
            and abs(_length_in_days(each) - _length_in_days(last)) <= SIMILAR_SPAN_DAYS
        ]
        before = max(earlier, key=_recency, default=None)
        if before and any(p.is_break for p in points if p.ends_on > before.ends_on):
            caveats.append(
                _(
                    "Values on both sides of a break are not compared: what is counted "
                    "changed, or who counts."
                )
            )
        elif before:
            text = f"{phrases.value_text(before)}{phrases.span_after_number(before)}"
            value.append(_("Before: %(value)s") % {"value": text})
        if last.status == "provisional":
            caveats.append(_("Its last value is provisional: it may change."))
    else:
        caveats.append(_("Nobody has submitted it: that is not zero."))
    cause = _("That it goes up or down does not say that the plan caused it.")
    caveat = " ".join(filter(None, caveats)) or cause
    return text_in_language(indicator, "name"), "\n".join(value), caveat


def _recency(point):
    return point.ends_on, point.starts_on


def _length_in_days(point):
    return (point.ends_on - point.starts_on).days
