"""
Plain functions that make valid records; every argument has a default.

Published rows come through the workflow, so that no state is made that cannot exist.
"""

import time
from datetime import date, timedelta
from itertools import count

from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from agencies import invitations, stand_ins
from agencies.access import Role
from agencies.accounts import confirming, factors
from agencies.models import Agency, FocalPoint, User
from agencies.stand_ins import StandIn
from strategic_areas import evidence, purging, triggers, workflow
from strategic_areas.datasets import editions
from strategic_areas.figures.reporting import hand_in
from strategic_areas.models import (
    Activity,
    ActivityProposal,
    ActivityUpdate,
    Amendment,
    AttributionDispute,
    Commitment,
    CommitmentUpdate,
    Correction,
    Discrepancy,
    Edition,
    EditionProposal,
    Evidence,
    FrameworkTarget,
    HelpLine,
    Indicator,
    LaterActivity,
    LegalInstrument,
    Letter,
    Participation,
    Plan,
    PlanChange,
    PlanFile,
    Programme,
    Provenance,
    PublishedFigure,
    ReportingPeriod,
    ReportWords,
    Source,
    StrategicArea,
    TargetLink,
    Term,
    TipTier,
)
from strategic_areas.models.measurements import ReportedValue
from strategic_areas.models.own_words import ABOUT
from strategic_areas.models.publication import random_bits
from strategic_areas.purging import hiding
from tests.uploads import make_pdf

_numbers = count(1)

PASSWORD = "correct horse battery staple"


def make_user(*, group=None, is_staff=True, **fields):
    """An account; with a password, so that a browser can sign in."""
    number = next(_numbers)
    fields.setdefault("username", f"person{number}")
    fields.setdefault("email", f"person{number}@example.org")
    user = User(is_staff=is_staff, **fields)
    user.set_password(PASSWORD)
    user.save()
    if group:
        user.groups.add(Group.objects.get(name=group))
    return user


def sign_in(client, login, *, password=PASSWORD, headers=None):
    """What the browser posts from the sign-in page, and a proxy puts before it."""
    return client.post(
        reverse("account_login"),
        {"login": login, "password": password},
        headers=headers,
    )


#: For how long an app shows a code; and until it is checked, on a machine at work.
TOTP_SECONDS, LONGEST_SIGN_IN = 30, 2


