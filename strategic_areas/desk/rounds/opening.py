"""The page that proposes to open the next round, with a preview of its effects."""

from collections import defaultdict
from datetime import timedelta

from django import forms
from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from agencies.mail import agencies_with_contact
from agencies.stand_ins import reviewers
from strategic_areas import rounds, workflow
from strategic_areas.desk.changes.decisions import redirect_to_change
from strategic_areas.desk.rounds import notices
from strategic_areas.desk.screens import plan_or_404, refusals_shown_on, render_screen
from strategic_areas.desk.sheet.contents import ReportingSheet
from strategic_areas.models import Plan, ReportingPeriod, RoundReopening
from strategic_areas.queries import asked_values
from strategic_areas.schedule import DAYS_BEFORE_DUE, RoundFrequency, working_day
from strategic_areas.workflow.questions import DECLARATION, REPORT

FREQUENCY_WORDS = {
    RoundFrequency.QUARTER: gettext_lazy("Every quarter"),
    RoundFrequency.SEMESTER: gettext_lazy("Every semester"),
    RoundFrequency.YEAR: gettext_lazy("Every year"),
}


def required_field(field, **options):
    return field.formfield(**options, required=True)


class OpenRoundForm(forms.ModelForm):
    """The days of a round; the calendar proposes all of them."""

    class Meta:
        model = ReportingPeriod
        fields = ["opens_on", "due_on", "closes_on"]
        formfield_callback = required_field
        widgets = dict.fromkeys(
            fields, forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        )


def open_round(request, plan):
    """
    Preview a plan's next round, and propose to open it.

    Posting ``ask`` proposes it, ``moved`` sets the due date that the page offers.
    """
    plan = plan_or_404(request, plan)
    frequency = request.GET.get("cada")
    frequency = frequency if frequency in FREQUENCY_WORDS else None
    period = rounds.next_round(plan, timezone.localdate(), frequency)
    if period is None or plan.status != Plan.Status.APPROVED:
        raise Http404
    if pending_change := rounds.proposed_round(plan):
        return redirect("admin:approval", pk=pending_change.pk)
    data = request.POST.dict() if request.method == "POST" else None
    if data and data.get("code", period.code) != period.code:
        messages.warning(
            request, _("The plan was changed after you had read it: read it again.")
        )
        data = None
    if data and "moved" in data:
        data["due_on"] = data["moved"]
    form = OpenRoundForm(data, instance=period)
    if form.is_valid() and "ask" in data:
        with refusals_shown_on(form):
            return redirect_to_change(
                request, workflow.propose(period, by=request.user)
            )
    if form.errors:
        period = rounds.next_round(plan, timezone.localdate(), frequency)
    return render_screen(
        request,
        "desk/round_open.html",
        status=422 if form.errors else 200,
        title=_("Open the round: %(round)s") % {"round": period},
        period=period,
        form=form,
        opening=opening_preview(period, form),
        calendar=rounds.schedule_of(plan.periods.counted_rounds()),
        frequency=frequency,
        frequencies=FREQUENCY_WORDS.items(),
        others=reviewers().exclude(pk=request.user.pk).count(),
    )


def opening_preview(period, form=None) -> dict | None:
    """
    Return the effects of a proposed round; None for a period that asks nobody.

    ``owed_by_agency`` are pairs of an agency and its reports and values;
    ``unreachable`` are agencies without a focal point who has a mail address.
    """
    if not period.is_round or period.is_demonstration:
        return None
    activities = list(REPORT.subjects(period).select_related("agency"))
    # Values are looked up by the key of the round, and an unsaved one has none.
    period.pk = period.pk or 0
    values = asked_values.values_by_round(period.plan, [period]).get(period, ())
    period.pk = period.pk or None
    subjects = defaultdict(list)
    for subject in (*activities, *values):
        subjects[subject.agency].append(subject)
    owed_by_agency = sorted(subjects.items(), key=lambda pair: pair[0].acronym)
    reachable_ids = agencies_with_contact(timezone.localdate())
    better = working_day(period.due_on)
    return {
        "period": period,
        "days": list(_days(period, form)),
        "owed_by_agency": owed_by_agency,
        "reports": len(activities),
        "declarations": DECLARATION.subjects(period).count(),
        "values": len(values),
        "unreachable": [
            agency for agency, _owed in owed_by_agency if agency.pk not in reachable_ids
        ],
        "better": better if better != period.due_on else None,
        "other": period.overlapping_round(),
        "mail": owed_by_agency and _first_mail(period, *owed_by_agency[0]),
    }


def reopening_preview(reopening) -> dict:
    sheet = ReportingSheet(reopening.period, reopening.agency)
    earlier = RoundReopening.objects.filter(agency=reopening.agency)
    return {
        "reopening": reopening,
        "rows": sheet.owed,
        "earlier": earlier.filter(period__plan=reopening.period.plan_id).count(),
    }


def _first_mail(period, agency, missing):
    to_do = notices.AgencyToDo(
        agency, period, period.due_on, period.closes_on, missing, (), False
    )
    return {
        "subject": notices.reminder_subject(notices.ReminderMail(None, [to_do])),
        "text": render_to_string("email/_round.txt", {"to_do": to_do}),
    }


def _days(period, form):
    earlier = period.plan.periods.counted_rounds().filter(ends_on__lt=period.starts_on)
    calendar = {}
    if earlier := list(earlier):
        calendar = rounds.schedule_of(earlier).window(period.ends_on)
    last = period.ends_on
    for day, name, label, explanation in _named_days(period):
        usual = calendar.get(name, day)
        yield {
            "day": day,
            "name": name,
            "after": (day - last).days,
            "word": label,
            "happens": explanation,
            "usual": usual if usual != day else None,
            "field": form[name] if form and name else None,
        }
        last = day


def _named_days(period):
    """Yield day, form field or "", label and explanation, in order."""
    yield (
        period.opens_on,
        "opens_on",
        _("Opens"),
        _("Agencies see their sheet and get the first mail."),
    )
    first = period.due_on - timedelta(days=max(DAYS_BEFORE_DUE))
    if first > period.opens_on:
        yield (
            first,
            "",
            _("First reminder"),
            _(
                "A mail to all who have not sent everything; again 3 days before it is "
                "due, and on that day."
            ),
        )
    yield (
        period.due_on,
        "due_on",
        _("Due"),
        _("From the next day the public reads who has not reported."),
    )
    if weeks := (period.closes_on - period.due_on).days // 7:
        yield (
            period.due_on + timedelta(weeks=weeks),
            "",
            _("Last reminder"),
            _(
                "A mail a week to all who have not sent everything; this is the last "
                "one."
            ),
        )
    yield (
        period.closes_on,
        "closes_on",
        _("Closes"),
        _("After it nobody reports without asking; scorecards are made."),
    )
