"""The sections of the report for the commission, from public rows only."""

from collections import defaultdict
from collections.abc import Iterable
from types import SimpleNamespace

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _, ngettext, pgettext

from strategic_areas.commitment_states import DECLARED, CommitmentState, StateFamily
from strategic_areas.datasets.changes_and_sources import DATE_FIELD_NAMES
from strategic_areas.desk.report import (
    DocumentSection,
    NumberedList,
    RoundDocument,
    Subheading,
    table_unless_empty,
)
from strategic_areas.desk.report.areas import (
    ACTIVITY_FAMILY_WORDS,
    EMPTY_CELL,
    activity_count_text,
    area_label,
    area_section,
    day_text,
    family_bars,
    obstacle_text,
    plan_figures,
    short_title,
    state_text,
)
from strategic_areas.desk.report.round_report import RoundReport
from strategic_areas.disclosure import PROTECTED
from strategic_areas.progress import ENOUGH_REPORTS, Punctuality
from strategic_areas.public_paths import public_path
from strategic_areas.queries.figures.phrases import text_in_language
from strategic_areas.sentences import join_words

#: Maximum numbers in the summary: late activities, titles of a family, other names.
MAX_LATE_SHOWN, MAX_TITLES_SHOWN, MAX_NAMES_SHOWN = 4, 2, 8


def build_round_document(round_report: RoundReport) -> RoundDocument:
    plan, subject = round_report.plan, _round_name(round_report, round_report.period)
    day = date_format(round_report.day, "SHORT_DATE_FORMAT")
    names = {"plan": text_in_language(plan, "title"), "round": subject, "day": day}
    return RoundDocument(
        author=text_in_language(plan, "commission"),
        title=_title(round_report),
        subject=f"{names['plan']} · {subject}",
        facts=tuple(_cover_facts(round_report)),
        foot=_("%(plan)s · %(round)s · as of %(day)s") % names,
        sections=(
            *_secretariat_section(round_report, "introduction", _("Introduction")),
            _summary_section(round_report),
            *(area_section(round_report, each) for each in round_report.rows("areas")),
            *plan_figures(round_report),
            _agencies_and_changes_section(round_report),
            *_secretariat_section(round_report, "conclusions", _("Conclusions")),
        ),
    )


def _title(round_report):
    if round_report.before is None:
        return _("How the plan is going")
    if round_report.is_yearly:
        return _("Yearly report")
    return _("Report from %(start)s to %(end)s") % {
        "start": date_format(round_report.since_day, "DATE_FORMAT"),
        "end": date_format(round_report.day, "DATE_FORMAT"),
    }


def _secretariat_section(round_report, name, heading):
    if texts := round_report.secretariat_texts:
        lines = filter(str.strip, text_in_language(texts, name).splitlines())
        blocks = (*lines, pgettext("author", "Secretariat"))
        yield DocumentSection(heading, blocks, on_new_page=name == "introduction")


def _round_name(round_report, period):
    return text_in_language(round_report.row("rounds", period.code) or period, "name")


def _cover_facts(round_report):
    yield _("As of"), date_format(round_report.day, "DATE_FORMAT")
    if round_report.scorecards:
        yield _("Who reported"), _response_text(round_report.scorecards)
    if round_report.edition:
        number = round_report.edition.number
        path = public_path("edition", round_report.period.plan.code, number)
        yield _("Edition"), f"{number}\n{settings.SITE_URL}{path}"
    else:
        yield (
            _("Preliminary"),
            _("It shows what the public reads today. No edition keeps it."),
        )
    if round_report.before:
        yield pgettext("report", "Covers"), _covered_text(round_report)
    notices = []
    if round_report.period.is_demonstration:
        notices.append(_("A demonstration: its reports count for nothing."))
    if round_report.plan.is_reconstructed:
        notices.append(_("Its commitments are not stated by the plan itself."))
    notices.append(
        _("Except for the secretariat's words it holds what the public portal shows.")
        if round_report.secretariat_texts
        else _("It holds what the public portal shows, and nothing else.")
    )
    yield _("Note"), " ".join(notices)


def _covered_text(round_report):
    text = (
        _("from edition %(before)s (%(since)s) to edition %(edition)s (%(round)s)")
        if round_report.edition
        else _("from edition %(before)s (%(since)s) to what the public reads today")
    )
    return text % {
        "before": round_report.before,
        "since": _round_name(round_report, round_report.before.period),
        "edition": round_report.edition,
        "round": _round_name(round_report, round_report.period),
    }


