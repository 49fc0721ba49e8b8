"""The list of a plan's commitments, and the page of one."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _, gettext_lazy, pgettext, pgettext_lazy

from strategic_areas import charts
from strategic_areas.count_sentences import (
    family_counts_text,
    late_commitments_text,
    parts_on_record,
)
from strategic_areas.models import Programme, StrategicArea
from strategic_areas.progress import Punctuality
from strategic_areas.public_paths import public_path
from strategic_areas.queries.figures import indicators
from strategic_areas.queries.pages import areas, commitments, filtered_commitments
from strategic_areas.queries.pages.filtered_commitments import CommitmentList
from strategic_areas.queries.plan import plans
from strategic_areas.queries.plan.plan_progress import (
    PlanProgress,
    load_plan_progress,
)
from strategic_areas.queries.plan.progress_rows import (
    CommitmentProgress,
    latest_report_day,
)
from strategic_areas.queries.updates import work_done
from strategic_areas.queries.updates.work_done import WorkDone
from strategic_areas.sentences import (
    COMMITMENT_PUNCTUALITY as PUNCTUALITY,
    COMMITMENT_STATES,
    FAMILY_WORDS,
    on_record,
    target_code,
)
from strategic_areas.themes import Theme
from strategic_areas.views import datasets
from strategic_areas.views.cards import allow_embedding, with_headers
from strategic_areas.views.drawings import drawing_response
from strategic_areas.views.parameters import (
    build_query,
    filter_field,
    filter_links,
    found_or_404,
    mark_uncacheable,
    page_or_404,
    public_plan_or_404,
    query_values,
    reads_parameters,
    redirect_to_list,
    sort_by_label,
)

PER_PAGE = 50
#: Long lists have larger filters, so a page shows fewer rows.
MANY, PER_PAGE_OF_MANY = 200, 25
ITEMS_PER_PAGE = 20
#: The list's query parameters in canonical order.
LIST_PARAMETERS = (*filtered_commitments.FILTERS, "sort")
#: Filters in the form. Family and delay are links above it; the others come from links
#: elsewhere and are kept.
FORM_FILTERS = ("area", "agency", "theme")
#: Orders in the form; URLs may hold others.
ORDERS = {
    "": gettext_lazy("As the plan has it"),
    "title": pgettext_lazy("order of a list", "By title"),
    "state": pgettext_lazy("order of a list", "By state"),
    "agency": pgettext_lazy("order of a list", "By agency"),
    "due": gettext_lazy("By due date"),
    "-due": gettext_lazy("By due date, the last first"),
}


@reads_parameters(*LIST_PARAMETERS, "page", sort="code")
def commitment_list(request, plan):
    plan, wanted = (
        public_plan_or_404(plan),
        query_values(request, *LIST_PARAMETERS, "page"),
    )
    unknown_order = _unknown_order(wanted)
    found = _load_list(plan, wanted)
    is_long = len(found.plan_progress.rows) > MANY
    page = page_or_404(found.rows, wanted, PER_PAGE_OF_MANY if is_long else PER_PAGE)
    is_by_area = (
        wanted.get("sort", "code").removeprefix("-") in filtered_commitments.BY_AREA
    )
    groups = _by_area(found, page.object_list) if is_by_area else [(None, page)]
    context = {
        "plan": plan,
        "plan_progress": found.plan_progress,
        "catalogue": found,
        "page": page,
        "table": commitment_table(found.plan_progress, groups),
        "no_order": unknown_order,
        **_filters(found, wanted, is_filtered_or_sorted=bool(unknown_order)),
    }
    answer = render(request, "commitments.html", context)
    return mark_uncacheable(
        answer, when=found.has_unknown_filter or bool(unknown_order)
    )


def _by_area(found, rows):
    """Areas with their rows on this page; ``number`` counts those on all pages."""
    numbers = Counter(row.commitment.programme.area_id for row in found.rows)
    known = {each.pk: each for each in areas.areas_of_plan(found.plan_progress.plan)}
    for pk, group in groupby(rows, lambda row: row.commitment.programme.area_id):
        known[pk].number = numbers[pk]
        yield known[pk], group


@reads_parameters("page")
def theme_list(request, plan, theme):
    plan, wanted = public_plan_or_404(plan), query_values(request, "page")
    found = _load_list(plan, {"theme": theme})
    if not found.rows:
        raise Http404
    work = [each for row in found.rows for each in row.activities if each.is_counted]
    page = page_or_404(found.rows, wanted, PER_PAGE)
    context = {
        "plan": plan,
        "plan_progress": found.plan_progress,
        "catalogue": found,
        "page": page,
        "theme": theme,
        "themes": plans.themes_by_plan(plan=plan)[plan.pk],
        "table": commitment_table(
            found.plan_progress, _by_area(found, page.object_list)
        ),
        "filtered": public_path("commitments", plan.code)
        + build_query({"theme": theme}),
        "number": sum(theme in each.activity.themes for each in work),
        "page_query": build_query(wanted),
        **list_downloads(plan, theme=theme),
    }
    return render(request, "theme.html", context)


@reads_parameters(*LIST_PARAMETERS, sort="code")
def commitment_file(request, plan, file_format):
    """The whole list as a file, with the same filters and order."""
    plan, wanted = public_plan_or_404(plan), query_values(request, *LIST_PARAMETERS)
    requested = dict(wanted)
    unknown_order, found = _unknown_order(wanted), _load_list(plan, wanted)
    if found.has_unknown_filter or unknown_order:
        return redirect_to_list(requested, "commitments", plan.code)
    is_reconstructed = found.plan_progress.is_reconstructed
    name = _("documented actions") if is_reconstructed else _("commitments")
    positions = {row.commitment.code: index for index, row in enumerate(found.rows)}
    return datasets.list_file_response(
        file_format,
        f"{plan.code} {name}",
        {"commitments": ("code", positions)},
        plan,
        day_in_name=found.plan_progress.latest_report_day if is_reconstructed else None,
    )


@reads_parameters(*filtered_commitments.FILTERS)
@with_headers(allow_embedding)
def commitment_drawing(request, plan):
    """A chart of the listed commitments by family, or of recorded work."""
    plan, wanted = (
        public_plan_or_404(plan),
        query_values(request, *filtered_commitments.FILTERS),
    )
    found = _load_list(plan, wanted)
    counts, work, day = (
        found.counts,
        found.reconstructed_work,
        found.plan_progress.latest_report_day,
    )
    if found.has_unknown_filter or not found.rows:
        raise Http404
    parts = [(str(FAMILY_WORDS[family]), n) for family, n in counts.by_family if n]
    codes = [row.commitment.code for row in found.rows if row.commitment.is_disputed]
    disputed = _("The agency does not acknowledge this attribution")
    until = _("Record until %(day)s.") if work else _("Reported until %(day)s.")
    notes = [
        late_commitments_text(found.late),
        on_record(work) if work and parts else "",
        _("No news does not say that nothing was done.")
        if parts
        else _("Reconstructed from public sources; it does not measure fulfilment."),
        f"{disputed}: {', '.join(codes)}." if codes else "",
        day and until % {"day": date_format(day, "SHORT_DATE_FORMAT")},
    ]
    chosen = [each.chosen for each in _filters(found, wanted)["chosen"]]
    shown = [_("Plan %(code)s") % {"code": plan.code}, *chosen]
    title = f"{' · '.join(shown)}. {family_counts_text(counts) or on_record(work)}"
    counted = parts or parts_on_record(work)
    bars = charts.draw_bars(charts.BarValue(word, n, str(n)) for word, n in counted)
    page = public_path("commitments", plan.code) + build_query(wanted)
    return drawing_response(bars, title, notes, page)


def list_downloads(plan, **wanted):
    of_picture = {name: value for name, value in wanted.items() if name != "sort"}
    return {
        "files": datasets.links_to_list_files(
            "plan_commitments", plan.code, query=build_query(wanted)
        ),
        "drawing": public_path("plan_drawing", plan.code) + build_query(of_picture),
    }


def _load_list(plan, wanted):
    sort = wanted.get("sort", "code")
    return filtered_commitments.load_commitment_list(
        load_plan_progress(plan, timezone.localdate()), wanted, sort
    )


def _unknown_order(wanted):
    """Remove an unknown order from the request, and return it."""
    if wanted.get("sort", "code").removeprefix("-") in filtered_commitments.SORTS:
        return ""
    return wanted.pop("sort")


@reads_parameters("page")
def commitment_detail(request, plan, code):
    """One commitment; a superseded one redirects to its successor."""
    commitment = found_or_404(commitments.commitment_by_code(plan, code))
    supersessions = commitments.Supersessions(commitment.plan)
    if successor := commitments.successor_of(commitment, supersessions):
        return redirect(successor, permanent=True)
    activities = activities_context(
        commitment, supersessions, query_values(request, "page")
    )
    arguments = commitment.plan.code, commitment.code
    context = {
        "plan": commitment.plan,
        "commitment": commitment,
        "record_until": latest_report_day([activities["page"].row]),
        "files": datasets.links_to_list_files("commitment_updates", *arguments),
        **activities,
        **figures_of(commitment),
    }
    return render(request, "commitment.html", context)


def figures_of(commitment):
    own, of_programme = indicators.series_of_commitment(commitment)
    return {
        "figures": indicators.first_series(own),
        "programme_figures": indicators.first_series(of_programme),
    }


def activities_context(commitment, supersessions, wanted):
    """The requested page of activities and events, and links to the other pages."""
    number = wanted.get("page", "1")
    first = ITEMS_PER_PAGE * (int(number) - 1) if number.isdecimal() else 0
    page = commitments.load_commitment_page(
        commitment, supersessions, timezone.localdate(), first, ITEMS_PER_PAGE
    )
    return {
        "page": page,
        "shown": page_or_404(range(page.length), wanted, ITEMS_PER_PAGE),
        "elsewhere": [
            (
                code,
                build_query(
                    {
                        "page": str(position // ITEMS_PER_PAGE + 1)
                        if position >= ITEMS_PER_PAGE
                        else ""
                    }
                ),
            )
            for position, code in enumerate(page.codes)
            if not first <= position < first + ITEMS_PER_PAGE
        ],
        "page_query": build_query(wanted),
    }


def _filters(
    found: CommitmentList, wanted: dict, *, is_filtered_or_sorted: bool = False
) -> dict:
    # Each name has its place, so that links have the canonical order.
    all_filters = {name: wanted.get(name, "") for name in LIST_PARAMETERS}
    plan = found.plan_progress.plan
    fields = {
        name: filter_field(name, found.facets[name], words, labels, all_filters)
        for name, words, labels in _fields(found)
    }
    words = filter_field("q", found.facets["q"], (_("Words"), ""), (), all_filters)
    chosen = [each for each in [words, *fields.values()] if each.requested]
    late_links = filter_links(fields["punctuality"], all_filters, "")
    return {
        "wanted": wanted,
        "filters": list(fields.values()),
        "fields": [fields[name] for name in FORM_FILTERS if fields[name].is_useful],
        "kept": [each for each in chosen if each.name not in {"q", *FORM_FILTERS}],
        "chips": filter_links(
            fields["family"], all_filters, pgettext("commitments", "All")
        ),
        "late": [each for each in late_links if each[0] == Punctuality.LATE],
        "chosen": chosen,
        "total": len(found.plan_progress.rows),
        "drop_all_url": build_query(all_filters, **{each.name: "" for each in chosen})
        or "?",
        "orders": list(ORDERS.items()),
        "page_query": build_query(wanted),
        "is_filtered_or_sorted": is_filtered_or_sorted or any(all_filters.values()),
        "filter_query": build_query(all_filters),
        **list_downloads(plan, **all_filters),
    }


def _fields(found):
    commitments = [row.commitment for row in found.plan_progress.rows]
    programmes = {each.programme.code: each.programme for each in commitments}
    ordered = sorted(
        programmes.values(), key=lambda each: (each.area.sort_code, each.sort_code)
    )
    areas = {each.area.code: each.area.label for each in ordered}
    agencies_by_slug = {
        each.slug: each for group in found.agencies_of.values() for each in group
    }
    agencies = sort_by_label(
        (slug, each.name) for slug, each in agencies_by_slug.items()
    )
    return (
        (
            "area",
            (_("Area"), _("Any area")),
            [("", code, label) for code, label in areas.items()],
        ),
        (
            "programme",
            (_("Programme"), _("Any programme")),
            [(each.area.label, each.code, each.name) for each in ordered],
        ),
        (
            "agency",
            (_("Agency"), _("Any agency")),
            [("", slug, name) for slug, name in agencies],
        ),
        (
            "family",
            (_("State"), _("Any state")),
            [("", str(family), str(label)) for family, label in FAMILY_WORDS.items()],
        ),
        (
            "state",
            (_("State"), _("Any state")),
            [
                ("", str(state), str(label))
                for state, label in COMMITMENT_STATES.items()
            ],
        ),
        (
            "punctuality",
            (_("Punctuality"), _("Any")),
            [("", str(kept), str(label)) for kept, label in PUNCTUALITY.items()],
        ),
        (
            "framework",
            (_("International target"), _("Any target")),
            [
                (each.family, code, _target(each))
                for code, each in found.targets.items()
            ],
        ),
        (
            "changed",
            (_("Changed since"), _("Any round")),
            [("", each.code, each.name) for each in found.plan_progress.periods],
        ),
        (
            "theme",
            (_("Theme"), _("Any theme")),
            [("", str(theme), str(theme.label)) for theme in Theme],
        ),
    )


def _target(target):
    name = target.name if len(target.name) <= 70 else f"{target.name[:68].rstrip()}…"
    return f"{target_code(target)} · {name}"


@dataclass(frozen=True)
class CommitmentTableRow:
    """A commitment in a table, what was done on it, and its days of delay."""

    row: CommitmentProgress
    done: WorkDone
    days: int

    @property
    def commitment(self):
        return self.row.commitment


def commitment_table(
    plan_progress: PlanProgress,
    groups: Iterable[
        tuple[StrategicArea | Programme | None, Iterable[CommitmentProgress]]
    ],
    *,
    has_leads: bool = True,
) -> dict:
    """
    Context of a table of commitments in groups, with what was done on each; two
    queries.
    """
    groups = [(heading, list(rows)) for heading, rows in groups]
    rows = [row for _heading, group in groups for row in group]
    done_on = work_done.work_done_on_commitments(plan_progress, rows)
    lines = {
        row.commitment.pk: CommitmentTableRow(
            row, done_on[row.commitment.pk], row.days_late(plan_progress.day)
        )
        for row in rows
    }
    has_dates = any(row.deadline.is_stated for row in rows)
    return {
        "groups": [
            (heading, [lines[row.commitment.pk] for row in group])
            for heading, group in groups
        ],
        "lines": list(lines.values()),
        "has_states": any(row.summary.state for row in rows),
        "has_leads": has_leads,
        "has_dates": has_dates,
        "width": 4 + has_leads + has_dates,
    }
