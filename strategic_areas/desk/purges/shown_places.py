"""The places of a purge as its page shows them: their pages, and what they say."""

import re
from dataclasses import dataclass

from django.contrib import admin
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from agencies.mail import Mail
from strategic_areas.models import ActivityProposal, Letter, RecordChange, Submission
from strategic_areas.purging.places import by_field, rows_of, strings_of

#: A link in a mail may open an account.
LINK = re.compile(r"https?://\S+")
#: The pages of rows that the admin does not list: the name, and the key in it.
PAGES = {
    ActivityProposal: ("proposal", "pk"),
    Letter: ("letter", "pk"),
    RecordChange: ("approval", "change_id"),
    Submission: ("receipt", "pk"),
}
#: The fields by which any other row belongs to one that has a page, the nearest first.
OWNERS = (
    *("activity_update", "commitment_update", "code_list", "measurement"),
    *("agency", "activity", "commitment", "plan", "user"),
)


@dataclass(frozen=True)
class Shown:
    """One row with the words: the address of its page, and what it says."""

    row: int
    address: str
    text: str


@dataclass(frozen=True)
class Group:
    """The places in one field of one table."""

    model: str
    field: str
    rows: list[Shown]


def groups(request, places, phrases, *, with_texts):
    """
    The places by table and field, with texts for the person who decides.

    Whoever asked gets no texts: she could read in this way what she may not.
    """
    return [
        Group(
            name_of(field.model),
            capfirst(str(field.verbose_name)),
            [
                Shown(
                    row.pk,
                    _address(request, row),
                    _said(row, field, phrases) if with_texts else "",
                )
                for row in rows_of(field.model).filter(pk__in=rows)
            ],
        )
        for field, rows in by_field(places)
    ]


def name_of(model):
    """The name of such a row; for a history row, that of the record it belongs to."""
    if kept := getattr(model, "instance_type", None):
        return _("History: %(name)s") % {"name": kept._meta.verbose_name}
    return capfirst(str(model._meta.verbose_name))


def _said(row, field, phrases):
    """The strings of a field that hold the words; all of a file's name."""
    strings = strings_of(getattr(row, field.attname))
    found = [text for text in strings if phrases.occur_in(text)] or strings
    said = " · ".join(found)
    return LINK.sub("…", said) if isinstance(row, Mail) else said


def _address(request, row):
    """The page of a row, or of the record it belongs to; "" for one without any."""
    model = type(row)
    if kept := getattr(model, "instance_type", None):
        return _page(request, kept, row.id, "simple_history", row.history_id)
    if model in PAGES:
        name, key = PAGES[model]
        return reverse(f"admin:{name}", args=[getattr(row, key)])
    if model in admin.site._registry:
        return _page(request, model, row.pk, "change")
    for name in OWNERS:
        owner = getattr(row, name, None)
        if owner is not None:
            return _address(request, owner)
    return ""


def _page(request, model, key, page, *version):
    """A page in the admin; "" where this person cannot open it."""
    registered = admin.site._registry.get(model)
    if registered is None or not registered.has_view_permission(request):
        return ""
    if not registered.get_queryset(request).filter(pk=key).exists():
        return ""
    meta = model._meta
    name = f"admin:{meta.app_label}_{meta.model_name}_{page}"
    return reverse(name, args=[key, *version])