def _response_text(cards):
    responding = sum(bool(each.handed_in) for each in cards)
    return ngettext(
        "%(heard)d of %(asked)d agency", "%(heard)d of %(asked)d agencies", len(cards)
    ) % {"heard": responding, "asked": len(cards)}


def _summary_section(round_report):
    changes, late = [*_change_lines(round_report)], round_report.late
    return DocumentSection(
        _("On one page"),
        (
            activity_count_text(round_report, round_report.counted_activities),
            *_who_answered(round_report),
            *family_bars(
                round_report, _("Activities by state and area"), _by_area(round_report)
            ),
            Subheading(_changes_heading(round_report)),
            *(changes or [_("No state has changed.")] * bool(round_report.before)),
            *(
                _late_tables(round_report, late[:MAX_LATE_SHOWN])
                or [_("No activity is late.")]
            ),
            *_more(len(late) - MAX_LATE_SHOWN),
            Subheading(_("Who did not report")),
            _silent_agencies_text(round_report),
            Subheading(_("What the commission may decide")),
            *_questions_to_decide(round_report),
        ),
    )


def _who_answered(round_report):
    cards = round_report.scorecards
    if not cards:
        return
    asked, responding = len(cards), sum(bool(each.handed_in) for each in cards)
    if responding < ENOUGH_REPORTS * asked:
        text = ngettext(
            "only %(reported)s of %(asked)s agency has reported; that is not enough to "
            "say how the plan is going.",
            "only %(reported)s of %(asked)s agencies have reported; that is not enough "
            "to say how the plan is going.",
            asked,
        )
        text %= {"reported": responding, "asked": asked}
        yield text[:1].upper() + text[1:]
    else:
        yield _("Reported: %(number)s.") % {"number": _response_text(cards)}


def _by_area(round_report):
    yield pgettext("bar of a chart", "Plan"), round_report.counted_activities
    for area in round_report.rows("areas"):
        yield (
            area_label(area),
            [
                each
                for each in round_report.counted_activities
                if each.area == area.code
            ],
        )


def _changes_heading(round_report):
    if round_report.before is None:
        return _("No edition keeps the plan's earlier state.")
    name = _round_name(round_report, round_report.before.period)
    return _("What changed since: %(round)s") % {"round": name}


def _change_lines(round_report):
    by_family, declared = defaultdict(list), []
    for dataset, row, _before, after in round_report.changed:
        if after and dataset == "activities":
            by_family[row.family if row.is_counted else ""].append(row)
        elif after and row.state in DECLARED:
            declared.append(f"{row.code} ({state_text(dataset, row)})")
    names = {
        **ACTIVITY_FAMILY_WORDS,
        "": _("Cancelled by an amendment, and not counted"),
    }
    for family in filter(by_family.get, [*StateFamily, ""]):
        titles = [f"{each.code} {short_title(each)}" for each in by_family[family]]
        named = "; ".join(_shortened(titles, MAX_TITLES_SHOWN))
        yield f"{names[family]} ({len(titles)}): {named}."
    if declared:
        named = ", ".join(_shortened(declared))
        yield _("Results declared: %(names)s.") % {"names": named}


def _shortened(names, shown=MAX_NAMES_SHOWN):
    return [*names[:shown], *_more(len(names) - shown)]


def _more(number):
    if number > 0:
        yield ngettext("%(number)d more", "%(number)d more", number) % {
            "number": number
        }


def _late_tables(round_report, rows):
    return table_unless_empty(
        _("What is late, and why"),
        {_("Activity"): 9, _("Days late"): 3, _("What holds it back"): 10},
        (
            (
                f"{each.code} {short_title(each)}",
                str(each.days_late),
                f"{each.agency_acronym}: {obstacle_text(round_report, each)}",
            )
            for each in rows
        ),
    )


def _silent_agencies_text(round_report):
    if not round_report.scorecards:
        return _("Who reported is shown once the round has closed.")
    silent = [each for each in round_report.scorecards if not each.handed_in]
    if not silent:
        return _("Every agency has submitted its reports.")
    named = [
        f"{each.agency_acronym} ({_silent_rounds_text(round_report, each.agency)})"
        for each in silent
    ]
    return f"{'; '.join(_shortened(named))}."


def _silent_rounds_text(round_report, agency):
    number = round_report.rounds_silent[agency]
    return ngettext("%(number)d round", "%(number)d rounds running", number) % {
        "number": number
    }


