"""The list of a plan's public updates, and the page of one."""

from itertools import groupby
from operator import attrgetter

from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from strategic_areas.models import Plan
from strategic_areas.queries.pages import commitments
from strategic_areas.queries.plan.plan_progress import load_plan_progress
from strategic_areas.queries.plan.plans import opened_rounds
from strategic_areas.queries.rounds import agency_answers
from strategic_areas.queries.updates import filtered_updates
from strategic_areas.queries.updates.revision_page import load_revision_page
from strategic_areas.sentences import CHANGES
from strategic_areas.views import datasets
from strategic_areas.views.parameters import (
    build_query,
    day_field,
    filter_field,
    filter_links,
    found_or_404,
    mark_uncacheable,
    public_plan_or_404,
    query_values,
    reads_parameters,
    redirect_to_list,
    sort_by_label,
)

#: Longer pages are unreadable on a phone.
PER_PAGE = 20
#: Each holds an update's id: the page begins after that update, or ends before it.
START_PARAMETERS = ("after", "before")
FILTER_PARAMETERS = ("q", *filtered_updates.FILTERS, *filtered_updates.DAY_FILTERS)
LIST_PARAMETERS = (*FILTER_PARAMETERS, *START_PARAMETERS)
#: SHOWN are fields of the filter form; KEPT are filters that only links set.
SHOWN, KEPT = ("agency", "area"), ("period", "change")


@reads_parameters(*LIST_PARAMETERS)
def update_list(request, plan):
    plan, wanted = public_plan_or_404(plan), query_values(request, *LIST_PARAMETERS)
    counts = filtered_updates.count_by_filters(plan, wanted)
    start = _start(plan, wanted)
    agencies = counts.agencies.values()
    page = filtered_updates.load_update_page(plan, wanted, PER_PAGE, start, agencies)
    context = {
        "plan": plan,
        "update_page": page,
        "counts": counts,
        "list_name": _list_name(plan),
        "record_until": _sources_covered_until(page.updates),
        "sections": update_sections(plan, page, counts),
        **_filters(plan, counts, wanted),
    }
    return mark_uncacheable(
        render(request, "updates.html", context), when=counts.has_unknown_filter
    )


@reads_parameters(*FILTER_PARAMETERS)
def update_file(request, plan, file_format):
    plan, wanted = public_plan_or_404(plan), query_values(request, *FILTER_PARAMETERS)
    if filtered_updates.count_by_filters(plan, wanted).has_unknown_filter:
        return redirect_to_list(wanted, "updates", plan.code)
    return _file(file_format, plan, filtered_updates.matching_public_ids(plan, wanted))


def commitment_file(request, plan, code, file_format):
    commitment = found_or_404(commitments.commitment_by_code(plan, code))
    return _file(
        file_format, commitment.plan, filtered_updates.public_ids_of(commitment)
    )


def _file(file_format, plan, public_ids):
    plan_progress = load_plan_progress(plan, timezone.localdate())
    return datasets.list_file_response(
        file_format,
        f"{plan.code} {_('updates')}",
        # Key of a row → its position; if all are equal, the dataset's order stays.
        {"reports": ("public_id", dict.fromkeys(public_ids, 0))},
        plan,
        day_in_name=plan_progress.latest_report_day
        if plan_progress.is_reconstructed
        else None,
    )


def _start(plan, wanted):
    """The update to continue from and whether to go back; Http404 if unknown."""
    names = [name for name in START_PARAMETERS if name in wanted]
    if not names:
        return None
    if len(names) > 1:
        raise Http404
    update = filtered_updates.update_with_id(plan, wanted[names[0]])
    return found_or_404(update), names == ["before"]


def update_detail(request, plan, public_id):
    plan = public_plan_or_404(plan)
    page = found_or_404(load_revision_page(plan, public_id))
    context = {
        "plan": plan,
        "page": page,
        "entry": page.update,
        "list_name": _list_name(plan),
        # The page states no day of an undated source; ``covered_until`` would give one.
        "record_until": page.update.dated_on and _sources_covered_until([page.update]),
    }
    return render(request, "update.html", context)


def _sources_covered_until(updates):
    """The last day that public sources of these updates cover, or None."""
    return max(
        (each.covered_until for each in updates if each.is_from_sources), default=None
    )


def _list_name(plan):
    return _("Records") if plan.is_reconstructed else _("Updates")


