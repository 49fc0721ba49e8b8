"""Where the public reads what is decided on, and what changes there."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy

from strategic_areas.addresses import address
from strategic_areas.desk.changes.protection import in_lines
from strategic_areas.queries.public_rows import RowDifference


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
    """The pages on which these differences are read, each told once."""
    found, lists = {}, {}
    for each in changed or ():
        for of, pages in ((found, each.own_page), (lists, each.lists)):
            for words in pages:
                if words[0] in TITLES:
                    of.setdefault(words, []).append(each)
    return [
        *(_place(words, _told(rows)) for words, rows in found.items()),
        *(_place(words, "") for words in lists),
    ]


def _place(words, change):
    return PublicPlace(TITLES[words[0]] % {"code": words[-1]}, address(*words), change)


def _told(rows):
    lines = [
        f"{line.label}: {line.before or '–'} → {line.after or '–'}"
        for line in in_lines(rows)
    ]
    return "\n".join(lines or [str(WHOLE[x.kind]) for x in rows if x.kind in WHOLE])