def _questions_to_decide(round_report):
    late = [
        each
        for each in round_report.rows("commitments", punctuality=Punctuality.LATE.value)
        if each.state != CommitmentState.TO_DECLARE
    ]
    late.sort(key=lambda each: -(each.days_late or 0))
    declare = round_report.rows("commitments", state=CommitmentState.TO_DECLARE.value)
    questions = [
        (
            [
                each.agency_acronym
                for each in round_report.scorecards
                if not each.handed_in
            ],
            _("Each to name who reports, and by when: %(names)s."),
        ),
        (
            [f"{each.code} ({each.lead_acronym})" for each in late],
            _("The lead to say what it takes, or an act to set a new date: %(names)s."),
        ),
        (
            [f"{each.code} ({each.lead_acronym})" for each in declare],
            _("The lead to declare the result, since the work is done: %(names)s."),
        ),
    ]
    lines = [
        text % {"names": ", ".join(_shortened(names))}
        for names, text in questions
        if names
    ]
    return (
        [NumberedList(tuple(lines))]
        if lines
        else [_("Nothing in this round asks for a decision.")]
    )


def _agencies_and_changes_section(round_report):
    columns = {
        _("Agency"): 8,
        pgettext("reports", "Handed in"): 4,
        pgettext("of an agency", "Answer"): 5,
        _("Since when, and what it said"): 10,
    }
    rows = [*_agencies_without_news_or_report(round_report)]
    return DocumentSection(
        _("Agencies without news or without a report"),
        (
            *table_unless_empty(_("What each of them answered"), columns, rows),
            *([] if rows else [_silent_agencies_text(round_report)]),
            _(
                "“No news” is an answer, with its reason. “Did not report” is silence: "
                "the portal supposes nothing."
            ),
            Subheading(_("What changed in the plan")),
            *(_amendments(round_report) or [_("Nothing was changed by an act.")]),
            *_state_tables(round_report),
        ),
    )


def _agencies_without_news_or_report(round_report) -> Iterable[tuple[str, ...]]:
    reports = defaultdict(list)
    for each in round_report.rows("reports", kind="report", status="published"):
        if each.period == round_report.period.code:
            reports[each.agency].append(each)
    for card in sorted(
        round_report.scorecards, key=lambda each: (each.handed_in, each.agency)
    ):
        own, agency = reports[card.agency], round_report.row("agencies", card.agency)
        if not card.handed_in:
            status = _("Did not report")
            more = _silent_rounds_text(round_report, card.agency)
        elif card.missing:
            missing = ngettext("%(number)d missing", "%(number)d missing", card.missing)
            status, more = _("Reported in part"), missing % {"number": card.missing}
        elif own and all(each.is_reserved for each in own):
            status = _("Content withheld by law")
            more = join_words([*dict.fromkeys(each.legal_basis for each in own)])
        elif own and all(each.is_no_news for each in own):
            status = _("No news")
            more = "\n".join(text_in_language(each, "text") for each in own)
        else:
            continue
        name = text_in_language(agency, "name") if agency else ""
        yield (
            f"{card.agency_acronym}\n{name}",
            _("%(reached)s of %(planned)s")
            % {"reached": card.handed_in, "planned": card.asked},
            status,
            more,
        )


def _amendments(round_report):
    columns = {
        pgettext("of the plan", "Record"): 8,
        _("What changes"): 5,
        pgettext("old value", "Before"): 6,
        pgettext("new value", "Now"): 6,
    }
    codes = {
        each.name: each.codes for each in round_report.datasets["amendments"].columns
    }
    blocks = []
    for changes in round_report.amended.values():
        first = changes[0]
        act = [day_text(first.decided_on), text_in_language(first, "deciding_act")]
        rows = (
            (
                text_in_language(each, "name"),
                str(codes["field"].get(each.field) or codes["what"][each.what]),
                _value_text(each, "old_value"),
                _value_text(each, "new_value"),
            )
            for each in changes
        )
        blocks += table_unless_empty(", ".join(filter(None, act)), columns, rows)
        blocks += filter(None, [text_in_language(first, "reason")])
    return blocks


def _value_text(row, name):
    if vars(row)[f"{name}_es_gap"] == "protected":
        return str(PROTECTED)
    text = text_in_language(row, name)
    return (
        day_text(text) if text and row.field in DATE_FIELD_NAMES else text
    ) or EMPTY_CELL


def _state_tables(round_report):
    columns = {
        _("Commitment or activity"): 9,
        pgettext("state at the last round", "Then"): 4,
        pgettext("state at this round", "Now"): 4,
    }
    rows = (
        (
            f"{row.code} {text_in_language(row, 'title')}",
            *(
                state_text(dataset, each and SimpleNamespace(**each))
                for each in (before, after)
            ),
        )
        for dataset, row, before, after in round_report.changed
        if round_report.before
    )
    return table_unless_empty(_("State, then and now"), columns, rows)
