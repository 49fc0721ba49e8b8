"""Values that agencies submit and reviewers publish or decline."""

from collections.abc import Iterable
from contextlib import contextmanager, suppress
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.access import RefusedError
from agencies.decisions import DecisionStatus, OutdatedError
from agencies.mail import mail_proposer
from strategic_areas.figures import publish_figures, without_publishing
from strategic_areas.models import Indicator, ReportedSpan
from strategic_areas.models.letters import digest
from strategic_areas.models.measurements import Breakdown, Measurement, ReportedValue
from strategic_areas.queries.asked_values import AskedValue
from strategic_areas.rounds import desk_url
from strategic_areas.workflow.guard import (
    must_identify_nobody,
    must_not_be_in_pending_purge,
)
from strategic_areas.workflow.transitions import (
    GuardedSteps,
    must,
    require_may_report,
    require_may_review,
)

SPAN_FIELDS = ("indicator", "agency", "starts_on", "ends_on")
#: The status of a span by that of its value; any other gives RETURNED.
SPAN_STATUS = {
    DecisionStatus.PENDING: ReportedSpan.Status.SUBMITTED,
    DecisionStatus.APPLYING: ReportedSpan.Status.SUBMITTED,
    DecisionStatus.APPROVED: ReportedSpan.Status.PUBLISHED,
}


class ValueSteps(GuardedSteps):
    """An approved value becomes a measurement and is published."""

    model = ReportedValue

    def apply(self, reported, by):
        if reported.revises != current_measurement(reported):
            raise OutdatedError
        texts = [reported.printed_where, reported.note, reported.why]
        must_not_be_in_pending_purge(reported, texts)
        measurement = Measurement.objects.create(
            indicator=reported.indicator,
            starts_on=reported.starts_on,
            ends_on=reported.ends_on,
            value=reported.value,
            status=reported.figure_status,
            counted_by=reported.agency.acronym,
            provenance=reported.provenance,
            revises=reported.revises,
            printed_by=reported.source if reported.printed_where else None,
            printed_where_es=reported.printed_where,
            note_es=reported.note,
            # ``why`` is public only if it explains a revision.
            reason_es=reported.why if reported.revises else "",
        )
        if reported.source:
            measurement.sources.add(reported.source)
        Breakdown.objects.bulk_create(
            Breakdown(
                measurement=measurement,
                dimension=dimension,
                category=category,
                value=Decimal(number),
            )
            for dimension, numbers in reported.parts.items()
            for category, number in numbers.items()
        )
        ReportedValue.objects.filter(pk=reported.pk).update(measurement=measurement)
        publish_figures(_indicators_of([reported]))

    @transaction.atomic
    def approve_all(self, values, *, by):
        """
        Publish several values together or none; ``RefusedError`` names the refused one.

        Disclosure is computed once all are stored, so that their order reveals nothing.
        """
        self._together(values, by, self.approve)

    @contextmanager
    def tried(self, values, *, by):
        """Apply the values inside this context and roll back at its end."""
        with transaction.atomic():
            self._together(values, by, self._try)
            yield
            transaction.set_rollback(True)

    def _try(self, reported, *, by):
        self.apply(self._claim(reported, DecisionStatus.APPLYING, by), by)
        return reported

    def _together(self, values, by, step):
        text = _("%(record)s: another value for the same days was published.")
        with without_publishing():
            for each in sorted(values, key=lambda value: value.pk):
                if why_not := self.why_not(by, each):
                    raise RefusedError(f"{each}: {why_not}")
                with suppress(OutdatedError):
                    if step(each, by=by).status != DecisionStatus.OUTDATED:
                        continue
                raise RefusedError(text % {"record": each})
        publish_figures(_indicators_of(values))

    def on_end(self, reported):
        update_reported_span(reported)
        if reported.status in {DecisionStatus.APPROVED, DecisionStatus.DECLINED}:
            code, page = reported.indicator.code, _page_of(reported)
            mail_proposer(reported, "value", about=code, address=page)

    def facts(self, reported):
        return {"agency": reported.agency, "indicator": reported.indicator.code}


def _page_of(reported):
    if reported.letter_id or reported.source_id:
        return settings.SITE_URL + reverse("admin:value", args=[reported.pk])
    return desk_url("values", reported.indicator.introduced_by, reported.agency)


VALUE_STEPS = ValueSteps()


def _indicators_of(values):
    return Indicator.objects.filter(pk__in=[each.indicator_id for each in values])