def make_totp(user):
    """Give the account an app with codes; its secret."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def totp_code(secret):
    """The code that the app shows; if it is about to change, wait for the next one."""
    left = TOTP_SECONDS - time.time() % TOTP_SECONDS
    if left < LONGEST_SIGN_IN:
        time.sleep(left)
    (counter,) = yield_hotp_counters_from_time()
    return format_hotp_value(hotp_value(secret, counter))


def make_reviewer(**fields):
    return make_user(group=Role.REVIEWER, **fields)


def make_administrator(**fields):
    return make_user(group=Role.ADMINISTRATOR, **fields)


def make_invitation(*, role=Role.FOCAL_POINT, agency=None, kind="", **fields):
    """An open invitation and its secret."""
    fields.setdefault("email", "invited@example.org")
    if role == Role.FOCAL_POINT:
        agency, kind = agency or make_agency(), kind or "titular"
    invitation = invitations.Invitation(role=role, agency=agency, kind=kind, **fields)
    return invitation, invitations.invite(invitation, by=make_administrator())


def make_agency(**fields):
    number = next(_numbers)
    fields.setdefault("acronym", f"AG{number}")
    fields.setdefault("slug", fields["acronym"].lower())
    fields.setdefault("name_es", f"Institución {number}")
    fields.setdefault("name_en", f"Agency {number}")
    fields.setdefault("kind", "ministry")
    return Agency.objects.create(**fields)


def make_mandate(*, user, agency, **fields):
    fields.setdefault("starts_on", timezone.localdate() - timedelta(days=30))
    return FocalPoint.objects.create(user=user, agency=agency, **fields)


def make_focal_point(*, agency=None, mandate=None, **fields):
    """A user with a mandate for the agency; ``mandate`` are fields of the mandate."""
    user = make_user(group=Role.FOCAL_POINT, **fields)
    mandate = {"kind": "titular", **(mandate or {})}
    agency = agency or make_agency()
    taken = FocalPoint.objects.filter(
        agency=agency, kind=mandate["kind"], ends_on__isnull=True
    )
    if taken.exists() and not mandate.get("leave_cover"):
        mandate["kind"] = "alternate"
    make_mandate(user=user, agency=agency, **mandate)
    return user


def make_plan(**fields):
    number = next(_numbers)
    fields.setdefault("code", f"plan-{number}")
    fields.setdefault("title_es", f"Plan nacional {number}")
    fields.setdefault("title_en", f"National plan {number}")
    fields.setdefault("status", Plan.Status.APPROVED)
    fields.setdefault("starts_on", date(2025, 1, 1))
    fields.setdefault("ends_on", date(2028, 12, 31))
    open_structure()
    return Plan.objects.create(**fields)


def put_back_in_preparation(plan):
    """Make a public plan one in preparation again, which the database refuses."""
    (guard,) = [each for each in triggers.declared() if "plan_status" in each.name]
    is_postgresql = connection.vendor == "postgresql"
    where = f' ON "{guard.table}"' if is_postgresql else ""
    with connection.cursor() as cursor:
        if is_postgresql:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f'DROP TRIGGER "{guard.name}"{where}')
        Plan.objects.filter(pk=plan.pk).update(status=Plan.Status.IN_PREPARATION)
        cursor.execute(guard.create(connection.vendor))
        if is_postgresql:
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def open_structure():
    """As while a plan file is loaded: whatever a plan holds may be made and changed."""
    return PlanFile.objects.create()


def close_structure():
    """From now on the structure of approved plans changes by amendments alone."""
    PlanFile.objects.filter(status=PlanFile.Status.APPLYING).delete()


def make_plan_file(plan, **fields):
    """A plan file that was loaded."""
    number = next(_numbers)
    fields.setdefault("name", f"plan-{number}.yaml")
    fields.setdefault("sha256", f"{number:064x}")
    file = PlanFile.objects.create(plan=plan, **fields)
    file.status = PlanFile.Status.LOADED
    file.save()
    return file


def make_source(*, plan=None, **fields):
    number = next(_numbers)
    fields.setdefault("key", f"source{number}")
    fields.setdefault("title", f"Informe {number}")
    fields.setdefault("publisher", "Gobierno")
    fields.setdefault("url", f"https://example.org/{number}")
    fields.setdefault("kind", "official_report")
    return Source.objects.create(plan=plan or make_plan(), **fields)


def make_participation(*, plan, agency, **fields):
    fields.setdefault("role", Participation.Role.MEMBER)
    fields.setdefault("provenance", Provenance.DOCUMENTED)
    return Participation.objects.create(plan=plan, agency=agency, **fields)


def make_area(*, plan=None, **fields):
    number = next(_numbers)
    fields.setdefault("code", str(number))
    fields.setdefault("slug_es", f"eje-{number}")
    fields.setdefault("slug_en", f"area-{number}")
    fields.setdefault("name_es", f"Eje {number}")
    fields.setdefault("name_en", f"Area {number}")
    fields.setdefault("provenance", Provenance.PLAN)
    return StrategicArea.objects.create(plan=plan or make_plan(), **fields)


def make_programme(*, area=None, plan=None, **fields):
    number = next(_numbers)
    fields.setdefault("code", str(number))
    fields.setdefault("name_es", f"Programa {number}")
    fields.setdefault("name_en", f"Programme {number}")
    fields.setdefault("provenance", Provenance.PLAN)
    return Programme.objects.create(area=area or make_area(plan=plan), **fields)


def make_commitment(*, programme=None, plan=None, lead=None, **fields):
    number = next(_numbers)
    fields.setdefault("code", f"C-{number}")
    fields.setdefault("title_es", f"Compromiso {number}")
    fields.setdefault("title_en", f"Commitment {number}")
    fields.setdefault("provenance", Provenance.PLAN)
    return Commitment.objects.create(
        programme=programme or make_programme(plan=plan),
        lead=lead or make_agency(),
        **fields,
    )


def make_activity(*, commitment=None, plan=None, agency=None, **fields):
    number = next(_numbers)
    agency = agency or (commitment.lead if commitment else make_agency())
    commitment = commitment or make_commitment(plan=plan, lead=agency)
    fields.setdefault("code", f"A-{number}")
    fields.setdefault("title_es", f"Actividad {number}")
    fields.setdefault("title_en", f"Activity {number}")
    fields.setdefault("provenance", Provenance.PLAN)
    fields.setdefault("counts_victims", False)
    fields.setdefault("reaches_victims", False)
    return Activity.objects.create(commitment=commitment, agency=agency, **fields)


def make_indicator(*, plan=None, **fields):
    number = next(_numbers)
    fields.setdefault("code", f"I-{number}")
    fields.setdefault("name_es", f"Indicador {number}")
    fields.setdefault("name_en", f"Indicator {number}")
    fields.setdefault("unit_es", "personas")
    fields.setdefault("unit_en", "people")
    fields.setdefault("counts", "persons")
    return Indicator.objects.create(introduced_by=plan or make_plan(), **fields)


def make_published_figure(
    *, indicator=None, year=2025, sources=(), cells=None, **fields
):
    """
    A value of a year as the public reads it; ``cells`` are a breakdown, by category.

    They stand as they are given; nothing here protects them.
    """
    fields = {
        "value": None if fields.get("is_protected") else 40,
        "status": "confirmed",
        "provenance": "documented",
        "starts_on": date(year, 1, 1),
        "ends_on": date(year, 12, 31),
        **fields,
    }
    figure = PublishedFigure.objects.create(
        indicator=indicator or make_indicator(), **fields
    )
    figure.sources.set(sources)
    for order, (category, value) in enumerate((cells or {}).items()):
        figure.cells.create(
            dimension="exploitation", categories=[category], value=value, order=order
        )
    return figure


def make_target(**fields):
    """An international target that a commitment may answer."""
    fields.setdefault("code", f"SDG-{next(_numbers)}")
    fields.setdefault("family", "SDG")
    fields.setdefault("kind", "target")
    fields.setdefault("name_es", f"Meta {fields['code']}")
    fields.setdefault("name_en", f"Target {fields['code']}")
    fields.setdefault("provenance", Provenance.DOCUMENTED)
    return FrameworkTarget.objects.create(**fields)


def make_target_link(target, **fields):
    """Why a commitment responds to a target, or that an indicator measures it."""
    to = fields.get("commitment") or fields.get("indicator")
    fields.setdefault("plan", getattr(to, "plan", None) or to.introduced_by)
    fields.setdefault("why_es", "Lo cuenta")
    return TargetLink.objects.create(target=target, **fields)


def make_law(**fields):
    number = next(_numbers)
    fields.setdefault("code", f"LEY-{number}")
    fields.setdefault("kind", "law")
    fields.setdefault("name_es", f"Ley {number}")
    fields.setdefault("name_en", f"Law {number}")
    fields.setdefault("provenance", Provenance.DOCUMENTED)
    return LegalInstrument.objects.create(**fields)


def make_discrepancy(*, plan=None, **fields):
    number = next(_numbers)
    fields.setdefault("code", f"D-{number}")
    fields.setdefault("topic_es", f"Tema {number}")
    fields.setdefault("topic_en", f"Topic {number}")
    fields.setdefault("detail_es", "Un informe dice 17 y otro 26.")
    fields.setdefault("detail_en", "One report says 17 and another 26.")
    return Discrepancy.objects.create(plan=plan or make_plan(), **fields)


def make_tier(*, plan=None, **fields):
    fields.setdefault("report_year", 2000 + next(_numbers) % 30000)
    fields.setdefault("tier", "2")
    fields.setdefault("label_es", "Nivel 2")
    fields.setdefault("label_en", "Tier 2")
    return TipTier.objects.create(plan=plan or make_plan(), **fields)


def make_term(*, plan=None, **fields):
    number = next(_numbers)
    fields.setdefault("code", f"SIGLA{number}")
    fields.setdefault("word_es", f"Término {number}")
    fields.setdefault("word_en", f"Term {number}")
    fields.setdefault("meaning_es", f"Lo que quiere decir {number}.")
    fields.setdefault("meaning_en", f"What it means {number}.")
    return Term.objects.create(plan=plan or make_plan(), **fields)


def make_later_activity(*, plan=None, **fields):
    number = next(_numbers)
    fields.setdefault("code", f"L-{number}")
    fields.setdefault("title_es", f"Después {number}")
    fields.setdefault("title_en", f"Later {number}")
    fields.setdefault("provenance", Provenance.PRESS)
    return LaterActivity.objects.create(plan=plan or make_plan(), **fields)


#: The fields of an amendment itself; others of ``make_amendment`` tell what changed.
OF_ACT = {
    *("reason_es", "reason_en", "deciding_act_es", "deciding_act_en", "kind", "act"),
    *("decided_on", "proposed_by", "approved_by", "approved_at"),
}


def make_act(plan, **fields):
    """An unsaved amendment, to propose a change of the plan with."""
    fields.setdefault("act", Amendment.Act.RESOLUTION)
    fields.setdefault("deciding_act_es", "12-2026")
    fields.setdefault("decided_on", timezone.localdate())
    fields.setdefault("reason_es", "Faltó presupuesto.")
    return Amendment(plan=plan, **fields)


def make_amendment(*, plan=None, is_approved=True, **fields):
    """
    What is told of an amendment of a due date, approved unless said.

    It returns the change that the public reads; of one that waits, the amendment.
    """
    act = {name: fields.pop(name) for name in OF_ACT & fields.keys()}
    if is_approved:
        act.setdefault("approved_at", timezone.now())
    people = ("proposed_by", "approved_by") if is_approved else ("proposed_by",)
    act |= {each: make_reviewer() for each in people if each not in act}
    act.setdefault("reason_es", "Faltó presupuesto.")
    act.setdefault("reason_en", "The budget fell short.")
    act.setdefault("deciding_act_es", "Acta 4")
    act.setdefault("deciding_act_en", "Minutes 4")
    act.setdefault("decided_on", date(2025, 9, 1))
    about = fields.get("activity") or fields.get("commitment") or plan
    plan = plan or about.plan
    amendment = Amendment.objects.create(plan=plan, **{"kind": "redate", **act})
    if not is_approved:
        return amendment
    fields.setdefault("field", "due_on")
    fields.setdefault("old_value_es", "31/03/2026")
    fields.setdefault("old_value_en", "31/03/2026")
    fields.setdefault("new_value_es", "30/06/2026")
    fields.setdefault("new_value_en", "30/06/2026")
    return PlanChange.objects.create(
        plan=plan,
        amendment=amendment,
        model=about._meta.model_name,
        name_es=getattr(about, "title_es", str(about)),
        name_en=getattr(about, "title_en", str(about)),
        decided_on=amendment.decided_on,
        **fields,
    )


def make_help_line(**fields):
    number = next(_numbers)
    fields.setdefault("label_es", f"Línea {number}")
    fields.setdefault("numbers", ["809-200-7212"])
    return HelpLine.objects.create(**fields)


def make_dispute(record, *, by=None, **fields):
    """
    Proposed by a focal point of the agency to which the record is attributed.

    ``record`` is a commitment, an activity, an update or a figure.
    """
    named = {Commitment: "lead", PublishedFigure: "indicator"}
    agency = getattr(record, named.get(type(record), "agency"))
    agency = agency.agency if isinstance(record, PublishedFigure) else agency
    by = by or make_focal_point(agency=agency)
    fields.setdefault("text_es", "Ese operativo lo hizo otra institución.")
    fields.setdefault("signed_as", "titular")
    dispute = AttributionDispute(
        **{ABOUT[type(record)]: record},
        agency=agency,
        written_by=by,
        written_at=timezone.now(),
        **fields,
    )
    return workflow.propose(dispute, by=by)


def make_approved_dispute(record, **fields):
    """One that the public reads."""
    workflow.approve(make_dispute(record, **fields), by=make_reviewer())
    return AttributionDispute.objects.latest("pk")


def make_correction_request(**fields):
    """What a reader asked to be corrected; undecided unless said."""
    number = next(_numbers)
    fields.setdefault("asked_on", date(2026, 3, 1))
    fields.setdefault("about_es", f"Página {number}")
    fields.setdefault("about_en", f"Page {number}")
    fields.setdefault("asked_es", f"La cifra {number} no coincide con su fuente.")
    return Correction.objects.create(**fields)


def make_change(record=None, *, by=None, links=None, **fields):
    """A proposed change of ``fields`` of a record; by default of a help line."""
    record = record or make_help_line()
    for name, value in (fields or {"scope_es": "Atiende a toda persona."}).items():
        setattr(record, name, value)
    return workflow.propose(record, by=by or make_reviewer(), links=links)


def read_plan(plan):
    """What a person says who has read a plan in preparation that has no act."""
    return {"seen": workflow.digest(plan), "states": workflow.unstated(plan)}


def propose_plan(plan, *, by=None):
    """The waiting approval of a plan in preparation."""
    by = by or make_reviewer()
    return workflow.propose_approval(plan, by=by, **read_plan(plan))


def approve_plan(plan, *, by=None):
    """Two people approve a plan in preparation, and state that it has no act."""
    change = propose_plan(plan, by=by)
    return workflow.approve(change, by=make_reviewer(), **read_plan(plan))


def make_takedown(record=None, *, by=None, why=""):
    """A help line, or another record, that one person hid as a whole."""
    record = record or make_help_line()
    told = {"cause": "personal", "why": why}
    columns = hiding.whole(record)
    return hiding.hide(record, columns, **told, by=by or make_reviewer())


def make_stand_in(*, by=None, user=None, **fields):
    """A substitute of the secretariat whom another person has yet to approve."""
    today = timezone.localdate()
    fields.setdefault("starts_on", today - timedelta(days=1))
    fields.setdefault("ends_on", today + timedelta(days=1))
    person = user or make_user(group=Role.ADMINISTRATOR)
    return stand_ins.name(StandIn(user=person, **fields), by=by or make_reviewer())


def make_account_change(*, by=None, user=None, what="role", value=Role.REVIEWER):
    """A role, or another change of an account, that another person has to confirm."""
    person = user or make_focal_point()
    return confirming.propose(person, what, value, by=by or make_administrator())


def make_factor_reset(*, by=None, **fields):
    """A request that another administrator has yet to decide on."""
    fields.setdefault("user", make_focal_point())
    reset = factors.FactorReset(way="in_person", **fields)
    return factors.ask(reset, by=by or make_administrator())


def make_purge(*, by=None, phrases="Fulana de Tal"):
    """A request to blank some words that another person has yet to confirm."""
    return purging.request(phrases, by=by or make_reviewer())


def make_edition(*, plan=None):
    """The edition of a plan as it stands, of which nobody closed a round."""
    return editions.make(plan or make_plan())


def make_edition_proposal(*, by=None, plan=None, **fields):
    """An edition that another person has yet to approve; it corrects none."""
    fields.setdefault("explanation_es", "Se cita en el informe anual.")
    proposal = EditionProposal(plan=plan or make_plan(), **fields)
    return workflow.EDITIONS.propose(proposal, by=by or make_reviewer())


def make_earlier_edition(edition, tables=None, *, number="2020-1", **fields):
    """An edition of years before with the rows of another, of ``tables`` with these."""
    fields = {"made_on": date(2020, 5, 5), "number": number} | fields
    earlier = Edition.objects.create(plan=edition.plan, is_moving=True, **fields)
    for rows in edition.datasets.all():
        rows.pk, rows.edition = None, earlier
        rows._state.adding = True
        if rows.dataset in (tables or {}):
            rows.content = editions.packed(tables[rows.dataset])
        rows.save()
    earlier.is_moving, earlier.random = False, random_bits()
    earlier.save(update_fields=["is_moving", "random"])
    return earlier


def make_period(*, plan=None, **fields):
    """A record period: no window, nobody is asked."""
    number = next(_numbers)
    fields.setdefault("code", f"period-{number}")
    fields.setdefault("name_es", f"Período {number}")
    fields.setdefault("name_en", f"Period {number}")
    fields.setdefault("mode", ReportingPeriod.Mode.RECORD)
    fields.setdefault("starts_on", date(2025, 1, 1))
    fields.setdefault("ends_on", date(2025, 12, 31))
    return ReportingPeriod.objects.create(plan=plan or make_plan(), **fields)


def make_round(*, plan=None, **fields):
    """A round that is open today and closes in a month."""
    today = timezone.localdate()
    fields.setdefault("mode", ReportingPeriod.Mode.ROUND)
    fields.setdefault("opens_on", today - timedelta(days=10))
    fields.setdefault("due_on", today + timedelta(days=20))
    fields.setdefault("closes_on", today + timedelta(days=30))
    return make_period(plan=plan, **fields)


def make_told_rounds(*, plan=None):
    """Two rounds that closed, each with its edition, the earlier one first."""
    plan, yesterday = plan or make_plan(), timezone.localdate() - timedelta(days=1)
    days = {"due_on": yesterday, "closes_on": yesterday}
    rounds = []
    for ends in (date(2025, 6, 30), date(2025, 12, 31)):
        span = {"starts_on": ends - timedelta(days=99), "ends_on": ends}
        rounds.append(make_round(plan=plan, **span, **days))
        editions.make(plan, period=rounds[-1])
    return rounds


def make_report_words(*, rounds=None, **fields):
    """What two people put before and after the report of two rounds."""
    since, period = rounds or make_told_rounds()
    fields.setdefault("introduction_es", "Fue el año de las oficinas nuevas.")
    fields.setdefault("conclusions_es", "Conviene abrir dos más.")
    words = ReportWords(period=period, since=since, **fields)
    workflow.approve(workflow.propose(words, by=make_reviewer()), by=make_reviewer())
    return ReportWords.objects.get(period=period, since=since)


def make_update(*, activity=None, period=None, by=None, **fields):
    """A draft of the activity's own agency, in an open round of the same plan."""
    activity = activity or make_activity()
    fields.setdefault("execution", "in_progress")
    fields.setdefault("percent", None if activity.is_continuing else 40)
    fields.setdefault("narrative_es", "Se hizo una parte del trabajo.")
    update = ActivityUpdate(
        activity=activity, period=period or make_round(plan=activity.plan), **fields
    )
    return workflow.draft(update, by=by or make_focal_point(agency=activity.agency))


