"""The steps of a review; ``by`` is the person who takes the step."""

from itertools import chain

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from agencies.fields import FieldKind
from agencies.mail import mail_person
from agencies.models import Agency
from strategic_areas.datasets.removals import removing_from_editions
from strategic_areas.models import (
    Provenance,
    RevisionStatus,
    Submission,
    Takedown,
    WithdrawalCause,
)
from strategic_areas.models.letters import digest
from strategic_areas.models.records import is_official_kind
from strategic_areas.models.review import Revision
from strategic_areas.workflow import guard
from strategic_areas.workflow.changes import propose
from strategic_areas.workflow.questions import (
    QUESTION_BY_MODEL,
    revision_key,
    seen_revisions,
)
from strategic_areas.workflow.transitions import (
    EditConflictError,
    TransitionError,
    change_status,
    must,
    must_accept_reports,
    must_be_in_time,
    must_give_reason,
    must_still_answer,
    new_public_id,
    next_revision_number,
    published_revision,
    require_may_report,
    require_may_review,
    require_may_submit,
    reviewed_within_agency,
    unchanged_since,
)


@transaction.atomic
def create_draft(update, *, by):
    """
    Store an unsaved update as the agency's draft and return it.

    Refused outside rounds, and if another revision of the report is open. A round that
    does not accept the agency's reports allows corrections only.
    """
    update.agency = update.responsible_agency
    require_may_report(by, update)
    must_accept_reports(update)
    return store_draft(update, by, Provenance.REPORTED)


def store_draft(update, by, provenance):
    """Store a revision as a draft; the caller has checked the permission."""
    is_demonstration = update.period.is_demonstration
    update.status = RevisionStatus.DRAFT
    update.origin = Revision.Origin.ENTERED
    update.provenance = Provenance.DEMONSTRATION if is_demonstration else provenance
    update.revision = next_revision_number(update)
    _save(update, by)
    return update


@transaction.atomic
def save_draft(update, *, by, seen_version):
    """
    Store changed content of a draft or returned revision.

    Raises ``EditConflictError`` if somebody saved after ``seen_version``. A transcribed
    report becomes the agency's own report.
    """
    require_may_report(by, update)
    stored = lock_editable(update)
    if getattr(stored, "letter_id", None):
        update.letter = None
        if update.provenance == Provenance.TRANSCRIBED:
            update.provenance = Provenance.REPORTED
    return store_version(update, stored, by, seen_version)


def lock_editable(update):
    stored = type(update).objects.select_for_update().get(pk=update.pk)
    must(
        stored.is_editable,
        _("%(record)s is %(status)s and can no longer be changed."),
        record=stored,
        status=stored.get_status_display().lower(),
    )
    return stored


def store_version(update, stored, by, seen_version):
    """Store the content as the next version; the caller has checked the permission."""
    if stored.version != seen_version:
        raise EditConflictError(stored)
    update.status = stored.status
    update.version = stored.version + 1
    _save(update, by)
    return update


@transaction.atomic
def open_for_evidence(update, *, by):
    """
    Lock a revision whose evidence is about to change.

    The version stays, so that a person who edits the row gets no conflict.
    """
    require_may_report(by, update)
    lock_editable(update)
    type(update).objects.filter(pk=update.pk).update(changed_at=timezone.now())
    update.contributors.add(by)


def submit(update, *, by, seen_version=None, note=""):
    """
    Submit the agency's revision, with a note for the secretariat.

    A returned revision can be submitted again at any time.
    """
    require_may_submit(by, update)
    must_be_in_time(update)
    must_still_answer(update)
    must(
        not getattr(update, "letter_id", None),
        _("%(record)s was transcribed from a letter: save it as your own first."),
        record=update,
    )
    send_for_review(update, by=by, note=note, seen_version=seen_version)


def send_for_review(update, *, by, seen_version, note="", **stamp):
    """Submit a revision; the caller has checked the permission."""
    must_differ_from_published(update)
    change_status(
        update,
        to=RevisionStatus.SUBMITTED,
        allowed=[RevisionStatus.DRAFT, RevisionStatus.RETURNED],
        by=by,
        reason=note,
        seen_version=seen_version,
        contributes=True,
        submitted_at=timezone.now(),
        unchanged_since=unchanged_since(update),
        **stamp,
    )


