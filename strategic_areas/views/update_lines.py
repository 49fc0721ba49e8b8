"""Published accounts as lines of a file for a spreadsheet."""

from collections.abc import Iterable

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from strategic_areas.labels import STATES
from strategic_areas.marker import MARKER
from strategic_areas.models import Plan, Provenance
from strategic_areas.queries.entry import Entry
from strategic_areas.views import tables


def as_csv(plan: Plan, entries: Iterable[Entry]):
    """All accounts given, in their order; a withdrawn one has its reason alone."""
    header = [
        _("Period"),
        _("Code"),
        _("Title"),
        _("Agency"),
        _("State"),
        _("Percent"),
        _("What was done"),
        _("What holds it back"),
        _("Next step"),
        _("People reached"),
        _("Why it was withdrawn"),
        _("Where this comes from"),
        tables.disputed_heading(),
        _("Date of the source"),
        _("Published on"),
        _("Revision"),
        _("Evidence"),
        _("Sources"),
        _("Address"),
    ]
    return tables.csv_file(plan, _("updates"), header, map(_cells, entries))


def _cells(entry):
    return [
        entry.period.name,
        entry.subject.code,
        entry.subject.title,
        entry.agency.acronym,
        _state(entry),
        None if entry.is_reconstructed else entry.percent,
        _reserved(entry) if entry.is_reserved else _text(entry, "text"),
        _text(entry, "obstacle"),
        _text(entry, "next_step"),
        entry.people_reached,
        _text(entry, "withdrawal_reason"),
        Provenance(entry.provenance).label,
        tables.disputed(entry),
        entry.reported_on,
        entry.published_on,
        entry.revision,
        len(entry.evidence),
        " ".join(source.url or source.title for source in entry.sources),
        settings.SITE_URL + entry.get_absolute_url(language=get_language()),
    ]


def _state(entry):
    if entry.is_withdrawn:
        return _("Withdrawn")
    if entry.state:
        return STATES[entry.state]
    if entry.result_reached:
        return _("The expected result is declared reached")
    return _("The expected result is declared not reached")


def _reserved(entry):
    return f"{_('Reported; content withheld by law')}: {entry.legal_basis}"


def _text(entry, name):
    """In the language of the file, else in Spanish."""
    spanish, english = getattr(entry, f"{name}_es"), getattr(entry, f"{name}_en")
    if MARKER in {spanish, english}:
        return _("[text withdrawn to protect people]")
    return english or spanish if get_language() == "en" else spanish
