"""Which public pages a decision changes, and how."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from strategic_areas.desk.changes.protection import describe_differences
from strategic_areas.public_paths import public_path
from strategic_areas.queries.figures.phrases import choose_language
from strategic_areas.queries.plan.plan_progress import (
    add_rounds,
    load_plan_progress,
    progress_after_publishing,
)
from strategic_areas.queries.plan.plans import choose_plan
from strategic_areas.queries.public_rows import (
    LISTS,
    RowDifference,
    report_row,
    row_differences,
    state_columns,
)
from strategic_areas.queries.rounds import obligations_in


@dataclass(frozen=True)
class PublicPageChange:
    """A public page that changes, and how; "" if the screen shows it elsewhere."""

    title: str
    address: str = ""
    change: str = ""


#: URL name → title; records come before lists.
PAGE_TITLES = {
    "plan": gettext_lazy("The plan %(code)s"),
    "area": gettext_lazy("Area %(area)s"),
    "commitment": gettext_lazy("Commitment %(code)s"),
    "indicator": gettext_lazy("Figure %(code)s"),
    "update": gettext_lazy("The report, at its permanent address"),
    "plans": gettext_lazy("The list of plans"),
    "areas": gettext_lazy("The list of areas"),
    "commitments": gettext_lazy("The list of commitments"),
    "indicators": gettext_lazy("The list of figures"),
    "updates": gettext_lazy("The list of reports"),
}
#: Columns of a commitment that the home page counts.
COUNTED_COLUMNS = {"state", "punctuality"}
WORDS_OF_ROW_CHANGE = {
    "added": gettext_lazy("It is new there."),
    "gone": gettext_lazy("It goes from there."),
}


def page_changes_of_reports(comparisons) -> list[PublicPageChange]:
    """
    Return the pages that change once these reports are published together.

    Nothing is written or locked to compute them.
    """
    differences, agency_changes = [], []
    for plan in dict.fromkeys(each.after.commitment.plan for each in comparisons):
        own = [each for each in comparisons if each.after.commitment.plan == plan]
        before = load_plan_progress(plan, timezone.localdate())
        after = progress_after_publishing(before, [each.item.record for each in own])
        differences += row_differences(_progress_rows(before), _progress_rows(after))
        sheets = {(each.after.agency, each.after.period) for each in own}
        agency_changes += _agency_changes(after, sheets)
    differences += [
        RowDifference("reports", "", None, report_row(each.after))
        for each in comparisons
    ]
    return page_changes_of(differences, agency_changes)


def _progress_rows(plan_progress):
    return {
        dataset: {
            record.code: {
                "plan": plan_progress.plan.code,
                "commitment": getattr(record, "commitment", record).code,
                "code": record.code,
                "percent": summary.percent,
                "quantity": None,  # no report changes what is planned
                **state_columns(summary),
            }
            for record, summary in summaries
        }
        for dataset, summaries in {
            "commitments": [
                (row.commitment, row.summary) for row in plan_progress.rows
            ],
            "activities": [
                (row.activity, row.summary) for row in plan_progress.activities
            ],
        }.items()
    }


def _agency_changes(plan_progress, sheets):
    rounds = {period for _agency, period in sheets if not period.is_demonstration}
    if not rounds:
        return
    found = obligations_in(add_rounds(plan_progress, None, rounds), rounds)
    for (agency, period), obligations in found.items():
        if obligations and (agency, period) in sheets:
            yield PublicPageChange(
                str(agency),
                public_path("agency", plan_progress.plan.code, agency.slug),
                _("%(period)s: %(number)d of %(total)d published.")
                % {
                    "number": sum(each.is_published for each in obligations),
                    "total": len(obligations),
                    "period": choose_language(period.name_es, period.name_en),
                },
            )


def page_changes_of(
    differences: Iterable[RowDifference] | None,
    other_pages: Iterable[PublicPageChange] = (),
) -> list[PublicPageChange]:
    """Return the pages with these differences: records, ``other_pages``, then lists."""
    by_page, plans_with_new_states = defaultdict(list), set()
    for each in differences or ():
        for page in each.pages:
            by_page[page].append(each)
        changes_state = {column[0] for column in each.columns} & COUNTED_COLUMNS
        if each.dataset == "commitments" and changes_state:
            plans_with_new_states.add(each.row["plan"])
    changes = [
        *(_page_change(*each) for each in by_page.items() if not _is_list(each[0])),
        *other_pages,
        *(_page_change(*each) for each in by_page.items() if _is_list(each[0])),
    ]
    home_plan = plans_with_new_states and choose_plan(timezone.localdate()).home_plan
    if getattr(home_plan, "code", "") in plans_with_new_states:
        changes.append(
            PublicPageChange(
                _("The home page"),
                public_path("home"),
                _("How many commitments are in which state."),
            )
        )
    return changes


def _is_list(page):
    return page[0] in LISTS.values()


def _page_change(page, rows):
    """``page`` is a URL name and its arguments, as for ``public_path``."""
    compared = [] if _is_list(page) else describe_differences(rows)
    lines = [
        f"{each.label}: {each.before or '–'} → {each.after or '–'}" for each in compared
    ]
    lines = lines or [
        str(WORDS_OF_ROW_CHANGE[each.kind])
        for each in rows
        if each.kind in WORDS_OF_ROW_CHANGE
    ]
    return PublicPageChange(
        PAGE_TITLES[page[0]] % {"code": page[-1], "area": rows[0].row.get("code")},
        # A new record has no page yet; a new value is shown on its indicator's page.
        public_path(*page)
        if _is_list(page) or any(row.before or "indicator" in row.row for row in rows)
        else "",
        "\n".join(dict.fromkeys(lines)),
    )