@transaction.atomic
def return_to_agency(update, *, by, reason, private_note="", seen_version=None):
    """
    Return a submitted revision to its agency, with the reason.

    Its submitter gets a mail, unless they want none or may not read it any more. Only
    the secretariat reads ``private_note``.
    """
    require_may_review(by, update)
    return_revision(
        update,
        by=by,
        reason=reason,
        private_note=private_note,
        seen_version=seen_version,
    )
    submission = update.transitions.filter(to_status="submitted").latest("at", "pk")
    may_read = (
        type(update).objects.visible_to(submission.by).filter(pk=update.pk).exists()
    )
    if (
        may_read
        and submission.by.is_active
        and submission.by.email
        and submission.by.hears_of_returns
    ):
        path = reverse("admin:sheet", args=[update.period_id, update.agency.slug])
        mail_person(
            submission.by,
            "returned",
            gettext_lazy("Returned: %(report)s"),
            facts={"report": update.subject.code},
            update=update,
            reason=reason,
            address=settings.SITE_URL + path,
            choice=settings.SITE_URL + reverse("admin:reminders"),
        )


def return_revision(update, *, by, reason, seen_version, private_note=""):
    """Return a revision; the caller has checked the permission."""
    must_give_reason(update, reason)
    change_status(
        update,
        to=RevisionStatus.RETURNED,
        allowed=[RevisionStatus.SUBMITTED],
        by=by,
        reason=reason,
        private_note=private_note,
        seen_version=seen_version,
    )


@transaction.atomic
def publish(update, *, by, seen_version=None, evidence=(), printed_by=None):
    """
    Publish a submitted revision; the published one before it becomes replaced.

    ``evidence`` becomes public too, unless the update is reserved. ``printed_by`` is
    the official source of numbers of people in a report about victims. A contributor to
    the revision cannot publish it.
    """
    require_may_review(by, update)
    make_public(
        update,
        by=by,
        seen_version=seen_version,
        printed_by=printed_by,
        is_reviewed_within_agency=bool(reviewed_within_agency(by, [update])),
    )
    if evidence and not getattr(update, "is_reserved", False):
        identifiers = chain(*map(guard.evidence_identifiers, evidence))
        guard.must_not_be_in_pending_purge(update, identifiers, error=TransitionError)
        rows = update.evidences.filter(pk__in=[item.pk for item in evidence])
        rows.update(is_public=True)


@transaction.atomic
def withdraw(update, *, by, cause, words=""):
    """Withdraw a published revision; ``words`` become public once approved."""
    require_may_review(by, update)
    must_give_reason(update, cause)
    cause = WithdrawalCause(cause)
    with removing_from_editions(cause, [(type(update), update.pk)]):
        change_status(
            update,
            to=RevisionStatus.WITHDRAWN,
            allowed=[RevisionStatus.PUBLISHED],
            by=by,
            reason=str(cause.label),
            withdrawn_at=timezone.now(),
            withdrawn_by=by,
            withdrawal_cause=cause,
        )
    if words.strip():
        explain_withdrawal(update, words=words, by=by)


def explain_withdrawal(update, *, words, by):
    update = type(update).objects.get(pk=update.pk)
    update.withdrawal_reason = words.strip()
    return propose(update, by=by)


@transaction.atomic
def begin_correction(update, *, by):
    """
    Begin a correction: a new draft with the content of a published revision.

    The agency that reported may correct after the round closed, and after another
    agency has become responsible.
    """
    require_may_report(by, update)
    must(
        update.status == RevisionStatus.PUBLISHED,
        _("%(record)s: only what is published is corrected."),
        record=update,
    )
    must(
        not Takedown.objects.waiting().hiding(update).exists(),
        _(
            "%(record)s: something of it is hidden now and waits for a decision. "
            "Correct it once that is decided."
        ),
        record=update,
    )
    evidence = list(update.evidences.all())
    content = update.fields.where(corrected=True)
    links = [field.name for field in content if field.kind is FieldKind.LINKS]
    columns = [name for field in content for name in field.columns if name not in links]
    revision = type(update)(
        **{name: getattr(update, name) for name in columns},
        **{update.subject_field: update.subject, "period": update.period},
        agency=update.agency,
    )
    must_accept_reports(revision)
    store_draft(revision, by, Provenance.REPORTED)
    for name in links:
        getattr(revision, name).set(getattr(update, name).all())
    for item in evidence:
        item.pk = None
        item.is_public = False
        setattr(item, revision.link_field, revision)
        item.save()
    return revision


def make_public(update, *, by, seen_version, printed_by=None, **stamp):
    printed_by = printing_source(update, printed_by or update.printed_by)
    texts = guard.texts_published_with(update)
    guard.must_not_be_in_pending_purge(update, texts, error=TransitionError)
    published = published_revision(update)
    if published:
        change_status(
            published,
            to=RevisionStatus.REPLACED,
            allowed=[RevisionStatus.PUBLISHED],
            by=by,
        )
    change_status(
        update,
        to=RevisionStatus.PUBLISHED,
        allowed=[RevisionStatus.SUBMITTED],
        by=by,
        seen_version=seen_version,
        not_by_contributors=True,
        published_at=timezone.now(),
        published_by=by,
        public_id=new_public_id(update),
        printed_by=printed_by,
        unchanged_since=unchanged_since(update),
        **stamp,
    )


