"""Where the public reads what is decided on, and what changes there."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from strategic_areas.addresses import address
from strategic_areas.desk.changes.protection import in_lines
from strategic_areas.queries.plan.plans import choose
from strategic_areas.queries.public_rows import LISTS, RowDifference


@dataclass(frozen=True)
class PublicPlace:
    """A public page, and in words what changes on it; "" where only that it does."""

    title: str
    address: str = ""
    change: str = ""


#: The name of a page → its title; records come before lists.
TITLES = {
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
#: What becomes of a row as a whole.
WHOLE = {
    "added": gettext_lazy("It is new there."),
    "gone": gettext_lazy("It goes from there."),
}


def places_of(changed: Iterable[RowDifference] | None) -> list[PublicPlace]:
    """The pages on which these differences are read, each told once; lists last."""
    found, counted = defaultdict(list), set()
    for each in changed or ():
        for words in each.pages:
            found[words].append(each)
        told = {column[0] for column in each.columns} & {"state", "punctuality"}
        if each.dataset == "commitments" and told:
            counted.add(each.row["plan"])
    places = [
        _place(words, found[words])
        for words in sorted(found, key=lambda words: words[0] in LISTS.values())
    ]
    if counted and getattr(choose(timezone.localdate()).shown, "code", "") in counted:
        told = _("How many commitments are in which state.")
        places.append(PublicPlace(_("The first page"), address("home"), told))
    return places


def _place(words, rows):
    is_list = words[0] in LISTS.values()
    lines = [] if is_list else in_lines(rows)
    told = [
        f"{each.label}: {each.before or '–'} → {each.after or '–'}" for each in lines
    ]
    told = told or [str(WHOLE[each.kind]) for each in rows if each.kind in WHOLE]
    return PublicPlace(
        TITLES[words[0]] % {"code": words[-1]},
        # A page that comes into being has no address to look at yet.
        address(*words)
        if is_list or any(row.before or "indicator" in row.row for row in rows)
        else "",
        "\n".join(dict.fromkeys(told)),
    )
