"""What stands on pages of several plans or records, found on just one of them."""

from collections import defaultdict

from strategic_areas.labels import FAMILIES
from strategic_areas.queries.findable.texts import in_both, said, sign, text, title
from strategic_areas.search.documents import Document, Place


def agency_documents(found, ranks):
    """
    One of each agency, on its page in the latest plan in which it has a part.

    ``found`` are rows by kind, ``ranks`` the places of the public plans by their code.
    """
    parts, names = defaultdict(list), defaultdict(list)
    for kind in ("participation", "commitment", "activity"):
        for row in found[kind]:
            parts[row.slug].append(row)
    for row in found["former_name"]:
        names[row.slug].append(row)
    for slug, rows in parts.items():
        row = min(
            rows, key=lambda each: (ranks[each.plan], each.kind != "participation")
        )
        yield _agency(slug, row, names[slug])


def _agency(slug, row, former):
    mandate = (text(row, "a"), text(row, "b")) if row.kind == "participation" else ()
    before = [text(each, "title") for each in former]
    return Document(
        kind="agency",
        pk=slug,
        title=text(row, "who"),
        code=row.acronym,
        place=Place("agency", (row.plan, slug)),
        texts=said(*mandate, *before),
        also=tuple(sign(each.acronym) for each in former),
        names=(row.acronym, *(each.acronym for each in former)),
        order=(0, row.who_es),
    )


def comment_documents(rows, ranks):
    """What agencies say of themselves, beside their reports."""
    for row in rows:
        yield Document(
            kind="agency",
            pk=f"comment-{row.pk}",
            title=in_both("Comment of the institution"),
            code=row.acronym,
            place=Place("agency", (row.plan, row.slug)),
            texts=said(text(row, "a")),
            beside=(title(row),),
            also=(text(row, "who"),),
            order=(1, ranks[row.plan], row.who_es, -row.pk),
            is_demonstration=row.mark == "demonstration",
        )


def target_documents(rows, known):
    """International targets, on the page of the latest plan that has a record."""
    recorded = [plan for plan in known if plan.has_record] or known
    families = {code: in_both(name) for code, name in FAMILIES.items()}
    for row in rows if recorded else ():
        number = row.code.removeprefix(f"{row.mark}-")
        yield Document(
            kind="framework",
            pk=str(row.pk),
            title=title(row),
            code=row.code,
            place=Place("frameworks", (recorded[0].code,), fragment=row.code),
            beside=(families.get(row.mark, sign(row.mark)),),
            names=(row.code, number, f"ODS {number}", f"{row.mark} {number}"),
            order=(0, row.mark, row.sort),
        )


def source_documents(rows, ranks):
    """Each source once, at the first record that rests on it; of the latest plan."""
    first = {}
    for row in rows:
        best = first.setdefault(row.pk, row)
        if _nearness(row, ranks) < _nearness(best, ranks):
            first[row.pk] = row
    for row in first.values():
        yield Document(
            kind="source",
            pk=str(row.pk),
            title=title(row),
            place=_beside(row),
            texts=said(text(row, "a")),
            beside=said(sign(row.acronym), sign(row.plan)),
            order=(ranks.get(row.plan, 0), row.title_es, row.pk),
        )


def _beside(row):
    """The page and the place on it at which a source stands."""
    if row.slug == "discrepancies":
        return Place(row.slug, fragment=f"{row.plan}-{row.mark}")
    return Place(
        row.slug, tuple(filter(None, (row.plan, row.place))), fragment=row.mark
    )


def _nearness(row, ranks):
    return ranks.get(row.plan, 0), int(row.sort), row.place, row.mark
