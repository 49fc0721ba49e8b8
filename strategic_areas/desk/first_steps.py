"""
The steps from an empty portal to its first published report.

Existing records show whether a step is done. The list disappears once an agency's
report is published. One step invites all agencies at once.
"""

from django.contrib import messages
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _

from agencies import access, audit, invitations
from agencies.access import RefusedError
from agencies.folding import fold
from agencies.models import Agency, FocalPoint
from agencies.stand_ins import reviewers
from strategic_areas import workflow
from strategic_areas.desk.screens import render_screen
from strategic_areas.models import (
    Activity,
    ActivityUpdate,
    Commitment,
    Participation,
    Plan,
    Provenance,
    ReportingPeriod,
)
from strategic_areas.workflow.guard import must_identify_nobody
from strategic_areas.workflow.plain_values import must_be_valid

MAX_LINES = 100
#: First word of an agency's name → its kind; others are offices.
KIND_BY_FIRST_WORD = {
    "ministerio": "ministry",
    "direccion": "directorate",
    "consejo": "council",
    "instituto": "institute",
    "policia": "police",
    "procuraduria": "prosecution",
    "organizacion": "international",
    "fundacion": "civil_society",
}
#: Word in a pasted line → data of the invitation.
DATA_BY_WORD = {
    "titular": {"kind": "titular"},
    **dict.fromkeys(
        ["suplente", "alterno", "alterna", "alternate"],
        {"kind": "alternate"},
    ),
    **dict.fromkeys(["preside", "chair"], {"plan_role": "chair"}),
    **dict.fromkeys(["colabora", "partner"], {"plan_role": "partner"}),
    **dict.fromkeys(["sucede", "succeeds"], {"takes_over": "on"}),
}


#: Steps, counted from 0, that administrators take; reviewers take the others.
ADMINISTRATOR_STEPS = {0, 2}


def plan_being_set_up():
    """Return the plan in preparation, else the latest approved plan, else None."""
    rows = Plan.objects.exclude(status=Plan.Status.ENDED)
    # In alphabetical order "in_preparation" follows "approved".
    return rows.order_by("-status", "-starts_on").first()


def first_steps(user, today):
    """
    Return the steps in order; None for users who decide nothing, or once a report
    is published.
    """
    published = ActivityUpdate.objects.filter(
        provenance__in=[Provenance.REPORTED, Provenance.TRANSCRIBED],
        published_at__isnull=False,
    )
    decides = access.is_reviewer(user) or access.is_administrator(user)
    if not decides or published.exists():
        return None
    plan, of_agency = plan_being_set_up(), {"agency": OuterRef("agency")}
    code = plan.code if plan else "-"
    people = [each.get_full_name() or each.username for each in reviewers()]
    participations = Participation.objects.filter(plan=plan).annotate(
        has_focal_point=Exists(FocalPoint.objects.current().filter(**of_agency)),
        is_invited=Exists(invitations.Invitation.objects.filter(**of_agency)),
    )
    invited = [
        each for each in participations if each.is_invited or each.has_focal_point
    ]
    activities = Activity.objects.filter(plan=plan).count()
    has_commitments = Commitment.objects.filter(plan=plan).exists()
    rounds = list(ReportingPeriod.objects.counted_rounds().filter(plan=plan))
    steps = [
        {
            "title": _("Two people who decide"),
            "details": ", ".join(people)
            if len(people) > 1
            else _("Invite a second person of the secretariat; nobody decides alone."),
            "time": _("5 minutes"),
            "is_done": len(people) > 1,
            "address": f"{reverse('admin:agencies_invitation_add')}?role=reviewer",
        },
        {
            "title": _("The commission and its plan"),
            "details": f"{plan.commission} · {plan.title}"
            if plan and plan.commission
            else _(
                "What the commission is called, what its plan is called, and from when "
                "to when it runs."
            ),
            "time": _("5 minutes"),
            "is_done": bool(plan and plan.commission),
            "address": reverse("admin:plan_node", args=[code, "plan", plan.pk])
            if plan
            else reverse("admin:strategic_areas_plan_add"),
        },
        {
            "title": _("The agencies"),
            "details": _("Invited: %(invited)d; came in: %(came)d.")
            % {
                "invited": len(invited),
                "came": sum(each.has_focal_point for each in invited),
            }
            if invited
            else _("All with one pasted list: agency, person and mail."),
            "time": _("15 minutes"),
            "is_done": bool(invited),
            "address": reverse("admin:invite_many"),
        },
        {
            "title": _("The plan"),
            "details": _("Activities: %(n)d") % {"n": activities}
            if activities
            else _(
                "The plan has commitments and no activity yet: agencies report on "
                "activities. Add them on the tree, or name their column again."
            )
            if has_commitments
            else _(
                "Upload the matrix as you have it, in Excel. The portal asks once what "
                "each column is, and shows the plan that comes out. Nothing is public "
                "yet."
            ),
            "time": _("about 25 minutes"),
            "is_done": bool(activities),
            "address": reverse(
                "admin:plan_tree" if has_commitments else "admin:planbook", args=[code]
            ),
        },
        {
            "title": _("Approve the plan"),
            "details": _(
                "One person sends it; the other reads and approves it. From then on "
                "the public reads it."
            ),
            "time": _("both, 15 minutes"),
            "is_done": bool(activities and plan.status == Plan.Status.APPROVED),
            "address": reverse("admin:plan_approval", args=[code]),
        },
        {
            "title": _("The calendar"),
            "details": _(
                "How often the plan asks, and the days of the first round. One person "
                "asks to open it, the other does."
            ),
            "time": _("both, 5 minutes"),
            "is_done": bool(rounds),
            "address": reverse("admin:round_open", args=[code]),
        },
        {
            "title": _("The first round"),
            "details": _("It opens on its day; the agencies get a mail."),
            "time": _("on that day"),
            "is_done": any(each.opens_on <= today for each in rounds),
            "address": reverse("admin:rounds"),
        },
        {
            "title": _("The first published report"),
            "details": _("An agency sends it, and one of you publishes it."),
            "time": _("when it comes"),
            "is_done": False,
            "address": reverse("admin:review_queue"),
        },
    ]
    number = [each["is_done"] for each in steps].index(False)
    is_for_administrators = number in ADMINISTRATOR_STEPS
    has_role = access.is_administrator if is_for_administrators else access.is_reviewer
    # Other users cannot open the page of the step; they see who can.
    steps[number] |= {"is_next": True, "is_own": has_role(user)}
    return {"steps": steps, "done": sum(each["is_done"] for each in steps)}


