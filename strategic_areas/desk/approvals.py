"""What staff read of proposed changes: which wait, and what each would change."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import override

from strategic_areas.desk import guard
from strategic_areas.desk.differences import differences
from strategic_areas.models import (
    AgencyComment,
    AttributionDispute,
    Correction,
    HelpLine,
    Indicator,
    PendingChange,
    Target,
    Translation,
)
from strategic_areas.queries import agencies, disputes, help_lines, record
from strategic_areas.workflow.plain_values import proposed_record

#: How long a decision that went against somebody stands on her first page.
TOLD_FOR = timedelta(days=30)
#: What has an admin page of its own.
ADMIN_PAGES = {AttributionDispute, Correction, HelpLine, Indicator, Target}


@dataclass(frozen=True)
class Line:
    """One field that changes; ``pieces`` are the two texts put side by side."""

    label: str
    before: str
    after: str

    @property
    def pieces(self):
        return differences(self.before, self.after)


def waiting(user):
    """
    The changes that wait for a second person, the longest first, for a reviewer.

    Each says by ``mine`` whether the user proposed it, and so cannot approve it.
    """
    if not user.has_perm("strategic_areas.publish_pendingchange"):
        return []
    rows = PendingChange.objects.waiting().select_related("proposed_by")
    for row in (found := list(rows)):
        row.mine = row.proposed_by_id == user.pk
    return found


def came_back(user):
    """What the user proposed and did not get through, of the last weeks."""
    return list(
        PendingChange.objects.filter(
            proposed_by=user,
            status__in=[
                PendingChange.Status.DECLINED,
                PendingChange.Status.OUTDATED,
            ],
            decided_at__gte=timezone.now() - TOLD_FOR,
        ).order_by("-decided_at")
    )


def lines(change):
    """Every field that the change holds, in the order of the model's own."""
    model = change.content_type.model_class()
    fields = [*model._meta.concrete_fields, *model._meta.many_to_many]
    return [
        Line(
            capfirst(str(field.verbose_name)),
            in_words(field, change.before.get(field.name)),
            in_words(field, change.after[field.name]),
        )
        for field in fields
        if field.name in change.after
    ]


def in_words(field, value):
    """A value in plain form as people read it; "" for nothing."""
    if value in (None, "", []):
        return ""
    if field.is_relation:
        keys = value if isinstance(value, list) else [value]
        rows = field.related_model._default_manager.filter(pk__in=keys)
        return ", ".join(str(row) for row in rows)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    kind = field.get_internal_type()
    if kind == "DateField":
        return date_format(date.fromisoformat(value), "SHORT_DATE_FORMAT")
    if kind == "DecimalField":
        return number_format(format(Decimal(value), "f"))
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def warnings(change):
    """What the guard for personal data would have somebody look at."""
    return guard.found_warnings(change.content_type.model_class(), change.after)


def record_url(change):
    """The admin page of the record, where there is one."""
    model = change.content_type.model_class()
    if change.object_id is None or model not in ADMIN_PAGES:
        return ""
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
    return reverse(name, args=[change.object_id])


def readings(change):
    """What the public will read: pairs of a language and the page's own words."""
    proposed = proposed_record(change)
    if type(proposed) not in READ_IN or not _is_shown(proposed):
        return []
    template, needed = READ_IN[type(proposed)]
    found = []
    for language in ("es", "en"):
        with override(language):
            shown = needed(proposed, change)
            found.append((language, render_to_string(template, shown)))
    return found


def _is_shown(proposed):
    if isinstance(proposed, Translation):
        return proposed.may_stand
    return not getattr(proposed, "confirm_before_publishing", False)


def _record(proposed, change):
    return {"record": proposed}


def _line(proposed, change):
    return {"each": help_lines.line(proposed, timezone.localdate())}


def _entry(proposed, change):
    proposed.record.translation = proposed
    is_update = proposed.activity_update is not None
    kind = "updates" if is_update else "declarations"
    (entry,) = record.entries(**{kind: [proposed.record]})
    return {"entry": entry}


def _comment(proposed, change):
    proposed.written_at = change.proposed_at
    return {"comment": agencies.comment(proposed)}


def _dispute(proposed, change):
    proposed.written_at = proposed.written_at or change.proposed_at
    return {"dispute": disputes.told(proposed)}


#: The public's own partial of a record, and what it needs of one that is not stored so.
READ_IN = {
    HelpLine: ("_line.html", _line),
    Correction: ("_correction.html", _record),
    Indicator: ("desk/_reads_indicator.html", _record),
    Target: ("desk/_reads_target.html", _record),
    Translation: ("_entry_body.html", _entry),
    AgencyComment: ("_agency_comment.html", _comment),
    AttributionDispute: ("_dispute.html", _dispute),
}
