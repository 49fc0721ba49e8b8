"""Sending all reports that are ready at once, the receipt, and taking one back."""

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.models import Agency
from strategic_areas.models import (
    ActivityUpdate,
    CommitmentUpdate,
    Status,
    Submission,
)
from strategic_areas.models.letters import digest
from strategic_areas.queries import asked_values
from strategic_areas.workflow.authority import must_submit
from strategic_areas.workflow.moves import TransitionError, move
from strategic_areas.workflow.steps import submit


@transaction.atomic
def submit_all(period, agency, seen, *, by, declared=None, note=""):
    """
    Submit the agency's revisions of a round, all or none, and return the receipt.

    ``seen`` and ``declared`` map the id of each report or declaration to the version on
    the screen. The public never reads the ``note``.
    """
    Agency.objects.select_for_update().get(pk=agency.pk)
    updates = _chosen(ActivityUpdate, "activity", seen, period, agency)
    declared = declared or {}
    declarations = _chosen(CommitmentUpdate, "commitment", declared, period, agency)
    if not updates and not declarations:
        raise TransitionError(_("There is nothing to send."))
    for update in updates:
        submit(update, by=by, seen_version=seen[update.pk], note=note)
    for declaration in declarations:
        submit(declaration, by=by, seen_version=declared[declaration.pk], note=note)
    return _receipt(period, agency, updates, declarations, by, note)


@transaction.atomic
def recall(update, *, by):
    """
    Take a submitted revision back: it is the agency's draft again.

    It is possible while the round accepts the agency's reports and no reviewer has
    decided. The receipt stays; the day of the report is that of its next submission,
    but that of its first one where it was returned before.
    """
    must_submit(by, update)
    if getattr(update, "letter_id", None):
        raise TransitionError(
            _("%(record)s was transcribed from a letter: confirm or contest it.")
            % {"record": update}
        )
    if not update.period.accepts(update.agency):
        raise TransitionError(
            _("%(period)s is closed: what was sent stays sent.")
            % {"period": update.period}
        )
    was_returned = update.transitions.filter(to_status=Status.RETURNED).exists()
    move(
        update,
        to=Status.DRAFT,
        allowed=[Status.SUBMITTED],
        by=by,
        contributes=True,
        submitted_at=update.submitted_at if was_returned else None,
    )


def _chosen(model, subject, seen, period, agency):
    rows = model.objects.filter(pk__in=seen, period=period, agency=agency)
    found = list(
        rows.select_related(subject, "agency", "period")
        .prefetch_related("evidences")
        .order_by(f"{subject}__sort_code", "pk")
    )
    if len(found) != len(seen):
        raise TransitionError(_("There is nothing to send."))
    return found


def _receipt(period, agency, updates, declarations, by, note):
    rows = Submission.objects.filter(period=period, agency=agency)
    number = (rows.aggregate(highest=Max("number"))["highest"] or 0) + 1
    reference = f"{period.code.upper()}-{agency.acronym}-{number}"
    at = timezone.now()
    content = {
        "receipt": reference,
        "plan": period.plan.code,
        "period": {"code": period.code, "name": period.name_es},
        "agency": {"acronym": agency.acronym, "name": agency.name_es},
        "sent_at": at.isoformat(),
        "sent_by": by.get_full_name() or by.get_username(),
        "reports": [_as_sent(each, "update") for each in updates],
        "declarations": [_as_sent(each, "declaration") for each in declarations],
        **({"values": values} if (values := _values(period, agency)) else {}),
        **({"note": note} if note else {}),
    }
    return Submission.objects.create(
        agency=agency,
        period=period,
        number=number,
        reference=reference,
        at=at,
        by=by,
        content=content,
        sha256=digest(content),
    )


def _as_sent(record, number):
    return {
        record.subject_field: record.subject.code,
        "title": record.subject.title_es,
        number: record.pk,
        "revision": record.revision,
        "version": record.version,
        "evidence": [_shown(item) for item in record.evidences.all()],
        **{
            field.name: field.plain(record)
            for field in record.fields.where(receipt=True)
        },
    }


def _values(period, agency):
    """How each value stood; its receipt of its own alone tells the number."""
    return [
        {
            "indicator": value.code,
            "title": value.title_es,
            "standing": value.standing.value,
            "handed_in_on": value.first_day.isoformat() if value.first_day else None,
        }
        for value in asked_values.asked(period.plan, [period], agency).get(period, ())
    ]


def _shown(item):
    archive = f"{item.archive_office}, {item.archive_number}".strip(", ")
    return {
        "kind": item.kind,
        "title": item.title_es,
        "where": item.url or item.original_name or archive,
        "sha256": item.sha256,
    }
