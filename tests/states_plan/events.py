"""What else happens to the invented plans, between their rounds."""

from datetime import timedelta

from django.utils import timezone

from agencies.models import Agency
from strategic_areas import models, workflow
from tests.states_plan.cast import EARLIER, PLAN
from tests.states_plan.rounds import LATE


def dispute(world):
    """An agency does not acknowledge what the press says it did."""
    told = models.ActivityUpdate.objects.get(
        plan=world.plans[EARLIER], provenance=models.Provenance.PRESS
    )
    with world.stage.on("2027-05-04"):
        by = world.focal_point(told.agency)
        said = models.RecordDispute(
            activity_update=told,
            agency=told.agency,
            **signed(by),
            text_es="Los paneles de esos aeropuertos los puso otra entidad.",
            text_en="Another body put up the panels of those airports.",
        )
        world.decide(said, by=by)


def signed(by):
    return {"written_by": by, "written_at": timezone.now(), "signed_as": "titular"}


def after_the_first(world):
    with world.stage.on("2027-10-18"):
        answer_a_reader(world)
    with world.stage.on("2027-12-10"):
        activity = world.activities[PLAN, "2.1.3.b"]
        activity.due_on = world.stage.day("2028-09-30")
        world.decide(
            activity,
            act=models.Amendment.Act.SESSION,
            deciding_act_es="N.º 4",
            deciding_act_en="No. 4",
            reason_es="La escala salarial de las plazas se aprobó tarde.",
            reason_en="The pay scale of the posts was approved late.",
        )


def answer_a_reader(world):
    today = timezone.localdate()
    asked = models.Correction(
        asked_on=today - timedelta(days=12),
        about_es="Inspección del trabajo con indicadores de trata",
        about_en="Labour inspection with indicators of trafficking",
        asked_es="El plazo del protocolo no es el de la matriz.",
        asked_en="The due date of the protocol is not that of the matrix.",
        outcome=models.Correction.Outcome.KEPT,
        decided_on=today,
        decision_es="La página 14 de la matriz dice esa misma fecha.",
        decision_en="Page 14 of the matrix states that very date.",
    )
    world.decide(asked)


def after_the_second(world):
    with world.stage.on("2028-03-12"):
        comment(world)
    with world.stage.on("2028-03-20"):
        commitment = world.commitments[PLAN, "3.2.2"]
        commitment.stopped = models.Commitment.StopKind.CANCELLED
        commitment.stopped_on = timezone.localdate()
        world.decide(
            commitment,
            act=models.Amendment.Act.RESOLUTION,
            deciding_act_es="N.º 12",
            deciding_act_en="No. 12",
            reason_es="La ley de migración ya da ese permiso.",
            reason_en="The migration law gives that permit already.",
        )


def comment(world):
    agency = Agency.objects.get(acronym=LATE[0])
    by = world.focal_point(agency)
    said = models.AgencyComment(
        agency=agency,
        period=world.plan.periods.get(code=f"semestre-{LATE[1]}"),
        **signed(by),
        text_es="Reportamos tarde porque la oficina de planes cambió de dirección. Los "
        "datos estaban completos a tiempo.",
        text_en="We reported late because the planning office changed hands. The "
        "figures were complete in time.",
    )
    world.decide(said, by=by)


def leave_waiting(world):
    """Work outside the plan, and what somebody has yet to decide."""
    with world.stage.on("2028-07-11"):
        work_outside_the_plan(world)
        commitment = world.commitments[PLAN, "2.1.4"]
        proposal = models.ActivityProposal(
            plan=world.plan,
            commitment=commitment,
            agency=commitment.lead,
            title="Convenio con laboratorios privados",
            why="Permite analizar dispositivos mientras se compra el equipo.",
        )
        workflow.propose_activity(proposal, by=world.focal_point(commitment.lead))
        activity = world.activities[PLAN, "1.2.1.d"]
        activity.due_on = world.stage.day("2028-12-15")
        waiting = world.amendment(
            act=models.Amendment.Act.SESSION,
            deciding_act_es="N.º 9",
            deciding_act_en="No. 9",
            reason_es="La consulta jurídica tarda más de lo previsto.",
            reason_en="The lawyers take longer than foreseen.",
        )
        workflow.propose(activity, by=world.second, amendment=waiting)


def work_outside_the_plan(world):
    commitment = world.commitments[PLAN, "1.1.1"]
    activity = models.Activity(
        commitment=commitment,
        agency=Agency.objects.get(acronym="FPA"),
        title_es="Obra de teatro en doce comunidades",
        title_en="Play in twelve communities",
        reaches_victims=False,
    )
    update = models.ActivityUpdate(
        period=world.plan.periods.get(code="semestre-3"),
        execution="completed",
        percent=100,
        people_reached=1300,
        narrative_es="La obra se presentó en criollo y en español.",
        narrative_en="The play was given in Creole and Spanish.",
    )
    by = world.focal_point(activity.agency)
    update = workflow.report_off_plan(activity, update, by=by)
    workflow.submit(update, by=by)
    workflow.publish(update, by=world.reviewer)