def printing_source(update, source):
    """Return the source if texts state numbers of people; refuse them without one."""
    if not guard.people_counts_in(update):
        return None
    must(
        source is not None and is_official_kind(source.kind),
        _(
            "%(record)s counts people in work with victims: name the official source "
            "that printed the number, or return it."
        ),
        record=update,
    )
    return source


def must_differ_from_published(update):
    published = published_revision(update)
    must(
        published is None or _content(published) != _content(update),
        _("%(record)s says just what is published already: change it first."),
        record=update,
    )


def _content(update):
    content = [field.plain(update) for field in update.fields.where(corrected=True)]
    evidence = update.evidences.values_list(
        "kind", "title_es", "url", "sha256", "archive_office", "archive_number"
    )
    return content, sorted(map(str, evidence))


def _save(update, by):
    update._history_user = by
    try:
        with transaction.atomic():
            update.save()
    except IntegrityError as error:
        raise TransitionError(
            _("%(record)s: somebody already works on a report of this.")
            % {"record": update}
        ) from error
    update.contributors.add(by)


@transaction.atomic
def submit_all(period, agency, seen, *, by, note="", values=()):
    """
    Submit the ``seen`` revisions of a round, all or none, and return the receipt.

    ``values`` are entries about submitted values, which state no numbers. The ``note``
    is for the secretariat only.
    """
    Agency.objects.select_for_update().get(pk=agency.pk)
    updates = seen_revisions(seen, period=period, agency=agency)
    versions = versions_of_seen(seen, updates, _("There is nothing to send."))
    for update, version in versions.items():
        submit(update, by=by, seen_version=version, note=note)
    return _receipt(period, agency, versions, by, note, values)


def versions_of_seen(seen, updates, refusal):
    """Return the seen version of each revision; refuse if one is missing."""
    found = {each: seen[revision_key(each)] for each in updates}
    must(found and len(found) == len(seen), refusal)
    return found


@transaction.atomic
def recall(update, *, by):
    """
    Take a submitted revision back as the agency's draft.

    Possible while the round accepts the agency's reports and no reviewer has decided.
    The receipt stays. The report counts as submitted on the day of its next submission,
    unless it was returned before.
    """
    require_may_submit(by, update)
    must(
        not getattr(update, "letter_id", None),
        _("%(record)s was transcribed from a letter: confirm or contest it."),
        record=update,
    )
    must(
        update.period.accepts(update.agency),
        _("%(period)s is closed: what was sent stays sent."),
        period=update.period,
    )
    was_returned = update.transitions.filter(to_status=RevisionStatus.RETURNED).exists()
    change_status(
        update,
        to=RevisionStatus.DRAFT,
        allowed=[RevisionStatus.SUBMITTED],
        by=by,
        contributes=True,
        submitted_at=update.submitted_at if was_returned else None,
    )


def _receipt(period, agency, updates, by, note, values):
    rows = Submission.objects.filter(period=period, agency=agency)
    number = (rows.aggregate(highest=Max("number"))["highest"] or 0) + 1
    receipt = build_receipt(period, agency, number, updates, by, note, values)
    receipt.save()
    return receipt


def build_receipt(period, agency, number, updates, by, note="", values=()):
    reference = f"{period.code.upper()}-{agency.acronym}-{number}"
    at = timezone.now()
    content = {
        "receipt": reference,
        "plan": period.plan.code,
        "period": {"code": period.code, "name": period.name_es},
        "agency": {"acronym": agency.acronym, "name": agency.name_es},
        "sent_at": at.isoformat(),
        "sent_by": by.get_full_name() or by.get_username(),
        **{
            question.receipt_key: [
                _entry_on_receipt(each, question)
                for each in updates
                if isinstance(each, question.model)
            ]
            for question in QUESTION_BY_MODEL.values()
        },
        **({"values": values} if values else {}),
        **({"note": note} if note else {}),
    }
    return Submission(
        agency=agency,
        period=period,
        number=number,
        reference=reference,
        at=at,
        by=by,
        content=content,
        sha256=digest(content),
    )


def _entry_on_receipt(record, question):
    return {
        record.subject_field: record.subject.code,
        "title": record.subject.title_es,
        question.receipt_id: record.pk,
        "revision": record.revision,
        "version": record.version,
        "evidence": [_evidence_on_receipt(item) for item in record.evidences.all()],
        **{
            field.name: field.plain(record)
            for field in record.fields.where(receipt=True)
        },
    }


def _evidence_on_receipt(item):
    archive = f"{item.archive_office}, {item.archive_number}".strip(", ")
    return {
        "kind": item.kind,
        "title": item.title_es,
        "where": item.url or item.original_name or archive,
        "sha256": item.sha256,
    }
