from datetime import date
from itertools import count

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from agencies import access, audit
from agencies.access import RefusedError
from agencies.decisions import DecisionSteps
from agencies.models import FocalPoint
from strategic_areas.models import (
    AgencyComment,
    AnswerKind,
    Participation,
    RecordDispute,
    RevisionStatus,
    RoundReopening,
    Transition,
    Translation,
)
from strategic_areas.models.review import EVER_SUBMITTED, Revision
from strategic_areas.public_paths import stable_slug
from strategic_areas.workflow.guard import must_identify_nobody

#: The audit event of each step, by the new status.
EVENT_OF_STATUS = {
    RevisionStatus.SUBMITTED: audit.Event.REPORT_SUBMITTED,
    RevisionStatus.RETURNED: audit.Event.REPORT_RETURNED,
    RevisionStatus.PUBLISHED: audit.Event.REPORT_PUBLISHED,
    RevisionStatus.REPLACED: audit.Event.REPORT_REPLACED,
    RevisionStatus.WITHDRAWN: audit.Event.REPORT_WITHDRAWN,
}


class TransitionError(RefusedError):
    pass


def must(holds, refusal, **facts):
    """
    Refuse a step unless its rule holds; ``facts`` fill the refusal's placeholders.
    """
    if not holds:
        raise TransitionError(refusal % facts)


class EditConflictError(TransitionError):
    """Another person saved this revision; ``current`` is the stored one."""

    def __init__(self, current):
        self.current = current
        super().__init__(
            _("%(record)s: somebody else saved it in the meantime.")
            % {"record": current}
        )


def sibling_revisions(update):
    return type(update).objects.filter(
        **{update.subject_field: update.subject}, period=update.period
    )


def published_revision(update):
    return (
        sibling_revisions(update)
        .filter(status=RevisionStatus.PUBLISHED)
        .order_by("pk")
        .first()
    )


def new_public_id(update):
    """
    Return the permanent last part of the URL of a revision to publish.

    It is computed from codes, so that a plan file gives the same URLs wherever it is
    loaded, and stored, so that later changes of codes do not alter it.
    """
    identity = "/".join(
        (
            type(update)._meta.model_name,
            update.period.plan.code,
            update.subject.code,
            update.period.code,
            str(update.revision),
        )
    )
    slugs = (stable_slug(f"{identity}/{attempt}") for attempt in count())
    rows = type(update).objects.all()
    return next(slug for slug in slugs if not rows.filter(public_id=slug).exists())


def next_revision_number(update):
    highest = sibling_revisions(update).aggregate(highest=Max("revision"))["highest"]
    return (highest or 0) + 1


@transaction.atomic
def change_status(
    update,
    *,
    to,
    allowed,
    by,
    reason="",
    private_note="",
    seen_version=None,
    not_by_contributors=False,
    contributes=False,
    **stamp,
):
    """
    Change the status in one UPDATE whose WHERE clause holds the rule.

    ``allowed`` are the former statuses, ``stamp`` are further columns to set. With
    ``contributes`` the person becomes a contributor.
    """
    texts = {"reason": reason, "private_note": private_note}
    must_identify_nobody(Transition, error=TransitionError, **texts)
    row = type(update).objects.filter(pk=update.pk)
    # The transition records the stored status, which may differ from the loaded one.
    before = row.select_for_update().values_list("status", flat=True).get()
    row = row.filter(status__in=allowed)
    if seen_version is not None:
        row = row.filter(version=seen_version)
    if not_by_contributors:
        row = row.exclude(contributors__in=[by.pk, *by.unconfirmed_invitees])
    if not row.update(status=to, **stamp):
        raise _refusal(update, to, allowed, by, seen_version)
    update.refresh_from_db()
    if contributes:
        update.contributors.add(by)
    record_transition(update, from_status=before, by=by, **texts)


