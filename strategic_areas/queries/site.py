"""The whole site: arguments of its pages' URLs, feeds and dates."""

from datetime import date, datetime
from itertools import pairwise
from operator import itemgetter

from django.db.models import F, Max, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.text import slugify

from strategic_areas.datasets import DATASETS
from strategic_areas.models import (
    PUBLIC_STATUSES,
    Activity,
    Commitment,
    CommitmentUpdate,
    FrameworkTarget,
    Indicator,
    Participation,
    Plan,
    Provenance,
    ReportingPeriod,
    RevisionStatus,
    StrategicArea,
)
from strategic_areas.progress import DUE_DATE_PROVENANCES
from strategic_areas.queries.pages import editions
from strategic_areas.queries.plan import plans
from strategic_areas.queries.updates import public_updates
from strategic_areas.queries.updates.public_updates import PublishedUpdate

#: The last publications about a commitment: a report and a declaration.
LAST_PUBLISHED = {
    "last_report": Max(
        "activities__updates__published_at",
        filter=Q(activities__updates__status__in=PUBLIC_STATUSES),
    ),
    "last_declaration": Subquery(
        CommitmentUpdate.objects.filter(
            commitment=OuterRef("pk"), status__in=PUBLIC_STATUSES
        )
        .order_by("-published_at")
        .values("published_at")[:1]
    ),
}
#: Updates in a feed.
FEED_LENGTH = 50


#: Spanish and English URL arguments, and the last publication on the page, if known.
PageArguments = tuple[tuple, tuple, datetime | None]


def arguments_of_public_pages() -> dict[str, list[PageArguments]]:
    """
    URL arguments of public pages, by URL name; eleven queries.

    ``of_plan`` holds pages that take only a plan, "" those without arguments. Empty
    pages are left out, and those of agencies that do not take part in the plan.
    """
    plans_with_commitments = list(plans.public_plans().filter(has_commitments=True))
    rows = Commitment.objects.public().not_superseded()
    rows = rows.filter(plan__in=plans_with_commitments).select_related("plan")
    commitments = list(rows.annotate(**LAST_PUBLISHED))
    found = {"": [((), (), None)]}
    found["plan"] = _same((plan.code,) for plan in Plan.objects.public())
    for name, has_page in (
        ("of_plan", lambda plan: True),
        ("amendments", lambda plan: plan.has_changes),
        ("later_activities", lambda plan: plan.has_later),
        ("recommendations", lambda plan: plan.has_recommendations),
    ):
        found[name] = [
            (
                (plan.code,),
                (plan.code,),
                _last(row for row in commitments if row.plan_id == plan.pk),
            )
            for plan in filter(has_page, plans_with_commitments)
        ]
    recommendations = list(
        FrameworkTarget.objects.recommendations()
        .order_by("sort_code")
        .values_list("body", "addressed__slug")
    )
    for name, slugs in (
        ("recommendations_of", [slugify(body) for body, _agency in recommendations]),
        ("recommendations_to", [agency for _body, agency in recommendations if agency]),
    ):
        slugs = dict.fromkeys(slugs)
        found[name] = _same(
            (plan.code, slug) for plan in plans_with_commitments for slug in slugs
        )
    found["area"] = [
        ((code, spanish), (code, english or spanish), None)
        for code, spanish, english in StrategicArea.objects.filter(
            plan__in=plans_with_commitments
        ).values_list("plan__code", "slug_es", "slug_en")
    ]
    found["commitment"] = [
        (key, key, _last([row]))
        for row in commitments
        for key in [(row.plan.code, row.code)]
    ]
    themes = plans.themes_by_plan()
    found["theme"] = _same(
        (plan.code, theme)
        for plan in plans_with_commitments
        for theme in themes.get(plan.pk, ())
    )
    found["agency"] = _same(
        Participation.objects.filter(plan__in=plans_with_commitments).values_list(
            "plan__code", "agency__slug"
        )
    )
    found["dataset"] = _same(
        (plan.code, name) for plan in plans_with_commitments for name in DATASETS
    )
    found["indicator"] = _same(
        Indicator.objects.filter(introduced_by__in=Plan.objects.public())
        .order_by("sort_code")
        .values_list("code")
    )
    found["update"] = [
        *_revisions(public_updates.public_reports()),
        *_revisions(public_updates.public_declarations()),
    ]
    return found | _editions(plans_with_commitments)


