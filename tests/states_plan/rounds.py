"""The rounds of the invented plans: what agencies send, and what becomes of it."""

from datetime import timedelta
from itertools import groupby

from django.utils import timezone

from strategic_areas import workflow
from strategic_areas.desk.rounds import notices
from strategic_areas.models import ActivityUpdate, CommitmentUpdate, ReportingPeriod
from tests import make
from tests.states_plan.cast import EARLIER, PLAN
from tests.states_plan.staging import clock, pdf

#: Keys of a report that are no field of it.
FATE = ("round", "step", "reason", "withdrawn", "corrected", "letter", "evidence")
#: The agency that reports after the due date, and in which round.
LATE = ("POLCI", 2)


def make_rounds(world, rounds):
    for each in rounds:
        is_final = each["code"] == "informe-final"
        plan = world.plans[EARLIER if is_final else PLAN]
        ReportingPeriod.objects.create(plan=plan, is_final=is_final, **each)


def end_earlier(world, script):
    """The final report of the plan that has ended."""
    period = ReportingPeriod.objects.get(plan=world.plans[EARLIER], is_final=True)
    rows = [*script["final_reports"], *script["final_declarations"]]
    with world.stage.on("2027-04-20"):
        made = [draft(world, row, period) for row in rows]
        for each in made:
            workflow.submit(each, by=world.focal_point(each.agency))
    with world.stage.on("2027-04-27"):
        for each in made:
            workflow.publish(each, by=world.reviewer)
    release_scorecards(period)


def play(world, script, number):
    """Each agency sends what it has; the secretariat reviews it days later."""
    period = ReportingPeriod.objects.get(plan=world.plan, code=f"semestre-{number}")
    rows = [
        (about(world, row, PLAN)[1].acronym, row)
        for row in (*script["reports"], *script["declarations"])
        if row["round"] == number
    ]
    rows.sort(key=lambda pair: pair[0])
    for place, (acronym, sent) in enumerate(groupby(rows, key=lambda pair: pair[0])):
        days = 62 if (acronym, number) == LATE else 1 + place % 8
        day = period.opens_on + timedelta(days=days)
        play_sheet(world, period, [row for _acronym, row in sent], day)
    if period.closes_on < world.stage.today:
        release_scorecards(period)


def play_sheet(world, period, rows, day):
    """One agency's answers to a round: written, sent, reviewed and mended."""
    letter, shown = None, {}
    with clock(day):
        if any("letter" in row for row in rows):
            _record, agency = about(world, rows[0], PLAN)
            letter = make.letter(
                agency=agency, period=period, by=world.reviewer, reference="DG-114"
            )
        made = [(draft(world, row, period, letter), row) for row in rows]
        for update, row in made:
            if "evidence" in row:
                shown[update] = attach(update, row["evidence"])
        sent = [pair for pair in made if pair[1].get("step") != "draft"]
        send(world, period, [update for update, _row in sent], letter)
    with clock(day + timedelta(days=2)):
        for update, row in sent:
            review(world, update, row, letter, shown.get(update))
    with clock(day + timedelta(days=4)):
        for update, row in sent:
            mend(world, update, row)


def about(world, row, plan):
    """The activity or commitment that a row is about, and the agency that answers."""
    if "commitment" in row:
        record = world.commitments[plan, row["commitment"]]
        return record, record.lead
    record = world.activities[plan, row["activity"]]
    return record, record.agency


def draft(world, row, period, letter=None):
    """The report or declaration of a row, not sent yet."""
    fields = {name: row[name] for name in row if name not in FATE}
    record, agency = about(world, row, period.plan.code)
    model = CommitmentUpdate if "commitment" in row else ActivityUpdate
    fields |= {model.subject_field: record, "period": period}
    if letter:
        return workflow.transcribe(model(**fields), letter, by=world.reviewer)
    return workflow.create_draft(model(**fields), by=world.focal_point(agency))


def attach(update, titles):
    name, content = f"{titles['title_es']}.pdf", pdf(titles["title_es"])
    return make.file_evidence(update, name=name, content=content, **titles)


def send(world, period, updates, letter):
    seen = make.seen_versions(*updates)
    if letter:
        workflow.submit_letter(letter, seen, by=world.reviewer)
    elif updates:
        agency = updates[0].agency
        by = world.focal_point(agency)
        workflow.submit_all(period, agency, seen, by=by)


def review(world, update, row, letter, evidence):
    update.refresh_from_db()
    if letter:
        seen = make.seen_versions(update)
        workflow.confirm_letter(letter, seen, by=world.focal_point(update.agency))
    elif row.get("step") == "returned":
        workflow.return_to_agency(update, by=world.reviewer, reason=row["reason"])
    elif "step" not in row:
        shown = [evidence] if evidence else []
        workflow.publish(update, by=world.reviewer, evidence=shown)


def mend(world, update, row):
    """Withdraw a published report, or correct it."""
    if "withdrawn" in row:
        workflow.withdraw(update, by=world.reviewer, cause=row["withdrawn"])
    if "corrected" in row:
        author = world.focal_point(update.agency)
        better = workflow.begin_correction(update, by=author)
        for name, value in row["corrected"].items():
            setattr(better, name, value)
        workflow.save_draft(better, by=author, seen_version=better.version)
        workflow.submit(better, by=author)
        workflow.publish(better, by=world.reviewer)


def release_scorecards(period):
    """Show them to their agencies the day after it closed, and then to everybody."""
    for days in (1, 5):
        with clock(period.closes_on + timedelta(days=days)):
            notices.prepare_and_release_scorecards(timezone.now())