def make_off_plan_update(*, commitment=None, period=None, by=None, **fields):
    """A draft of work outside the plan, by the commitment's lead by default."""
    commitment = commitment or make_commitment()
    agency = fields.pop("agency", commitment.lead)
    activity = Activity(
        commitment=commitment,
        agency=agency,
        title_es=fields.pop("title_es", f"Jornada {next(_numbers)}"),
        reaches_victims=fields.pop("reaches_victims", False),
    )
    fields.setdefault("execution", "completed")
    fields.setdefault("percent", 100)
    fields.setdefault("narrative_es", "Se hizo y no estaba en el plan.")
    update = ActivityUpdate(period=period or make_round(plan=commitment.plan), **fields)
    by = by or make_focal_point(agency=agency)
    return workflow.report_off_plan(activity, update, by=by)


def make_proposal(*, commitment=None, agency=None, by=None, **fields):
    """A proposed activity that waits for a decision."""
    commitment = commitment or make_commitment()
    agency = agency or commitment.lead
    fields.setdefault("title", f"Actividad propuesta {next(_numbers)}")
    fields.setdefault("why", "Hace falta para cumplir el compromiso.")
    proposal = ActivityProposal(
        plan=commitment.plan, commitment=commitment, agency=agency, **fields
    )
    by = by or make_focal_point(agency=agency)
    return workflow.propose_activity(proposal, by=by)


