"""Who may take which step. The workflow checks this itself, for every screen."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from agencies import access
from agencies.models import FocalPoint
from strategic_areas.models import (
    AgencyComment,
    AttributionDispute,
    Participation,
    Translation,
)
from strategic_areas.models.review import HANDED_IN, Reviewed, Status
from strategic_areas.workflow.moves import TransitionError, published, siblings


def reports_for(user, agency):
    return FocalPoint.objects.agencies_of(user).filter(agency=agency).exists()


def may_submit(user, agency):
    """Whether the user reports for the agency, as titular if the agency says so."""
    if not agency.only_titular_submits:
        return reports_for(user, agency)
    titulars = user.mandates.current().filter(kind=FocalPoint.Kind.TITULAR)
    return reports_for(user, agency) and titulars.filter(agency=agency).exists()


def may_review(user, update):
    name = f"strategic_areas.publish_{update._meta.model_name}"
    return user.is_active and user.has_perm(name)


def has_part_in(user, update):
    """
    Whether the user wrote, changed or submitted any part of this revision.

    What an account wrote that she alone invited counts as hers: it may be her own.
    """
    hers = [user.pk, *user.invited_alone]
    return update.contributors.filter(pk__in=hers).exists()


def may_propose(user, record):
    """
    Whether the user may propose this change.

    It takes the same permission as changing the record at once. Who may review a
    revision proposes its translation and what explains its withdrawal; the agency, its
    comments and disputes.
    """
    if isinstance(record, Reviewed):
        return record.status == Status.WITHDRAWN and may_review(user, record)
    if isinstance(record, Translation):
        return record.may_stand and may_review(user, record.record)
    if isinstance(record, AgencyComment):
        return record.period.is_round and reports_for(user, record.agency)
    if isinstance(record, AttributionDispute):
        if not record.pk:
            return record.may_stand and reports_for(user, record.agency)
        if is_party(user, record):
            return False
    meta, action = record._meta, "change" if record.pk else "add"
    return user.has_perm(f"{meta.app_label}.{action}_{meta.model_name}")


def decides_on(user, models):
    """
    Whether a user who decides on changes decides on those of these models.

    An administrator without another role does on agencies and their names alone.
    """
    is_limited = access.is_administrator(user) and not access.is_reviewer(user)
    return all(
        user.is_superuser or not is_limited or model._meta.app_label == "agencies"
        for model in models
    )


def is_party(user, dispute):
    """Whether the dispute is of the user's agency: she may not decide on it."""
    return dispute.written_by_id == user.pk or reports_for(user, dispute.agency_id)


def within_agency(user, updates):
    """
    The updates that would be reviewed within the reporting agency if she reviews them.

    That is so if the agency hosts the secretariat in the plan, or she has a mandate for
    it.
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


def must_report(by, update):
    if not reports_for(by, update.agency):
        raise TransitionError(
            _("%(record)s: you do not report for this agency.") % {"record": update}
        )


def must_submit(by, update):
    must_report(by, update)
    if not may_submit(by, update.agency):
        raise TransitionError(
            _("%(record)s: only a titular of %(agency)s submits.")
            % {"record": update, "agency": update.agency}
        )


def must_review(by, update):
    if not may_review(by, update):
        raise TransitionError(
            _("%(record)s: only the secretariat reviews.") % {"record": update}
        )


def must_transcribe(by, letter, update):
    """Refuse all but the secretariat, and letters of another agency or round."""
    if not (_is_of(letter, update) and may_review(by, update)):
        raise TransitionError(
            _("%(record)s: only the secretariat transcribes, from the agency's letter.")
            % {"record": update}
        )


def _is_of(letter, update):
    sender = letter.agency_id, letter.period_id
    return sender == (update.agency.pk, update.period_id)


def must_confirm(by, update):
    must_submit(by, update)


def must_still_answer(update):
    """Refuse a first submission by an agency that was asked before another one."""
    if update.submitted_at or update.agency == update.answering or published(update):
        return
    raise TransitionError(
        _("%(record)s: %(agency)s answers for this now.")
        % {"record": update, "agency": update.answering}
    )


def must_say_why(update, reason):
    if not reason.strip():
        raise TransitionError(_("%(record)s: state the reason.") % {"record": update})


def must_accept_reports(update):
    """
    Refuse a new report outside an open round, and on what another agency reported.

    Corrections are always possible.
    """
    period = update.period
    if not period.is_round:
        raise TransitionError(
            _("%(period)s only files what public sources say; choose a round.")
            % {"period": period}
        )
    if not period.accepts(update.agency) and not published(update):
        raise TransitionError(
            _("%(period)s is not open for reports.") % {"period": period}
        )
    others = siblings(update).exclude(agency=update.agency)
    if earlier := others.filter(status__in=HANDED_IN).first():
        raise TransitionError(
            _("%(record)s: %(agency)s has reported on this already.")
            % {"record": update, "agency": earlier.agency}
        )


def is_in_time(update):
    """
    Whether its round still takes a revision, saved or not.

    After the round closed only what was sent before, and corrections, can be sent.
    """
    period, agency = update.period, update.agency
    return bool(update.submitted_at or period.accepts(agency) or published(update))


def must_be_in_time(update):
    period, agency = update.period, update.agency
    if is_in_time(update):
        return
    raise TransitionError(
        _(
            "%(period)s closed on %(day)s. The secretariat can open it again for "
            "%(agency)s; what you wrote is kept until then."
        )
        % {
            "period": period,
            "day": date_format(period.closes_on, "SHORT_DATE_FORMAT"),
            "agency": agency,
        }
    )
