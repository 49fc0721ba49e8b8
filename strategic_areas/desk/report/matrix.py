"""The matrix of the plan by area, and the sheet of each institution."""

from collections import defaultdict
from collections.abc import Iterable

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from strategic_areas import disclosure
from strategic_areas.desk.report import Row, Section, table
from strategic_areas.progress import Punctuality
from strategic_areas.queries.figures.words import in_language, number
from strategic_areas.queries.pages.round_report import RoundReport
from strategic_areas.queries.plan.rows import CommitmentRow
from strategic_areas.sentences import (
    COMMITMENT_PUNCTUALITY,
    PUNCTUALITY,
    state_word,
    work_in_cell,
)

#: Punctuality that is worth a word beside a due date.
TOLD = {Punctuality.LATE, Punctuality.AT_RISK, Punctuality.FINISHED_LATE}
#: What stands where nothing is known.
NOTHING = "–"


def of_areas(content: RoundReport) -> Iterable[Section]:
    columns = {
        _("Code"): 6,
        _("Activity"): 16,
        _("Agency"): 6,
        _("Due"): 7,
        _("State"): 8,
        pgettext("how far it has come", "Progress"): 9,
        _("What holds it back"): 15,
        pgettext("heading", "Next step"): 13,
    }
    for place, area in enumerate(content.areas):
        rows = []
        for row in area.rows:
            rows.append(Row((_commitment(row),), is_heading=True))
            rows += [
                (
                    each.activity.code,
                    in_language(each.activity, "title"),
                    each.activity.agency.acronym,
                    _due(each),
                    state_word(each.standing.state, each.voice),
                    *_said(content, each),
                )
                for each in row.activities
            ]
        yield Section(
            _("Matrix: %(area)s") % {"area": area.area.label},
            () if rows else (_("Nothing is on record in this area."),),
            table(_("Activities, below their commitments"), columns, rows),
            starts_page=not place,
        )


def _commitment(row):
    parts = (
        f"{row.commitment.code} {in_language(row.commitment, 'title')}",
        row.commitment.lead.acronym,
        state_word(row.standing.state),
        _work(row),
    )
    return " · ".join(filter(None, parts))


def _work(row):
    return "" if row.records else work_in_cell(row)


def _due(row):
    stated = row.deadline
    day = date_format(stated.due_on, "SHORT_DATE_FORMAT") if stated.is_stated else ""
    kept = row.standing.punctuality
    is_commitment = isinstance(row, CommitmentRow)
    words = COMMITMENT_PUNCTUALITY if is_commitment else PUNCTUALITY
    return f"{day}\n{words[kept]}" if kept in TOLD else day or NOTHING


def _said(content, row):
    entry = content.accounts.get(row.activity.pk)
    if entry is None:
        return NOTHING, "", ""
    if entry.is_reserved:
        return _("Reported; content withheld by law"), "", ""
    texts = (in_language(entry, name) for name in ("obstacle", "next_step"))
    return (_progress(entry, row.activity), *texts)


def _progress(entry, activity):
    found = []
    if activity.counts_victims:
        found.append(str(disclosure.PROTECTED))
    elif entry.states_percent:
        found.append(percent(entry.percent))
    if entry.quantity not in {None, disclosure.PROTECTED}:
        found.append(_quantity(entry.quantity, activity))
    return "\n".join([*found, f"({in_language(entry.period, 'name')})"])


def percent(value) -> str:
    return "" if value is None else f"{value}\N{NO-BREAK SPACE}%"


def _quantity(reached, activity):
    planned, said = activity.quantity, number(reached)
    if planned is not None:
        numbers = {"reached": said, "planned": number(planned)}
        said = _("%(reached)s of %(planned)s") % numbers
    return f"{said} {in_language(activity, 'unit')}".strip()


def of_institutions(content: RoundReport) -> Iterable[Section]:
    led, work = defaultdict(list), defaultdict(list)
    for row in content.board.rows:
        led[row.commitment.lead].append(row)
        for each in row.activities:
            work[each.activity.agency].append(each)
    answers = {each.agency: each for each in content.answers}
    kept = {row.agency: row.discipline for row in content.members}
    agencies = dict.fromkeys([*kept, *led, *work, *answers])
    idle = [a for a in agencies if not (a in led or a in work or a in answers)]
    for agency in agencies:
        if agency not in idle:
            yield Section(
                f"{agency.acronym} · {in_language(agency, 'name')}",
                (*_answered(answers.get(agency)), *_discipline(kept.get(agency))),
                (*_undertaken(content, led[agency]), *_done(content, work[agency])),
                starts_page=True,
            )
    if idle:
        names = ", ".join(agency.acronym for agency in idle)
        yield Section(_("Agencies without work in the plan"), (names,))


def _undertaken(content, rows):
    is_reconstructed = content.board.is_reconstructed
    columns = {
        _("Code"): 6,
        _("Documented action") if is_reconstructed else _("Commitment"): 28,
        _("Due"): 8,
        _("State"): 14,
        _("Activities"): 14,
    }
    return table(
        _("Documented actions that it leads")
        if is_reconstructed
        else _("Commitments that it leads"),
        columns,
        (
            (
                row.commitment.code,
                in_language(row.commitment, "title"),
                _due(row),
                state_word(row.standing.state) or NOTHING,
                str(row.records.found) if row.records else _work(row),
            )
            for row in rows
        ),
    )


def _done(content, work):
    columns = {
        _("Code"): 6,
        _("Activity"): 13,
        _("Due"): 7,
        _("State"): 8,
        pgettext("how far it has come", "Progress"): 9,
        _("Published account"): 19,
        _("What holds it back"): 11,
        pgettext("heading", "Next step"): 10,
    }
    rows = []
    for row in work:
        progress, *texts = _said(content, row)
        entry = content.accounts.get(row.activity.pk)
        rows.append(
            (
                row.activity.code,
                in_language(row.activity, "title"),
                _due(row),
                state_word(row.standing.state, row.voice),
                progress,
                in_language(entry, "text") if entry else "",
                *texts,
            )
        )
    return table(_("Activities for which it answers"), columns, rows)


def _answered(answer):
    if answer is None:
        return [_("This round asks nothing of it.")]
    said = ngettext(
        "Of %(owed)d report asked in this round: %(given)d handed in, %(told)d "
        "published.",
        "Of %(owed)d reports asked in this round: %(given)d handed in, %(told)d "
        "published.",
        answer.owed,
    )
    numbers = {
        "owed": answer.owed,
        "given": answer.handed_in,
        "told": answer.published,
    }
    return [said % numbers]


def _discipline(kept):
    """How it kept the due dates of the last rounds whose scorecards are public."""
    if kept is None or not kept.asked:
        return []
    said = ngettext(
        "On time in %(on_time)d of the last %(asked)d round.",
        "On time in %(on_time)d of the last %(asked)d rounds.",
        kept.asked,
    )
    return [said % {"on_time": kept.on_time, "asked": kept.asked}]
