"""
Accounts, mandates and substitutes: the review of accesses, and handing over.

The review flags an account if each of its agencies missed the last two closed rounds of
the mandate, and proposes to close it after three, unless it holds an agency's only
mandate or belongs to a reviewer or administrator. No account is closed automatically.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from urllib.parse import urlencode

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Max, Q
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from agencies import access
from agencies.access import Role, is_reviewer
from agencies.accounts.account_changes import ACCOUNT_CHANGE_STEPS, AccountChange
from agencies.accounts.closing import administrators, hand_over
from agencies.accounts.second_factors import FACTORS
from agencies.invitations import Invitation
from agencies.models import Agency, FocalPoint, User
from agencies.stand_ins import STAND_IN_STEPS, StandIn, propose_stand_in, reviewers
from strategic_areas.compliance import Timeliness
from strategic_areas.desk.changes import decisions
from strategic_areas.desk.inputs import one_button_helper
from strategic_areas.desk.screens import refusals_shown_on, render_screen
from strategic_areas.models import (
    Activity,
    ActivityUpdate,
    Commitment,
    Indicator,
    Participation,
    Plan,
    ReportingPeriod,
    RevisionStatus,
)
from strategic_areas.queries import rounds
from strategic_areas.queries.rounds import load_agency_rounds
from strategic_areas.workflow.questions import QUESTION_BY_MODEL

FLAG_AFTER_ROUNDS, CLOSE_AFTER_ROUNDS = 2, 3
#: Mandates that end within this time are listed as problems.
ENDS_SOON = timedelta(days=30)
NEEDED_KINDS = (FocalPoint.Kind.TITULAR, FocalPoint.Kind.ALTERNATE)


@dataclass(frozen=True)
class AccountAccess:
    user: User
    #: Also while substituting for a reviewer.
    is_reviewer: bool
    is_administrator: bool
    mandates: tuple[FocalPoint, ...]
    has_factor: bool
    last_seen: datetime | None
    #: The rounds missed in a row; of several agencies, by the one that missed fewest.
    missed_rounds: int
    holds_only_mandate: bool

    @property
    def is_flagged(self):
        return self.missed_rounds >= FLAG_AFTER_ROUNDS

    @property
    def should_be_closed(self):
        is_needed = self.is_reviewer or self.is_administrator or self.holds_only_mandate
        return self.missed_rounds >= CLOSE_AFTER_ROUNDS and not is_needed


@dataclass(frozen=True)
class MissingMandate:
    agency: Agency
    no_titular: bool
    no_alternate: bool
    #: The kinds of mandate of its invitations that are still valid.
    invited: frozenset[str]

    @property
    def in_words(self):
        titular, alternate = (kind in self.invited for kind in NEEDED_KINDS)
        texts = {
            _("titular invited, not in yet"): self.no_titular and titular,
            _("no titular"): self.no_titular and not titular,
            _("alternate invited, not in yet"): self.no_alternate and alternate,
            _("no alternate"): self.no_alternate and not alternate,
        }
        return ", ".join(text for text, applies in texts.items() if applies)


def account_accesses():
    mandates = _mandates_by_user()
    # One person may be titular and alternate.
    holders = Counter(
        agency_id
        for rows in mandates.values()
        for agency_id in {each.agency_id for each in rows}
    )
    rounds_by_agency, seen = _closed_rounds_by_agency(), _last_seen()
    factors = _users_with_factor()
    current_reviewers, current_administrators = set(reviewers()), set(administrators())
    users = User.objects.filter(is_active=True, is_staff=True)
    accesses = []
    for user in users.order_by("last_name", "username"):
        own = tuple(mandates[user.pk])
        accesses.append(
            AccountAccess(
                user=user,
                is_reviewer=user in current_reviewers,
                is_administrator=user in current_administrators,
                mandates=own,
                has_factor=user.pk in factors,
                last_seen=max(
                    filter(None, [user.last_login, seen.get(user.pk)]), default=None
                ),
                missed_rounds=min(
                    (_count_missed(each, rounds_by_agency) for each in own), default=0
                ),
                holds_only_mandate=any(holders[each.agency_id] == 1 for each in own),
            )
        )
    return sorted(accesses, key=lambda each: -each.missed_rounds)


def missing_mandates():
    """
    Return agencies of public plans without a titular or an alternate.

    Partners without an activity or indicator are left out: they report nothing.
    """
    current = FocalPoint.objects.current().filter(user__is_active=True)
    kinds = defaultdict(set)
    for agency, kind in current.values_list("agency_id", "kind"):
        kinds[agency].add(kind)
    plans = Plan.objects.public()
    participations = Participation.objects.filter(plan__in=plans)
    reports = Q(
        agency__in=Activity.objects.not_superseded()
        .filter(plan__in=plans)
        .values("agency")
    ) | Q(agency__in=Indicator.objects.filter(introduced_by__in=plans).values("agency"))
    reporting = participations.filter(~Q(role=Participation.Role.PARTNER) | reports)
    agencies = Agency.objects.filter(
        pk__in=reporting.values("agency"), dissolved_on__isnull=True
    ).order_by("acronym")
    pending = Invitation.objects.open().filter(expires_at__gt=timezone.now())
    invited = defaultdict(set)
    for agency, kind in pending.values_list("agency_id", "kind"):
        invited[agency].add(kind)
    gaps = [
        MissingMandate(
            agency,
            *(kind not in kinds[agency.pk] for kind in NEEDED_KINDS),
            frozenset(invited[agency.pk]),
        )
        for agency in agencies
    ]
    return [gap for gap in gaps if gap.no_titular or gap.no_alternate]


def _mandates_by_user():
    found = defaultdict(list)
    current = FocalPoint.objects.current().filter(
        user__is_active=True, user__is_staff=True
    )
    for each in current.select_related("agency").order_by("agency__acronym"):
        found[each.user_id].append(each)
    return found


def _closed_rounds_by_agency():
    """Map agencies to pairs of due date and whether it was silent, newest first."""
    found, today = defaultdict(list), timezone.localdate()
    closed = ReportingPeriod.objects.counted_rounds().filter(closes_on__lt=today)
    for agency_round in load_agency_rounds(closed.select_related("plan"), today):
        timeliness = agency_round.timeliness(today)
        if timeliness != Timeliness.NOT_ASKED and not agency_round.accepts(today):
            found[agency_round.agency.pk].append(
                (agency_round.period.due_on, timeliness == Timeliness.SILENT)
            )
    return {agency: sorted(rounds, reverse=True) for agency, rounds in found.items()}


def _count_missed(mandate, rounds_by_agency):
    number = 0
    for due_on, was_silent in rounds_by_agency.get(mandate.agency_id, []):
        if not was_silent or due_on < mandate.starts_on:
            break
        number += 1
    return number


def _last_seen():
    rows = UserSession.objects.values("user").annotate(seen=Max("last_seen_at"))
    return {row["user"]: row["seen"] for row in rows}


def _users_with_factor():
    rows = Authenticator.objects.filter(type__in=FACTORS)
    return set(rows.values_list("user_id", flat=True))


def access_review(request):
    access.require_administrator(request)
    return render_screen(
        request,
        "desk/access_review.html",
        title=_("Review of accesses"),
        accesses=account_accesses(),
        gaps=missing_mandates(),
    )


@dataclass(frozen=True)
class AccessProblem:
    """A problem of an account or an agency, and the page that solves it."""

    about: str
    what: str
    address: str
    todo: str


def access_problems() -> list[AccessProblem]:
    gaps = sorted(missing_mandates(), key=lambda gap: not gap.no_titular)
    return [
        *chain(*map(_account_problems, account_accesses())),
        *_invitation_problems(),
        *map(_mandate_problem, gaps),
    ]


def _account_problems(account) -> Iterable[AccessProblem]:
    user = account.user
    name = f"{user.get_full_name() or user.username} ({user.username})"
    address = reverse("admin:agencies_user_change", args=[user.pk])
    for text in _problem_texts(account):
        yield AccessProblem(name, text, address, _("See the account"))


def _problem_texts(account):
    if account.is_flagged:
        missed = ngettext(
            "%(number)d round missed in a row",
            "%(number)d rounds missed in a row",
            account.missed_rounds,
        ) % {"number": account.missed_rounds}
        if account.should_be_closed:
            missed = f"{missed}; {_('proposed to be closed')}"
        elif account.holds_only_mandate:
            missed = f"{missed}; {_('the only one of its agency')}"
        yield missed
    if settings.REQUIRE_SECOND_FACTOR and not account.has_factor:
        yield _("No second factor yet")
    if not (account.mandates or account.is_reviewer or account.is_administrator):
        yield _("No current mandate: the account can do nothing")
    for mandate in account.mandates:
        if mandate.ends_on and mandate.ends_on - timezone.localdate() <= ENDS_SOON:
            yield _("Its mandate for %(agency)s ends on %(day)s") % {
                "agency": mandate.agency,
                "day": date_format(mandate.ends_on, "SHORT_DATE_FORMAT"),
            }


def _mandate_problem(gap):
    query = urlencode({"agency": gap.agency.pk, "role": Role.FOCAL_POINT})
    return AccessProblem(
        f"{gap.agency} · {gap.agency.name}",
        gap.in_words,
        f"{reverse('admin:agencies_invitation_add')}?{query}",
        _("Invite"),
    )


def _invitation_problems():
    expired = Invitation.objects.open().filter(expires_at__lt=timezone.now())
    for each in expired.order_by("expires_at"):
        day = date_format(timezone.localdate(each.expires_at), "SHORT_DATE_FORMAT")
        yield AccessProblem(
            str(each),
            _("The invitation expired on %(day)s") % {"day": day},
            reverse("admin:agencies_invitation_change", args=[each.pk]),
            _("See the invitation"),
        )


REPORTS_SHOWN = 20
UNFINISHED_STATUSES = [RevisionStatus.DRAFT, RevisionStatus.RETURNED]


def agency_work(agency):
    updates = ActivityUpdate.objects.without_unsubmitted_transcriptions().filter(
        agency=agency
    )
    unfinished = [
        row
        for question in QUESTION_BY_MODEL.values()
        for row in question.model.objects.without_unsubmitted_transcriptions()
        .filter(agency=agency, status__in=UNFINISHED_STATUSES)
        .select_related(question.name, "period")
    ]
    return {
        "agency": agency,
        "commitments": tuple(
            Commitment.objects.filter(lead=agency, plan__in=Plan.objects.public())
            .select_related("plan")
            .order_by("plan", "sort_code")
        ),
        "activities": tuple(
            Activity.objects.not_superseded()
            .filter(agency=agency, plan__in=Plan.objects.public())
            .select_related("commitment", "plan")
            .order_by("plan", "sort_code")
        ),
        "published": tuple(
            updates.filter(status=RevisionStatus.PUBLISHED)
            .select_related("activity", "period")
            .order_by("-published_at", "-pk")[:REPORTS_SHOWN]
        ),
        "unfinished": tuple(unfinished),
        "rounds_to_do": tuple(_rounds_to_do(agency)),
    }


def _rounds_to_do(agency):
    today = timezone.localdate()
    opened = ReportingPeriod.objects.opened_by(today).select_related("plan")
    for agency_round in rounds.load_agency_rounds(opened, today):
        if (
            agency_round.agency == agency
            and agency_round.accepts(today)
            and agency_round.to_do_count
        ):
            yield agency_round


class HandOverMandateForm(forms.Form):
    successor = forms.ModelChoiceField(
        label=gettext_lazy("Successor"),
        queryset=User.objects.none(),
        help_text=gettext_lazy("Somebody without an account is invited first."),
    )

    def __init__(self, *args, mandate, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["successor"].queryset = (
            User.objects.filter(
                is_active=True, is_staff=True, groups__name=Role.FOCAL_POINT
            )
            .exclude(pk=mandate.user_id)
            .order_by("last_name", "username")
        )


def hand_over_mandate(request, pk):
    access.require_administrator(request)
    current = FocalPoint.objects.current().select_related("agency", "user")
    mandate = get_object_or_404(current, pk=pk)
    form = HandOverMandateForm(request.POST or None, mandate=mandate)
    if form.is_valid():
        with refusals_shown_on(form):
            hand_over(mandate, form.cleaned_data["successor"], by=request.user)
            messages.success(
                request, _("%(agency)s is handed over.") % {"agency": mandate.agency}
            )
            return redirect("admin:agencies_focalpoint_changelist")
    return render_screen(
        request,
        "desk/hand_over.html",
        title=_("Hand over %(agency)s") % {"agency": mandate.agency},
        mandate=mandate,
        form=form,
    )


def agency_work_page(request, slug):
    own = FocalPoint.objects.agencies_of(request.user)
    agency = get_object_or_404(Agency, pk__in=own, slug=slug)
    return render_screen(
        request,
        "desk/agency_work.html",
        title=_("%(agency)s: what is promised, done and owed") % {"agency": agency},
        work=agency_work(agency),
    )


class ProposeStandInForm(forms.ModelForm):
    class Meta:
        model = StandIn
        fields = ["user", "starts_on", "ends_on"]
        widgets = {
            name: forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            for name in ("starts_on", "ends_on")
        }

    def __init__(self, *args, by, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        people = User.objects.filter(is_active=True, is_staff=True, is_superuser=False)
        candidates = people.filter(
            groups__name__in=[Role.FOCAL_POINT, Role.ADMINISTRATOR]
        )
        others = candidates.exclude(groups__name=Role.REVIEWER).exclude(pk=by.pk)
        self.fields["user"].queryset = others.distinct().order_by("username")
        self.helper = one_button_helper(
            "step-form", "propose", gettext_lazy("Name them as a substitute")
        )

    def clean_ends_on(self):
        day = self.cleaned_data["ends_on"]
        if day < timezone.localdate():
            raise forms.ValidationError(_("That day is past."))
        return day


def stand_in_list(request):
    if not STAND_IN_STEPS.may_decide(request.user):
        raise PermissionDenied
    form = None
    if is_reviewer(request.user):
        form = ProposeStandInForm(request.POST or None, by=request.user)
        if form.is_valid():
            with refusals_shown_on(form):
                stand_in = propose_stand_in(form.save(commit=False), by=request.user)
                return redirect("admin:stand_in", pk=stand_in.pk)
    return render_screen(
        request,
        "desk/stand_ins.html",
        title=_("Substitutes of the secretariat"),
        rows=StandIn.objects.visible_to(request.user).order_by("-starts_on")[:50],
        form=form,
    )


def _decision_page(request, steps, rows, form, template):
    decision = get_object_or_404(rows.select_related("proposed_by", "decided_by"))
    step_forms = decisions.decision_forms(request, steps, decision, form)
    if decisions.take_pressed_step(request, steps, decision, step_forms):
        return redirect("admin:index")
    return render_screen(
        request,
        template,
        title=str(decision),
        decided=decision,
        step_forms=step_forms,
        why_not=steps.why_not(request.user, decision),
    )


def stand_in_detail(request, pk):
    rows = StandIn.objects.visible_to(request.user).filter(pk=pk)
    return _decision_page(
        request, STAND_IN_STEPS, rows, decisions.ApproveForm, "desk/stand_in.html"
    )


class ConfirmPersonForm(decisions.ApproveForm):
    button = gettext_lazy("I know this person: confirm")


def account_change_detail(request, pk):
    rows = AccountChange.objects.visible_to(request.user).filter(pk=pk)
    return _decision_page(
        request,
        ACCOUNT_CHANGE_STEPS,
        rows.select_related("user"),
        ConfirmPersonForm,
        "desk/account_change.html",
    )