def make_reported_value(*, indicator=None, by=None, **fields):
    """A value that waits for review."""
    agency = indicator.agency if indicator else make_agency()
    indicator = indicator or make_indicator(agency=agency)
    reported = ReportedValue(
        **{
            "indicator": indicator,
            "agency": agency,
            "starts_on": date(2025, 1, 1),
            "ends_on": date(2025, 12, 31),
            "value": 40,
            **fields,
        }
    )
    return hand_in(reported, by=by or make_focal_point(agency=agency))


def make_submitted_update(*, by=None, **fields):
    update = make_update(by=by, **fields)
    workflow.submit(update, by=by or update.contributors.get())
    return update


def make_published_update(*, reviewer=None, **fields):
    update = make_submitted_update(**fields)
    workflow.publish(update, by=reviewer or make_reviewer())
    return update


def make_earlier_report(activity, *, by=None, starts_on="2024-01-01", **fields):
    """A report that the agency itself published, in a round that is over."""
    period = make_round(
        plan=activity.plan,
        starts_on=starts_on,
        ends_on=f"{starts_on[:4]}-12-31",
        name_es=fields.pop("name_es", "Antes"),
    )
    update = make_published_update(activity=activity, period=period, by=by, **fields)
    year = int(starts_on[:4]) + 1
    window = (date(year, 1, 1), date(year, 1, 31), date(year, 2, 10))
    names = ("opens_on", "due_on", "closes_on")
    window = dict(zip(names, window, strict=True))
    ReportingPeriod.objects.filter(pk=period.pk).update(**window)
    return ActivityUpdate.objects.get(pk=update.pk)