def _refusal(update, to, allowed, by, seen_version):
    update.refresh_from_db()
    if update.status not in allowed:
        return TransitionError(
            _("%(record)s is %(status)s; this step is no longer possible.")
            % {"record": update, "status": update.get_status_display().lower()}
        )
    if seen_version is not None and update.version != seen_version:
        return EditConflictError(update)
    return TransitionError(
        _("%(record)s: you had a part in this revision; another person publishes it.")
        % {"record": update}
    )


def record_transition(update, *, from_status, by, reason="", private_note=""):
    Transition.objects.create(
        **{update.link_field: update},
        from_status=from_status,
        to_status=update.status,
        by=by,
        at=timezone.now(),
        reason=reason,
        private_note=private_note,
    )
    audit.record_event(
        EVENT_OF_STATUS.get(update.status, audit.Event.REPORT_RECALLED),
        actor=by,
        obj=update,
        agency=update.agency,
        from_status=from_status or None,
        to_status=update.status,
        period=update.period_id,
        revision=update.revision,
    )


def unchanged_since(update) -> date | None:
    """
    Return the end of the period since which the agency reports the same, or None.

    Compares public Spanish texts, figures, places and state with the agency's own last
    report. None for reserved reports, which publish too little to compare.
    """
    is_without_news = getattr(update, "answer", None) == AnswerKind.NO_NEWS
    if is_without_news or getattr(update, "is_reserved", False):
        return None
    own = type(update).objects.own_of(update.agency)
    about = {update.subject_field: update.subject}
    before = own.filter(**about).before(update.period).newest_first().first()
    if before is None or _reported_values(before) != _reported_values(update):
        return None
    return before.unchanged_since or before.period.ends_on


def _reported_values(update):
    return [
        field.in_words(field.plain(update)).split()
        for field in update.fields.where(filled_in=True, repeated=True)
        if not update.is_for_staff(field)
    ]


def may_report_for(user, agency):
    return FocalPoint.objects.agencies_of(user).filter(agency=agency).exists()


def may_submit(user, agency):
    """
    Whether the user reports for the agency; if it requires so, as its titular (first
    focal point) and not as an alternate.
    """
    if not agency.only_titular_submits:
        return may_report_for(user, agency)
    titulars = user.mandates.current().filter(kind=FocalPoint.Kind.TITULAR)
    return may_report_for(user, agency) and titulars.filter(agency=agency).exists()


def may_review(user, update):
    name = f"strategic_areas.publish_{update._meta.model_name}"
    return user.is_active and user.has_perm(name)


class GuardedSteps(DecisionSteps):
    """Reviewers of its model decide, and give reasons without personal data."""

    def may_decide(self, user):
        return may_review(user, self.model)

    def decline(self, decision, *, by, reason=""):
        must_identify_nobody(self.model, reason=reason)
        return super().decline(decision, by=by, reason=reason)


def has_part_in(user, update):
    """
    Whether the user wrote, changed or submitted any part of this revision.

    Accounts that the user alone invited count as the user.
    """
    own_accounts = {user.pk, *user.unconfirmed_invitees}
    return not own_accounts.isdisjoint(each.pk for each in update.contributors.all())


def may_propose(user, record):
    """
    Whether the user may propose this change.

    Requires the permission to change the record. Reviewers of a revision propose its
    translation and the reason of its withdrawal; agencies their comments, disputes and
    reopenings.
    """
    if isinstance(record, Revision):
        return record.status == RevisionStatus.WITHDRAWN and may_review(user, record)
    if isinstance(record, Translation):
        return record.is_admissible and may_review(user, record.record)
    if isinstance(record, AgencyComment):
        return record.period.is_round and may_report_for(user, record.agency)
    if isinstance(record, RoundReopening):
        return may_report_for(user, record.agency)
    if isinstance(record, RecordDispute):
        if not record.pk:
            return record.is_admissible and may_report_for(user, record.agency)
        if is_party(user, record):
            return False
    meta, action = record._meta, "change" if record.pk else "add"
    return user.has_perm(f"{meta.app_label}.{action}_{meta.model_name}")