def _filters(plan: Plan, counts: filtered_updates.FilterCounts, wanted: dict) -> dict:
    # Each name has its place, so that links have the canonical order.
    all_filters = {name: wanted.get(name, "") for name in FILTER_PARAMETERS}
    fields = {
        name: filter_field(
            name, counts.facets[name], words, labels, all_filters, uncounted
        )
        for name, words, labels, uncounted in _fields(counts)
    }
    labels = {"since": _("Published from"), "until": _("Published until")}
    if plan.is_reconstructed:
        labels = {"since": _("From"), "until": _("Until")}
    days = [
        day_field(name, label, all_filters, _day(all_filters, name))
        for name, label in labels.items()
    ]
    words = filter_field("q", counts.facets["q"], (_("Words"), ""), (), all_filters)
    chosen = [each for each in [words, *fields.values(), *days] if each.requested]
    every = _("All years") if plan.is_reconstructed else _("All rounds")
    return {
        "wanted": wanted,
        "days": days,
        "chips": filter_links(fields["period"], all_filters, every),
        "filters": list(fields.values()),
        "fields": [fields[name] for name in SHOWN if fields[name].is_useful],
        "kept": [fields[name] for name in KEPT if fields[name].requested],
        "chosen": chosen,
        "drop_all_url": "?",
        "filter_query": build_query(all_filters),
        "page_query": build_query(wanted),
        "is_filtered_or_sorted": any(all_filters.values()),
        "files": datasets.links_to_list_files(
            "plan_updates", plan.code, query=build_query(all_filters)
        ),
    }


def _day(wanted, name):
    day = filtered_updates.parse_day(wanted, name)
    if day or not wanted.get(name):
        return date_format(day, "SHORT_DATE_FORMAT") if day else ""
    return _("“%(words)s” is no day") % {"words": wanted[name]}


def _fields(counts):
    periods = sorted(
        counts.periods.values(),
        key=lambda each: (each.ends_on, each.code),
        reverse=True,
    )
    demonstrations = frozenset(each.code for each in periods if each.is_demonstration)
    agencies = sort_by_label(
        (each.slug, each.name) for each in counts.agencies.values()
    )
    areas = sorted(counts.areas.values(), key=lambda each: each.sort_code)
    return (
        (
            "period",
            (_("Period"), _("Any period")),
            [("", each.code, each.name) for each in periods],
            demonstrations,
        ),
        (
            "agency",
            (_("Agency"), _("Any agency")),
            [("", slug, name) for slug, name in agencies],
            (),
        ),
        (
            "area",
            (_("Area"), _("Any area")),
            [("", each.code, each.label) for each in areas],
            (),
        ),
        (
            "change",
            (_("What changed"), _("Anything")),
            [("", name, str(label)) for name, label in CHANGES.items()],
            (),
        ),
    )


def update_sections(
    plan: Plan,
    page: filtered_updates.UpdateListPage,
    counts: filtered_updates.FilterCounts,
) -> list[dict]:
    """
    The updates of each period by agency; those from sources by whether they have a day.

    Only the first page shows how agencies answered the rounds.
    """
    periods = {each.pk: each for each in counts.periods.values()}
    today, answers, sections = timezone.localdate(), {}, []
    if not page.newer and (rounds := opened_rounds(periods.values(), today)):
        plan_progress = load_plan_progress(plan, today, rounds=rounds)
        shown = {line.update.period for line in page.lines}
        answers = {
            each: agency_answers(plan_progress, each)
            for each in rounds
            if each in shown
        }
    for (period, is_from_sources), lines in groupby(page.lines, attrgetter("section")):
        agency_rows = [] if is_from_sources else answers.get(period, [])
        by_agency = {each.agency.pk: each for each in agency_rows}
        silent_agencies = [
            each.agency for each in agency_rows if not each.submitted_count
        ]
        sections.append(
            {
                "period": periods[period.pk],
                "is_from_sources": is_from_sources,
                "answers": agency_rows,
                "reported_count": len(agency_rows) - len(silent_agencies),
                "silent_agencies": silent_agencies,
                "is_past_due": bool(agency_rows) and today > periods[period.pk].due_on,
                "groups": [
                    (
                        list(group),
                        counts.source_counts[period.pk, key] if is_from_sources else 0,
                        by_agency.get(key),
                    )
                    for key, group in groupby(lines, attrgetter("group"))
                ],
            }
        )
    return sections
