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
    """A public page, and its change in words; "" if the words would say too much."""

    title: str
    address: str = ""
    change: str = ""


#: URL name → title; records come before lists.
PAGE_TITLES = {
    "plan": gettext_lazy("The plan %(code)s"),
    "commitment": gettext_lazy("Commitment %(code)s"),
    "indicator": gettext_lazy("Figure %(code)s"),
    "update": gettext_lazy("The report, at its permanent address"),
    "plans": gettext_lazy("The list of plans"),
    "areas": gettext_lazy("The list of areas"),
    "commitments": gettext_lazy("The list of commitments"),
    "indicators": gettext_lazy("The list of figures"),
    "updates": gettext_lazy("The list of reports"),
}
WORDS_OF_ROW_CHANGE = {
    "added": gettext_lazy("It is new there."),
    "gone": gettext_lazy("It goes from there."),
}


def page_changes_of_reports(readings) -> list[PublicPageChange]:
    """
    Return the pages that change once these reports are published together.

    Nothing is written to find out, so readers of this page lock nobody out.
    """
    found, told = [], []
    for plan in dict.fromkeys(each.after.commitment.plan for each in readings):
        own = [each for each in readings if each.after.commitment.plan == plan]
        plan_progress = load_plan_progress(plan, timezone.localdate())
        then = progress_after_publishing(
            plan_progress, [each.item.record for each in own]
        )
        found += row_differences(_progress_rows(plan_progress), _progress_rows(then))
        told += _agency_changes(then, {(x.after.agency, x.after.period) for x in own})
    found += [
        RowDifference("reports", "", None, report_row(each.after)) for each in readings
    ]
    return page_changes_of(found, told)


def _progress_rows(plan_progress):
    return {
        dataset: {
            of.code: {
                "plan": plan_progress.plan.code,
                "commitment": getattr(of, "commitment", of).code,
                "code": of.code,
                "percent": summary.percent,
                "quantity": None,  # no report changes what is planned
                **state_columns(summary),
            }
            for of, summary in found
        }
        for dataset, found in {
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
    every = (
        obligations_in(add_rounds(plan_progress, None, rounds), rounds)
        if rounds
        else {}
    )
    for (agency, period), asked in every.items():
        if asked and (agency, period) in sheets:
            yield PublicPageChange(
                str(agency),
                public_path("agency", plan_progress.plan.code, agency.slug),
                _("%(period)s: %(number)d of %(total)d published.")
                % {
                    "number": sum(each.is_published for each in asked),
                    "total": len(asked),
                    "period": choose_language(period.name_es, period.name_en),
                },
            )


def page_changes_of(
    changed: Iterable[RowDifference] | None, beside: Iterable[PublicPageChange] = ()
) -> list[PublicPageChange]:
    """Return each page with these differences once: records, ``beside``, then lists."""
    found, counted = defaultdict(list), set()
    for each in changed or ():
        for words in each.pages:
            found[words].append(each)
        told = {column[0] for column in each.columns} & {"state", "punctuality"}
        if each.dataset == "commitments" and told:
            counted.add(each.row["plan"])
    places = [
        *(_page_change(*each) for each in found.items() if not _is_list(each[0])),
        *beside,
        *(_page_change(*each) for each in found.items() if _is_list(each[0])),
    ]
    if (
        counted
        and getattr(choose_plan(timezone.localdate()).shown, "code", "") in counted
    ):
        told = _("How many commitments are in which state.")
        places.append(PublicPageChange(_("The first page"), public_path("home"), told))
    return places


def _is_list(words):
    return words[0] in LISTS.values()


def _page_change(words, rows):
    lines = [] if _is_list(words) else describe_differences(rows)
    told = [
        f"{each.label}: {each.before or '–'} → {each.after or '–'}" for each in lines
    ]
    told = told or [
        str(WORDS_OF_ROW_CHANGE[each.kind])
        for each in rows
        if each.kind in WORDS_OF_ROW_CHANGE
    ]
    return PublicPageChange(
        PAGE_TITLES[words[0]] % {"code": words[-1]},
        # A new page has no URL yet.
        public_path(*words)
        if _is_list(words) or any(row.before or "indicator" in row.row for row in rows)
        else "",
        "\n".join(dict.fromkeys(told)),
    )