def require_may_propose(by, record):
    if not may_propose(by, record):
        raise RefusedError(
            _("%(record)s: you may not change this.") % {"record": record}
        )


def decides_on(user, models):
    """
    Whether a person who may approve changes may also approve changes of these models.

    Administrators without another role decide on agencies and their names only.
    """
    is_limited = access.is_administrator(user) and not access.is_reviewer(user)
    return all(
        user.is_superuser or not is_limited or model._meta.app_label == "agencies"
        for model in models
    )


def is_party(user, dispute):
    """Whether the user wrote the dispute or reports for its agency."""
    return dispute.written_by_id == user.pk or may_report_for(user, dispute.agency_id)


def reviewed_within_agency(user, updates):
    """
    Return the updates whose review by this user stays within the reporting agency.

    The agency hosts the secretariat in the plan, or the user has its mandate.
    """
    plans = {update.plan_id for update in updates}
    rows = Participation.objects.filter(plan__in=plans, hosts_secretariat=True)
    hosts = set(rows.values_list("plan_id", "agency_id"))
    own = set(FocalPoint.objects.agencies_of(user).values_list("agency_id", flat=True))
    return [
        update
        for update in updates
        if update.agency.pk in own or (update.plan_id, update.agency.pk) in hosts
    ]


def require_may_report(by, update):
    must(
        may_report_for(by, update.agency),
        _("%(record)s: you do not report for this agency."),
        record=update,
    )


def require_may_submit(by, update):
    require_may_report(by, update)
    must(
        may_submit(by, update.agency),
        _("%(record)s: only a titular of %(agency)s submits."),
        record=update,
        agency=update.agency,
    )


def require_may_review(by, update):
    must(
        may_review(by, update),
        _("%(record)s: only the secretariat reviews."),
        record=update,
    )


def require_may_transcribe(by, letter, update):
    """Allow only the secretariat, from a letter of this agency and round."""
    sender = letter.agency_id, letter.period_id
    must(
        (sender == (update.agency.pk, update.period_id)) and may_review(by, update),
        _("%(record)s: only the secretariat transcribes, from the agency's letter."),
        record=update,
    )


def must_still_answer(update):
    """Refuse a first submission once another agency is responsible."""
    must(
        update.submitted_at
        or update.agency == update.responsible_agency
        or published_revision(update),
        _("%(record)s: %(agency)s answers for this now."),
        record=update,
        agency=update.responsible_agency,
    )


def must_give_reason(update, reason):
    must(reason.strip(), _("%(record)s: state the reason."), record=update)


def must_accept_reports(update):
    """
    Refuse a new report outside an open round, or if another agency has reported.

    Corrections are always possible.
    """
    period = update.period
    must(
        period.is_round,
        _("%(period)s only holds reports of public sources; choose a round."),
        period=period,
    )
    must(
        period.accepts(update.agency) or published_revision(update),
        _("%(period)s is not open for reports."),
        period=period,
    )
    others = sibling_revisions(update).exclude(agency=update.agency)
    if earlier := others.filter(status__in=EVER_SUBMITTED).first():
        raise TransitionError(
            _("%(record)s: %(agency)s has reported on this already.")
            % {"record": update, "agency": earlier.agency}
        )


def is_in_time(update):
    """
    Whether the round still accepts this revision, which may be unsaved.

    A closed round accepts only revisions submitted before, and corrections.
    """
    period, agency = update.period, update.agency
    return bool(
        update.submitted_at or period.accepts(agency) or published_revision(update)
    )


def must_be_in_time(update):
    if is_in_time(update):
        return
    raise TransitionError(
        _(
            "%(period)s closed on %(day)s. The secretariat can open it again for "
            "%(agency)s; what you wrote is kept until then."
        )
        % {
            "period": update.period,
            "agency": update.agency,
            "day": date_format(update.period.closes_on, "SHORT_DATE_FORMAT"),
        }
    )
