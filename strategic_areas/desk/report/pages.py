"""What is printed of a round: the report for the commission, and the round's state."""

import re
from dataclasses import replace
from datetime import date
from html import unescape

from django.http import Http404
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import strip_tags
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext, pgettext_lazy
from django.views.decorators.http import require_safe

from agencies.audit import take_out
from strategic_areas import cells as escaping
from strategic_areas.desk.report import Report, Section, Table, kept, matrix, table
from strategic_areas.desk.report.matrix import NOTHING
from strategic_areas.desk.rounds.pages import STANDING_WORDS, round_or_404
from strategic_areas.desk.screens import screen
from strategic_areas.discipline import Promptness, Standing
from strategic_areas.disclosure import PROTECTED
from strategic_areas.models import Plan, ReportingPeriod
from strategic_areas.progress import Punctuality
from strategic_areas.queries.figures import words
from strategic_areas.queries.figures.words import in_language
from strategic_areas.queries.pages import round_report
from strategic_areas.queries.rounds import cells
from strategic_areas.sentences import (
    COMMITMENT_PUNCTUALITY,
    FAMILY_WORDS,
    PROMPTNESS,
    kind_of_record,
    on_record,
    what_changes,
)
from strategic_areas.views.files import WORKBOOK, as_file

#: How many rows the page of state has room for, of which a table takes two for its
#: caption and headings; and how many late commitments and key figures it names at most.
ROOM, HEAD, NAMED = 24, 2, 4
#: How many rows are left empty for what the commission decides.
DECISIONS = 8


def of_round(period: ReportingPeriod, today: date) -> Report:
    content = round_report.load(period, today)
    plan, name = in_language(content.plan, "title"), in_language(period, "name")
    return Report(
        title=_("Report for the commission"),
        subject=f"{plan} · {name}",
        sections=(
            _state(content),
            *matrix.of_areas(content),
            *matrix.of_institutions(content),
            _silence(content, today),
            _changes(content),
            _amendments(content),
            _decisions(),
        ),
    )


def _day(day):
    return date_format(day, "SHORT_DATE_FORMAT")


def _state(content):
    tables = [*_areas(content)]
    for below in (_late(content), _figures(content)):
        room = ROOM - HEAD - sum(HEAD + len(each.rows) for each in tables)
        if room > 0:
            tables += (replace(each, rows=each.rows[:room]) for each in below)
    lines = (_as_of(content), _headline(content))
    return Section(_("State of the plan"), lines, tuple(tables))


def _as_of(content):
    said = [_("As of %(day)s.") % {"day": _day(content.day)}]
    if content.edition:
        said.append(
            _("States, who reported and what changed are those of edition %(number)s.")
            % {"number": content.edition.number}
        )
    if content.period.is_demonstration:
        said.append(_("A demonstration: its reports count for nothing."))
    said.append(_("It holds what the public portal tells, and nothing else."))
    return " ".join(said)


def _headline(content):
    context = {
        "headline": content.headline,
        "plan": content.plan,
        "is_reconstructed": content.board.is_reconstructed,
        "knows_the_matrix": content.board.knows_the_matrix,
        "sources": content.sources,
    }
    page = strip_tags(render_to_string("_headline.html", context))
    return re.sub(r"\s+", " ", unescape(page)).strip()


def _areas(content):
    on_file = [area for area in content.areas if area.records]
    if on_file:
        return table(
            _("What is on record, by area"),
            {_("Area"): 3, _("On record"): 7},
            ((area.area.label, on_record(area.records)) for area in on_file),
        )
    if not content.board.rows:
        return ()
    groups = _groups(content)
    counts = [each.counts for each in groups]
    families = zip(*(each.by_family for each in counts), strict=True)
    late = [sum(row.is_late for row in each.rows) for each in groups]
    rows = [
        (FAMILY_WORDS[told[0][0]], *(number for _family, number in told))
        for told in families
        if told[0][1]
    ]
    rows.append((_("In all"), *(each.total for each in counts)))
    rows.append((COMMITMENT_PUNCTUALITY[Punctuality.LATE], *late))
    return table(
        _("Commitments by state and area"),
        {_("State"): 8, _("Plan"): 3, **{each.area.label: 5 for each in content.areas}},
        (map(str, row) for row in rows),
    )


