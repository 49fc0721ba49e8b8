"""What the search may find of the plans' structure and of what stands beside it."""

from django.utils.translation import gettext_noop

from strategic_areas.models.corrections import mark_of
from strategic_areas.queries import corrections
from strategic_areas.queries.findable.texts import in_both, said, sign, text, title
from strategic_areas.search.documents import Document, Place

#: An amendment of these brought the record itself; its page prints no values then.
BROUGHT = {"activity", "commitment"}
DISPUTED = gettext_noop("Attribution that the institution does not acknowledge")


def plan_document(plan, rank):
    return Document(
        kind="plan",
        pk=plan.code,
        title=title(plan),
        place=Place("plan", (plan.code,)),
        texts=said(text(plan, "summary"), text(plan, "note")),
        beside=(sign(plan.code),),
        names=(plan.code,),
        order=(rank,),
    )


def _commitment(row, rank):
    return Document(
        kind="commitment",
        pk=str(row.pk),
        title=title(row),
        code=row.code,
        place=Place("commitment", (row.plan, row.code)),
        texts=said(
            text(row, "a", "expected_result"),
            text(row, "b", "baseline"),
            text(row, "c", "means_of_verification"),
            text(row, "d"),
        ),
        beside=(sign(row.acronym), sign(row.plan)),
        also=(text(row, "who"),),
        names=(row.code,),
        order=(rank, row.sort),
    )


def _activity(row, rank):
    return Document(
        kind="activity",
        pk=str(row.pk),
        title=title(row),
        code=row.code,
        place=Place("commitment", (row.plan, row.place), fragment=row.code),
        texts=said(
            text(row, "a", "expected_product"),
            text(row, "b", "means_of_verification"),
            text(row, "c"),
        ),
        beside=(sign(row.acronym), sign(row.plan)),
        also=(text(row, "who"),),
        names=(row.code,),
        order=(rank, row.sort),
    )


def _area(row, rank):
    return Document(
        kind="area",
        pk=f"area-{row.pk}",
        title=title(row),
        place=_area_page(row),
        texts=said(text(row, "a", "outcome"), text(row, "b")),
        beside=(sign(row.plan),),
        order=(rank, row.sort),
    )


def _programme(row, rank):
    """It stands on the page of its area."""
    return Document(
        kind="area",
        pk=f"programme-{row.pk}",
        title=title(row),
        place=_area_page(row),
        beside=(text(row, "who"), sign(row.plan)),
        order=(rank, row.sort),
    )


def _area_page(row):
    return Place("area", (row.plan, row.place), (row.plan, row.mark or row.place))


def _law(row, rank):
    return Document(
        kind="law",
        pk=str(row.pk),
        title=title(row),
        place=Place("legal_base", fragment=row.code),
        texts=said(text(row, "a"), text(row, "b")),
        beside=said(sign(row.sort)),
        names=(row.code,),
        order=(row.sort or "", row.code),
    )


def _discrepancy(row, rank):
    return Document(
        kind="discrepancy",
        pk=str(row.pk),
        title=title(row),
        code=row.code,
        place=Place("discrepancies", fragment=f"{row.plan}-{row.code}"),
        texts=said(text(row, "a")),
        beside=(sign(row.plan),),
        names=(row.code,),
        order=(rank, row.sort),
    )


def _later(row, rank):
    return Document(
        kind="later",
        pk=str(row.pk),
        title=title(row),
        place=Place("later_activities", (row.plan,), fragment=row.code),
        texts=said(text(row, "a")),
        beside=said(sign(row.acronym), sign(row.plan)),
        also=said(text(row, "who")),
        names=(row.code,),
        order=(rank, row.sort),
    )


def _amendment(row, rank):
    """It stands beside what it changes, or with all others where that is the plan."""
    page = Place("amendments", (row.plan,))
    if row.place:
        page = Place("commitment", (row.plan, row.place), fragment=row.mark or "")
    values = () if row.slug in BROUGHT else (text(row, "b"), text(row, "c"))
    return Document(
        kind="amendment",
        pk=str(row.pk),
        title=title(row),
        place=page,
        texts=said(text(row, "a"), *values),
        beside=said(text(row, "d"), sign(row.plan)),
        order=(rank, -row.pk),
    )


def _tier(row, rank):
    return Document(
        kind="framework",
        pk=f"tier-{row.pk}",
        title=title(row),
        place=Place("frameworks", (row.plan,)),
        texts=said(text(row, "a")),
        beside=(
            in_both("Ratings of the Trafficking in Persons report"),
            sign(row.sort),
        ),
        order=(1, rank, row.sort),
    )


def _help_line(row, rank):
    return Document(
        kind="help",
        pk=str(row.pk),
        title=title(row),
        place=Place("help"),
        texts=said(text(row, "a"), text(row, "b"), text(row, "c")),
        beside=said(sign(row.code.strip("[]").replace('"', ""))),
        order=(row.pk,),
    )


def _evidence(row, rank):
    """On the page of the account that it stands beside."""
    return Document(
        kind="evidence",
        pk=str(row.pk),
        title=title(row),
        place=Place("update", (row.plan, row.place)),
        texts=said(text(row, "a"), text(row, "b")),
        beside=said(text(row, "who"), sign(row.acronym), sign(row.plan)),
        order=(rank, -row.pk),
        is_demonstration=row.mark == "demonstration",
    )


def _correction(row, rank):
    return Document(
        kind="correction",
        pk=str(row.pk),
        title=title(row),
        place=Place(
            "corrections",
            page=corrections.page_of(int(row.place)),
            fragment=mark_of(row.pk),
        ),
        texts=said(text(row, "a", "asked"), text(row, "b", "decided")),
        order=(-row.pk,),
    )


def _dispute(row, rank):
    """Beside the record that it is about."""
    page = Place("commitment", (row.plan, row.place), fragment=row.mark or "")
    if row.code:
        page = Place("update", (row.plan, row.code))
    return Document(
        kind="agency",
        pk=f"dispute-{row.pk}",
        title=in_both(DISPUTED),
        code=row.acronym,
        place=page,
        texts=said(text(row, "a"), text(row, "b", "decided")),
        beside=(title(row), sign(row.plan)),
        also=(text(row, "who"),),
        order=(2, rank, row.who_es, -row.pk),
    )


#: By the kind of a row, the function that makes its document.
MAKE = {
    "commitment": _commitment,
    "activity": _activity,
    "area": _area,
    "programme": _programme,
    "law": _law,
    "discrepancy": _discrepancy,
    "later": _later,
    "amendment": _amendment,
    "tier": _tier,
    "help": _help_line,
    "evidence": _evidence,
    "correction": _correction,
    "dispute": _dispute,
}