def add_participant(plan, acronym, names, *, role, by):
    """
    Return the agency with this acronym, added to the plan in preparation if needed.

    An unknown agency is created with the longest of ``names``; it becomes public with
    the approval of the plan. Raises ``RefusedError``.
    """
    agency = Agency.objects.filter(acronym__iexact=acronym).first()
    participation = Participation(
        plan=plan, agency=agency, role=role, provenance="plan"
    )
    known = Participation.objects.filter(plan=plan, agency=agency)
    may_add = (
        plan
        and workflow.needs_no_approval(participation, ["role"])
        and workflow.may_propose(by, participation)
    )
    if agency and (not may_add or known.exists()):
        return agency
    if not may_add:
        raise RefusedError(
            _("%(name)s: the secretariat adds it to the plan first.")
            % {"name": acronym}
        )
    if agency is None:
        participation.agency = _create_agency(acronym, names, by)
    participation.save()
    return participation.agency


def _create_agency(acronym, names, by):
    if len(names) < 2:
        raise RefusedError(
            _("The portal does not know %(name)s: write what it is called.")
            % {"name": acronym}
        )
    name = max(names, key=len)
    must_identify_nobody(Agency, acronym=acronym, name_es=name)
    kind = KIND_BY_FIRST_WORD.get(fold(name).partition(" ")[0], "office")
    agency = Agency(acronym=acronym, slug=slugify(acronym), name_es=name, kind=kind)
    must_be_valid(agency)
    agency.save()
    audit.record_event(audit.Event.RECORD_MADE, actor=by, obj=agency)
    return agency


def parse_invitation_line(line):
    """
    Return the invitation's data, the agency's acronym, and other names.

    The cells may be in any order.
    """
    separator = next((mark for mark in "\t;" if mark in line), ",")
    cells = [cell.strip() for cell in line.split(separator)]
    data = {"kind": "titular", "plan_role": "member"}
    for cell in cells:
        data |= DATA_BY_WORD.get(fold(cell), {"email": cell} if "@" in cell else {})
    names = [x for x in cells if x and "@" not in x and fold(x) not in DATA_BY_WORD]
    acronym = next(
        (x for x in names if x.isupper() and " " not in x), (names or [line])[0]
    )
    return data, acronym, [name for name in names if name != acronym]


@transaction.atomic
def _invite(line, plan, by):
    data, acronym, names = parse_invitation_line(line)
    try:
        agency = add_participant(plan, acronym, names, role=data["plan_role"], by=by)
    except RefusedError as error:
        return {"line": line, "wrong": [str(error)]}
    data |= {"role": access.Role.FOCAL_POINT, "agency": agency.pk, "language": "es"}
    form = invitations.InvitationForm(data)
    form.by = by
    if not form.is_valid():
        transaction.set_rollback(True)
        return {"line": line, "wrong": sum(form.errors.values(), [])}
    invitation = form.instance
    return {
        "line": line,
        **invitations.printed_invitation(
            invitation, invitations.invite(invitation, by=by)
        ),
    }


def _mark_duplicates(rows):
    seen = set()
    for row in rows:
        email = parse_invitation_line(row["line"])[0].get("email", "").lower()
        if email in seen and "wrong" in row:
            row["wrong"] = [_("This person is on the list twice: empty this line.")]
        seen.add(email or row["line"])


def invite_many(request):
    """
    Invite the people of a pasted list, after showing how it was read.

    A line with an error does not hold back the others.
    """
    access.require_administrator(request)
    plan, is_sent = plan_being_set_up(), "send" in request.POST
    pasted = "\n".join(request.POST.getlist("line"))
    lines, shown_again = [x for x in pasted.splitlines() if x.strip()], ""
    if len(lines) > MAX_LINES:
        facts = {"number": len(lines), "most": MAX_LINES}
        messages.error(
            request,
            _("%(number)d lines are too many: paste at most %(most)d at once.") % facts,
        )
        lines, shown_again = [], pasted
    with transaction.atomic():
        rows = [_invite(x, plan, request.user) for x in lines]
        _mark_duplicates(rows)
        transaction.set_rollback(not is_sent)
    good = sorted(
        (row for row in rows if "wrong" not in row),
        key=lambda row: row["invitation"].is_mailed,
    )
    return render_screen(
        request,
        "desk/invite_many.html",
        title=_("Invite the agencies"),
        wrong=[row for row in rows if "wrong" in row],
        good=good,
        is_sent=is_sent,
        shown_again=shown_again,
        printed_invitations=[
            row for row in good if is_sent and not row["invitation"].is_mailed
        ],
        is_by_reviewer=access.is_reviewer(request.user),
    )