def _groups(content):
    """The commitments of the plan and of each area, in a closed round as they were."""
    return kept.groups(content) if content.edition else [content.board, *content.areas]


def _late(content):
    day = content.day
    late = [row for row in _groups(content)[0].rows if row.is_late]
    late.sort(key=lambda row: (row.deadline.due_on, row.commitment.sort_code))
    caption = ngettext(
        "What is latest, of %(number)d late commitment",
        "What is latest, of %(number)d late commitments",
        len(late),
    )
    columns = {
        _("Code"): 2,
        _("Commitment"): 9,
        _("Lead"): 2,
        _("Due"): 2,
        _("Days late"): 2,
    }
    return table(
        caption % {"number": len(late)},
        columns,
        (
            (
                row.commitment.code,
                in_language(row.commitment, "title"),
                row.commitment.lead.acronym,
                _day(row.deadline.due_on),
                str((day - row.deadline.due_on).days),
            )
            for row in late[:NAMED]
        ),
    )


def _figures(content):
    lines = [line for line in content.figures if line.last]
    return table(
        _("Key figures"),
        {_("Indicator"): 9, _("Period"): 3, _("Value"): 3},
        (
            (
                in_language(line.indicator, "name"),
                words.span(
                    line.last.starts_on,
                    line.last.ends_on,
                    *words.exact_to(line.last),
                ),
                words.value_text(line.last),
            )
            for line in lines[:NAMED]
        ),
    )


def _silence(content, today):
    """Who has not reported, by name; before the due date nobody is late."""
    due, asked = content.period.due_on, content.answers
    rows = [
        (
            f"{each.agency.acronym} · {in_language(each.agency, 'name')}",
            str(each.owed),
            str(each.handed_in),
            ", ".join(
                getattr(subject, "reference", subject.code) for subject in each.missing
            ),
        )
        for each in asked
        if each.missing
    ]
    rows = kept.silence(content, rows)
    if not asked:
        said = _("Nobody is asked in this round.")
    elif not rows:
        said = _("Every agency has handed in its reports.")
    elif today > due:
        said = _("The reports were due on %(day)s.") % {"day": _day(due)}
    else:
        said = _("Due on %(day)s; until then nobody is late.") % {"day": _day(due)}
    columns = {
        _("Agency"): 8,
        pgettext("reports", "Asked"): 2,
        pgettext("reports", "Handed in"): 2,
        pgettext("reports", "Missing"): 10,
    }
    return Section(
        _("Who has not reported"),
        (said,),
        table(_("Agencies with reports missing"), columns, rows),
        starts_page=True,
    )


def _changes(content):
    heading = _("Changes since the last round")
    if content.before is None:
        return Section(heading, (_("It is the first round of the plan."),))
    words = _("No edition keeps how the plan stood at the end of %(round)s.")
    if content.differences is not None:
        words = _("Compared with the edition of %(round)s.")
    said = words % {"round": in_language(content.before, "name")}
    rows = [row for row in kept.changes(content) if row[-2] != row[-1]]
    columns = {
        _("Code"): 3,
        _("Commitment or activity"): 9,
        _("Agency"): 3,
        pgettext("state at the last round", "Then"): 4,
        pgettext("state at this round", "Now"): 4,
    }
    if content.differences is not None and not rows:
        said = f"{said} {_('No state has changed.')}"
    return Section(heading, (said,), table(_("State, then and now"), columns, rows))


def _amendments(content):
    columns = {
        _("Decided on"): 3,
        _("Deciding act"): 4,
        pgettext("of the plan", "Record"): 7,
        _("What changes"): 4,
        pgettext("old value", "Before"): 5,
        pgettext("new value", "Now"): 5,
        _("Reason"): 7,
    }
    rows = (
        (
            _day(each.day),
            in_language(each.amendment, "deciding_act"),
            f"{kind_of_record(line)}: {in_language(line, 'name')}",
            _("Added to the plan") if line.brings else what_changes(line),
            _value(line, "old_value"),
            _value(line, "new_value"),
            in_language(each.amendment, "reason"),
        )
        for each in content.amendments
        for lines in each.records
        for line in lines
    )
    found = table(_("What each act changed"), columns, rows)
    none = () if found else (_("None since the last round."),)
    return Section(_("Amendments of the plan"), none, found)