def make_correction(update, **fields):
    """A draft revision of a published update that says something new."""
    author = update.contributors.first()
    revision = workflow.correct(update, by=author)
    for name, value in {"percent": 41, **fields}.items():
        setattr(revision, name, value)
    return workflow.save(revision, by=author, seen_version=revision.version)


def make_record_update(*, activity=None, period=None, sources=None, **fields):
    """A matter of public record, as an import brings it in."""
    activity = activity or make_activity()
    fields.setdefault("execution", "in_progress")
    fields.setdefault("narrative_es", "Una fuente pública lo recoge.")
    fields.setdefault("provenance", Provenance.PRESS)
    update = ActivityUpdate(
        activity=activity, period=period or make_period(plan=activity.plan), **fields
    )
    return workflow.record(update, sources=sources or [make_source(plan=activity.plan)])


def make_declaration(*, commitment=None, period=None, by=None, **fields):
    """A draft declaration of the commitment's lead agency."""
    commitment = commitment or make_commitment()
    fields.setdefault("result", "fulfilled")
    fields.setdefault("statement_es", "El resultado esperado se alcanzó.")
    update = CommitmentUpdate(
        commitment=commitment,
        period=period or make_round(plan=commitment.plan),
        **fields,
    )
    return workflow.draft(update, by=by or make_focal_point(agency=commitment.lead))


