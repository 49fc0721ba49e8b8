"""Submitting all reports that are ready at once, and the receipt for them."""

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.models import Agency
from strategic_areas.models import ActivityUpdate, CommitmentUpdate, Submission
from strategic_areas.models.submissions import digest
from strategic_areas.workflow.moves import TransitionError
from strategic_areas.workflow.steps import submit


@transaction.atomic
def submit_all(period, agency, seen, *, by, declared=None):
    """
    Submit the agency's revisions of a round, all or none, and return the receipt.

    ``seen`` maps the id of each report to the version that the person had on screen;
    ``declared`` does the same for declarations.
    """
    Agency.objects.select_for_update().get(pk=agency.pk)
    updates = _chosen(ActivityUpdate, "activity", seen, period, agency)
    declared = declared or {}
    declarations = _chosen(CommitmentUpdate, "commitment", declared, period, agency)
    if not updates and not declarations:
        raise TransitionError(_("There is nothing to send."))
    for update in updates:
        submit(update, by=by, seen_version=seen[update.pk])
    for declaration in declarations:
        submit(declaration, by=by, seen_version=declared[declaration.pk])
    return _receipt(period, agency, updates, declarations, by)


def _chosen(model, subject, seen, period, agency):
    """The chosen revisions; refused if one is not the agency's in this round."""
    rows = model.objects.filter(pk__in=seen, period=period, agency=agency)
    found = list(
        rows.select_related(subject, "agency", "period")
        .prefetch_related("evidences")
        .order_by(f"{subject}__sort_code", "pk")
    )
    if len(found) != len(seen):
        raise TransitionError(_("There is nothing to send."))
    return found


def _receipt(period, agency, updates, declarations, by):
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
    """
    The content of one revision as JSON, for the receipt.

    ``number`` is the key under which the id of the revision is stored.
    """
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


def _shown(item):
    """A piece of evidence for the receipt; a file is identified by its SHA-256."""
    archive = f"{item.archive_office}, {item.archive_number}".strip(", ")
    return {
        "kind": item.kind,
        "title": item.title_es,
        "where": item.url or item.original_name or archive,
        "sha256": item.sha256,
    }