def _value(line, name):
    if name in line.protected:
        return str(PROTECTED)
    return in_language(line, name) or NOTHING


def _decisions():
    columns = {
        _("No."): 1,
        pgettext("of the commission", "Decision"): 12,
        _("Who answers for it"): 4,
        _("By when"): 3,
    }
    rows = ((str(number), "", "", "") for number in range(1, DECISIONS + 1))
    heading = _("Decisions of the commission")
    return Section(
        heading,
        tables=table(_("To be written in the session"), columns, rows, is_blank=True),
        starts_page=True,
    )


DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@require_safe
def report(request, pk):
    period = _public_or_404(request, pk)
    content = of_round(period, timezone.localdate())
    return screen(
        request,
        "desk/report.html",
        title=content.title,
        period=period,
        report=content,
    )


@require_safe
def document(request, pk):
    from strategic_areas.desk.report.document import write

    period, today = _public_or_404(request, pk), timezone.localdate()
    content = of_round(period, today)
    name = slugify(f"{content.title} {period.plan.code} {period.code} {today}")
    return as_file(write(content), f"{name}.docx", DOCX)


def _public_or_404(request, pk):
    period = round_or_404(request.user, pk)
    if period.plan.status == Plan.Status.IN_PREPARATION:
        raise Http404
    return period


WORDS = {**STANDING_WORDS, Standing.PUBLISHED: pgettext_lazy("a report", "Published")}
#: The size of paper that is called legal.
LEGAL_PAPER = 5
HEADING = "003876"


def state_of(period: ReportingPeriod, today) -> tuple[Table, ...]:
    columns = {
        _("Agency"): 12,
        _("Code"): 10,
        _("Activity or indicator"): 50,
        pgettext("of a report", "State"): 20,
        _("First handed in"): 16,
        _("Punctuality"): 16,
    }
    asked = sorted(cells([period], today), key=lambda cell: cell.agency.acronym)
    return table(
        _("Each report and value that the round asks for"),
        columns,
        (
            (
                cell.agency.acronym,
                item.subject.code,
                in_language(item.subject, "title"),
                str(WORDS[item.standing]),
                date_format(item.first_day, "SHORT_DATE_FORMAT")
                if item.first_day
                else "",
                _kept(item.first_day, period.due_on, today),
            )
            for cell in asked
            for item in cell.items
        ),
    )


def _kept(first_day, due_on, today):
    """Whether one report came in time; "" while it still may."""
    if first_day:
        kept = Promptness.ON_TIME if first_day <= due_on else Promptness.LATE
    elif today > due_on:
        kept = Promptness.SILENT
    else:
        return ""
    return str(PROMPTNESS[kept])


@require_safe
def state_page(request, pk):
    period = round_or_404(request.user, pk)
    return screen(
        request,
        "desk/round_state.html",
        title=_("State of the round"),
        period=period,
        tables=state_of(period, timezone.localdate()),
    )


@require_safe
def state_workbook(request, pk):
    """It tells of drafts, and so the audit record tells of it."""
    period, today = round_or_404(request.user, pk), timezone.localdate()
    take_out(request, period, agency=None, kind="round_state")
    written = as_workbook(state_of(period, today))
    name = slugify(
        f"{_('State of the round')} {period.plan.code} {period.code} {today}"
    )
    return as_file(written, f"{name}.xlsx", WORKBOOK)


def as_workbook(tables: tuple[Table, ...]) -> bytes:
    """The tables as a workbook, each text escaped, that prints on legal paper."""
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    from strategic_areas.workbooks.writing import content_of, new_book

    book = new_book()
    sheet = book.active
    sheet.title = _("State of the round")
    for each in tables:
        sheet.append([escaping.for_workbook(heading) for heading, _w in each.columns])
        for row in each.rows:
            sheet.append([escaping.for_workbook(cell) for cell in row.cells])
        for place, (_heading, width) in enumerate(each.columns, 1):
            sheet.column_dimensions[get_column_letter(place)].width = width
    for line in sheet.iter_rows():
        for cell in line:
            cell.alignment = Alignment(vertical="top", wrap_text=True)
            if cell.value is not None:
                cell.data_type = "s"
    for cell in sheet[1]:
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor=HEADING)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = LEGAL_PAPER
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_setup.fitToHeight = 0
    sheet.oddFooter.center.text = "&P / &N"
    return content_of(book)