def make_published_declaration(*, reviewer=None, **fields):
    update = make_declaration(**fields)
    workflow.submit(update, by=update.contributors.get())
    workflow.publish(update, by=reviewer or make_reviewer())
    return update


def make_evidence(update=None, **fields):
    """A link, or with ``archive_office`` an archived record, attached to a draft."""
    update = update or make_update()
    link = "activity_update" if hasattr(update, "activity") else "commitment_update"
    fields.setdefault("title_es", "Acta")
    fields.setdefault("kind", "archive" if "archive_office" in fields else "link")
    if fields["kind"] == "link":
        fields.setdefault("url", "https://example.org/")
    return Evidence.objects.create(**{link: update}, **fields)


def make_file_evidence(update=None, *, name="Acta.pdf", content=None, **fields):
    """A file attached to a draft, stored as the form stores it."""
    update = update or make_update()
    link = "activity_update" if hasattr(update, "activity") else "commitment_update"
    item = Evidence(**{link: update, "title_es": "Acta", **fields})
    upload = SimpleUploadedFile(name, content or make_pdf())
    evidence.attach(item, evidence.clean(upload))
    item.save()
    return item


def make_letter(*, agency=None, period=None, by=None, **fields):
    """A letter of the agency for a round, with its file."""
    today = timezone.localdate()
    fields.setdefault("reference", f"DG-{next(_numbers)}")
    fields.setdefault("dated_on", today - timedelta(days=3))
    fields.setdefault("received_on", today - timedelta(days=1))
    letter = Letter(
        agency=agency or make_agency(),
        period=period or make_round(),
        recorded_by=by or make_reviewer(),
        **fields,
    )
    upload = SimpleUploadedFile("Oficio.pdf", make_pdf())
    evidence.write(letter, evidence.clean(upload))
    letter.save()
    return letter


def make_transcribed_update(*, activity=None, letter=None, by=None, **fields):
    """A draft that the secretariat wrote from a letter of the activity's agency."""
    activity = activity or make_activity()
    by = by or make_reviewer()
    letter = letter or make_letter(
        agency=activity.agency, period=make_round(plan=activity.plan), by=by
    )
    fields.setdefault("execution", "in_progress")
    fields.setdefault("percent", 40)
    fields.setdefault("narrative_es", "Se hizo lo que dice el oficio.")
    update = ActivityUpdate(activity=activity, period=letter.period, **fields)
    return workflow.transcribe(update, letter, by=by)


def make_transcribed_declaration(*, commitment=None, letter=None, by=None, **fields):
    """A draft declaration that the secretariat wrote from a letter of the lead."""
    commitment = commitment or make_commitment()
    by = by or make_reviewer()
    letter = letter or make_letter(
        agency=commitment.lead, period=make_round(plan=commitment.plan), by=by
    )
    fields.setdefault("result", "fulfilled")
    fields.setdefault("statement_es", "El oficio dice que el resultado se alcanzó.")
    update = CommitmentUpdate(commitment=commitment, period=letter.period, **fields)
    return workflow.transcribe(update, letter, by=by)