def _editions(plans_with_commitments):
    by_plan = editions.editions_by_plan(plans_with_commitments)
    return {
        "edition": [
            (key, key, each.made_at)
            for plan, of_plan in by_plan.items()
            for each in of_plan
            for key in [(plan, each.number)]
        ],
        "edition_by_date": _same((plan,) for plan in by_plan),
        "difference": _same(
            (plan, later.number, earlier.number)
            for plan, of_plan in by_plan.items()
            for later, earlier in pairwise(of_plan)
        ),
        "difference_today": _same(
            [(plan, of_plan[0].number) for plan, of_plan in by_plan.items()]
        ),
    }


def _revisions(rows):
    rows = (
        rows.filter(status=RevisionStatus.PUBLISHED).select_related(None).order_by("pk")
    )
    keys = rows.values_list("plan__code", "public_id", "published_at")
    return [
        ((plan, public_id), (plan, public_id), published_at)
        for plan, public_id, published_at in keys
    ]


def _last(commitments):
    moments = [
        moment
        for row in commitments
        for moment in (row.last_report, row.last_declaration)
        if moment
    ]
    return max(moments, default=None)


def _same(arguments):
    return [(each, each, None) for each in arguments]


def feed_updates(
    plan: Plan, *, area=None, agency=None, commitment=None
) -> list[tuple[PublishedUpdate, datetime, datetime]]:
    """
    The newest updates of a plan or of one record, with publication and last change.

    Only the newest revision of each; no demonstrations.
    """
    reports = _newest(public_updates.public_reports(), plan)
    declarations = _newest(public_updates.public_declarations(), plan)
    if area:
        reports = reports.filter(activity__commitment__programme__area=area)
        declarations = declarations.filter(commitment__programme__area=area)
    if agency:
        reports = reports.filter(agency=agency)
        declarations = declarations.filter(agency=agency)
    if commitment:
        reports = reports.filter(activity__commitment=commitment)
        declarations = declarations.filter(commitment=commitment)
    rows = [*reports[:FEED_LENGTH], *declarations[:FEED_LENGTH]]
    found = [
        (entry, row.published_at, _changed_at(row))
        for entry, row in zip(
            public_updates.build_published_updates(rows), rows, strict=True
        )
    ]
    found.sort(key=itemgetter(2), reverse=True)
    return found[:FEED_LENGTH]


def _newest(rows, plan):
    rows = (
        rows.filter(plan=plan, period__is_demonstration=False)
        .exclude(status=RevisionStatus.REPLACED)
        .exclude(provenance=Provenance.DEMONSTRATION)
    )
    moment = Coalesce(F("purged_at"), F("withdrawn_at"), F("published_at"))
    return rows.order_by(moment.desc(), "-pk")


def _changed_at(row):
    return max(filter(None, (row.purged_at, row.withdrawn_at, row.published_at)))


_HAS_DUE_DATE = {
    "due_on__isnull": False,
    "due_provenance__in": sorted(DUE_DATE_PROVENANCES),
}


def due_days(plan: Plan, agency=None) -> list[tuple[date, str, object]]:
    """
    The stated due dates of a plan, or of one agency in it, in order; three queries.

    Dates set to the plan's end for lack of another are left out; the end is listed
    once.
    """
    commitments = Commitment.objects.not_superseded().filter(plan=plan)
    activities = Activity.objects.public().not_superseded().filter(plan=plan)
    if agency:
        commitments = commitments.filter(lead=agency)
        activities = activities.filter(agency=agency)
    rounds = ReportingPeriod.objects.counted_rounds().filter(plan=plan)
    found = [
        (row.due_on, "commitment", row)
        for row in commitments.filter(**_HAS_DUE_DATE).select_related("plan", "lead")
    ]
    found += [
        (row.due_on, "activity", row)
        for row in activities.filter(**_HAS_DUE_DATE).select_related(
            "commitment__plan", "agency"
        )
    ]
    found += [(row.due_on, "round", row) for row in rounds]
    found.append((plan.ends_on, "plan", plan))
    return sorted(found, key=lambda each: (*each[:2], each[2].pk))