def current_measurement(reported):
    rows = Measurement.objects.filter(
        indicator=reported.indicator_id,
        starts_on=reported.starts_on,
        ends_on=reported.ends_on,
        counted_by=reported.agency.acronym,
    )
    revised = rows.exclude(revises=None).values("revises")
    return rows.exclude(pk__in=revised).order_by("pk").last()


@transaction.atomic
def submit_value(reported, *, by):
    """
    Store an agency's value, and return it.

    Values from a letter or a source are entered by the secretariat.
    """
    if reported.letter or reported.source:
        require_may_review(by, reported)
    else:
        require_may_report(by, reported)
    must(
        not reported.letter or reported.letter.agency_id == reported.agency_id,
        _("%(record)s: the letter is another agency's."),
        record=reported,
    )
    indicator = Indicator.objects.select_for_update().get(pk=reported.indicator_id)
    must(
        indicator.agency_id == reported.agency_id,
        _("%(record)s: another agency answers for it."),
        record=indicator,
    )
    must_identify_nobody(ReportedValue, note=reported.note, why=reported.why)
    waiting = ReportedValue.objects.waiting().filter(
        indicator=indicator, starts_on=reported.starts_on, ends_on=reported.ends_on
    )
    must(
        not waiting.exists(),
        _("%(record)s: a value for the same days waits for review."),
        record=indicator,
    )
    reported.revises = current_measurement(reported)
    must(
        not reported.revises or reported.why.strip(),
        _("%(record)s: say why it is revised."),
        record=indicator,
    )
    VALUE_STEPS.propose(reported, by=by)
    update_reported_span(reported)
    return reported


def update_reported_span(reported):
    """Create, update or delete the ``ReportedSpan`` of the value's days."""
    lookups = {name: getattr(reported, name) for name in SPAN_FIELDS}
    rows = ReportedValue.objects.filter(**lookups).exclude(
        status=DecisionStatus.TAKEN_BACK
    )
    last = rows.order_by("proposed_at", "pk").last()
    if last is None:
        ReportedSpan.objects.filter(**lookups).delete()
        return
    # What has a source was copied from it, not submitted by the agency.
    first = rows.filter(source=None).order_by("proposed_at").first()
    columns = {
        "status": SPAN_STATUS.get(last.status, ReportedSpan.Status.RETURNED),
        "submitted_on": first and timezone.localdate(first.proposed_at),
    }
    ReportedSpan.objects.update_or_create(**lookups, defaults=columns)


def last_submitted_values(
    values: Iterable[AskedValue], **lookups
) -> dict[AskedValue, ReportedValue]:
    """The last submission of each value that was not taken back."""
    by_key = {_key(each): each for each in values}
    if not by_key:
        return {}
    return {
        by_key[key]: row
        for row in ReportedValue.objects.select_related(
            "indicator", "agency", "proposed_by"
        )
        .exclude(status=DecisionStatus.TAKEN_BACK)
        .filter(indicator__in={each.indicator for each in by_key.values()}, **lookups)
        .order_by("proposed_at", "pk")
        if (key := _key(row)) in by_key
    }


def fingerprinted_facts(reported):
    return {
        "indicator": reported.indicator.code,
        "agency": reported.agency.acronym,
        "starts_on": reported.starts_on.isoformat(),
        "ends_on": reported.ends_on.isoformat(),
        "value": format(reported.value.normalize(), "f"),
        "certainty": reported.figure_status,  # receipts hold digests with this key
        "parts": reported.parts,
        "printed_where": reported.printed_where,
        "note": reported.note,
        "why": reported.why,
        "handed_in_by": reported.proposed_by.username,
        "handed_in_at": reported.proposed_at.isoformat(),
    }


def receipt_values(values: Iterable[AskedValue]) -> list[dict]:
    """
    The status of each value for a receipt, with a fingerprint instead of the number.
    """
    values = list(values)
    last = last_submitted_values(values, source=None)
    return [
        {
            "indicator": value.code,
            "title": value.title_es,
            "standing": value.report_status.value,
            "handed_in_on": value.first_submitted_on.isoformat()
            if value.first_submitted_on
            else None,
            **_fingerprint(last.get(value)),
        }
        for value in values
    ]


def _fingerprint(reported):
    if reported is None:
        return {}
    # Receipts are stored: the key "value" stays, though it holds an id.
    return {"value": reported.pk, "sha256": digest(fingerprinted_facts(reported))}


def _key(value):
    return value.indicator.pk, value.agency.pk, value.starts_on, value.ends_on
