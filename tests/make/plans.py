"""Plans, what they hold, their amendments and editions."""

from datetime import date

from django.db import connection
from django.utils import timezone

from strategic_areas import models, triggers, workflow
from strategic_areas.datasets import editions
from strategic_areas.models.measurements import Breakdown, Measurement
from strategic_areas.models.publication import random_bits
from tests import make
from tests.make.numbers import numbers


def plan(**fields):
    number = next(numbers)
    fields.setdefault("code", f"plan-{number}")
    fields.setdefault("title_es", f"Plan nacional {number}")
    fields.setdefault("title_en", f"National plan {number}")
    fields.setdefault("status", models.Plan.Status.APPROVED)
    fields.setdefault("starts_on", date(2025, 1, 1))
    fields.setdefault("ends_on", date(2028, 12, 31))
    open_structure()
    return models.Plan.objects.create(**fields)


def put_back_in_preparation(plan):
    """Make a public plan one in preparation again, which the database refuses."""
    (guard,) = [each for each in triggers.declared() if "plan_status" in each.name]
    is_postgresql = connection.vendor == "postgresql"
    where = f' ON "{guard.table}"' if is_postgresql else ""
    with connection.cursor() as cursor:
        if is_postgresql:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f'DROP TRIGGER "{guard.name}"{where}')
        models.Plan.objects.filter(pk=plan.pk).update(
            status=models.Plan.Status.IN_PREPARATION
        )
        cursor.execute(guard.sql_for(connection.vendor))
        if is_postgresql:
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def open_structure():
    """As while a plan file is loaded: whatever a plan holds may be made and changed."""
    return models.PlanFile.objects.create()


def close_structure():
    """From now on the structure of approved plans changes by amendments alone."""
    models.PlanFile.objects.filter(status=models.PlanFile.Status.APPLYING).delete()


def plan_file(plan, **fields):
    """A plan file that was loaded."""
    number = next(numbers)
    fields.setdefault("name", f"plan-{number}.yaml")
    fields.setdefault("sha256", f"{number:064x}")
    file = models.PlanFile.objects.create(plan=plan, **fields)
    file.status = models.PlanFile.Status.LOADED
    file.save()
    return file


def province(name="Azua"):
    region, _made = models.Region.objects.get_or_create(code="DO-X", name="Región")
    return models.Province.objects.create(code=f"DO-{name}", name=name, region=region)


def source(*, plan=None, **fields):
    number = next(numbers)
    fields.setdefault("key", f"source{number}")
    fields.setdefault("title", f"Informe {number}")
    fields.setdefault("publisher", "Gobierno")
    fields.setdefault("url", f"https://example.org/{number}")
    fields.setdefault("kind", "official_report")
    return models.Source.objects.create(plan=plan or make.plan(), **fields)


def participation(*, plan, agency, **fields):
    fields.setdefault("role", models.Participation.Role.MEMBER)
    fields.setdefault("provenance", models.Provenance.DOCUMENTED)
    return models.Participation.objects.create(plan=plan, agency=agency, **fields)


def area(*, plan=None, **fields):
    number = next(numbers)
    fields.setdefault("code", str(number))
    fields.setdefault("slug_es", f"eje-{number}")
    fields.setdefault("slug_en", f"area-{number}")
    fields.setdefault("name_es", f"Eje {number}")
    fields.setdefault("name_en", f"Area {number}")
    fields.setdefault("provenance", models.Provenance.PLAN)
    return models.StrategicArea.objects.create(plan=plan or make.plan(), **fields)


def programme(*, area=None, plan=None, **fields):
    number = next(numbers)
    fields.setdefault("code", str(number))
    fields.setdefault("name_es", f"Programa {number}")
    fields.setdefault("name_en", f"Programme {number}")
    fields.setdefault("provenance", models.Provenance.PLAN)
    return models.Programme.objects.create(area=area or make.area(plan=plan), **fields)


def commitment(*, programme=None, plan=None, lead=None, **fields):
    number = next(numbers)
    fields.setdefault("code", f"C-{number}")
    fields.setdefault("title_es", f"Compromiso {number}")
    fields.setdefault("title_en", f"Commitment {number}")
    fields.setdefault("provenance", models.Provenance.PLAN)
    return models.Commitment.objects.create(
        programme=programme or make.programme(plan=plan),
        lead=lead or make.agency(),
        **fields,
    )


def activity(*, commitment=None, plan=None, agency=None, **fields):
    number = next(numbers)
    agency = agency or (commitment.lead if commitment else make.agency())
    commitment = commitment or make.commitment(plan=plan, lead=agency)
    fields.setdefault("code", f"A-{number}")
    fields.setdefault("title_es", f"Actividad {number}")
    fields.setdefault("title_en", f"Activity {number}")
    fields.setdefault("provenance", models.Provenance.PLAN)
    fields.setdefault("counts_victims", False)
    fields.setdefault("reaches_victims", False)
    return models.Activity.objects.create(
        commitment=commitment, agency=agency, **fields
    )


def indicator(*, plan=None, **fields):
    number = next(numbers)
    # The shipped plan has lower codes, and may be in the same database.
    fields.setdefault("code", f"I-{1000 + number}")
    fields.setdefault("name_es", f"Indicador {number}")
    fields.setdefault("name_en", f"Indicator {number}")
    fields.setdefault("unit_es", "personas")
    fields.setdefault("unit_en", "people")
    fields.setdefault("counts", "persons")
    return models.Indicator.objects.create(introduced_by=plan or make.plan(), **fields)


def published_figure(*, indicator=None, year=2025, sources=(), cells=None, **fields):
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
    figure = models.PublishedFigure.objects.create(
        indicator=indicator or make.indicator(), **fields
    )
    figure.sources.set(sources)
    for order, (category, value) in enumerate((cells or {}).items()):
        figure.cells.create(
            dimension="exploitation", categories=[category], value=value, order=order
        )
    return figure


def indicator_target(indicator, **fields):
    """A target that a plan sets an indicator of its own for 2025, unless said."""
    days = {"starts_on": date(2025, 1, 1), "ends_on": date(2025, 12, 31)}
    given = {"plan": indicator.introduced_by, "value": 5, "provenance": "plan"}
    return models.Target.objects.create(indicator=indicator, **days | given | fields)


def measurement(indicator, *, dimension="sex+age", parts=None, **fields):
    """A value that an agency counted for 2025, unless said; ``parts`` by category."""
    days = {"starts_on": date(2025, 1, 1), "ends_on": date(2025, 12, 31)}
    given = {"value": 40, "status": "confirmed", "provenance": "reported"}
    made = Measurement.objects.create(indicator=indicator, **days | given | fields)
    for category, value in (parts or {}).items():
        Breakdown.objects.create(
            measurement=made, dimension=dimension, category=category, value=value
        )
    return made


def breakdown_labels(plan, **labels):
    """The words of a plan for categories of sex and age, by code."""
    codes = models.CodeList.objects.create(
        plan=plan, code="b", kind="breakdowns", name_es="Etiquetas"
    )
    for code, label in labels.items():
        codes.values.create(dimension="sex+age", code=code, label_es=label)


def target(**fields):
    """An international target that a commitment may answer."""
    fields.setdefault("code", f"SDG-{next(numbers)}")
    fields.setdefault("family", "SDG")
    fields.setdefault("kind", "target")
    fields.setdefault("name_es", f"Meta {fields['code']}")
    fields.setdefault("name_en", f"Target {fields['code']}")
    fields.setdefault("provenance", models.Provenance.DOCUMENTED)
    return models.FrameworkTarget.objects.create(**fields)


def target_link(target, **fields):
    """Why a commitment responds to a target, or that an indicator measures it."""
    to = fields.get("commitment") or fields.get("indicator")
    fields.setdefault("plan", getattr(to, "plan", None) or to.introduced_by)
    fields.setdefault("why_es", "Lo cuenta")
    return models.TargetLink.objects.create(target=target, **fields)


def law(**fields):
    number = next(numbers)
    fields.setdefault("code", f"LEY-{number}")
    fields.setdefault("kind", "law")
    fields.setdefault("name_es", f"Ley {number}")
    fields.setdefault("name_en", f"Law {number}")
    fields.setdefault("provenance", models.Provenance.DOCUMENTED)
    return models.LegalInstrument.objects.create(**fields)


def discrepancy(*, plan=None, **fields):
    number = next(numbers)
    fields.setdefault("code", f"D-{number}")
    fields.setdefault("topic_es", f"Tema {number}")
    fields.setdefault("topic_en", f"Topic {number}")
    fields.setdefault("detail_es", "Un informe dice 17 y otro 26.")
    fields.setdefault("detail_en", "One report says 17 and another 26.")
    return models.Discrepancy.objects.create(plan=plan or make.plan(), **fields)


def tier(*, plan=None, **fields):
    fields.setdefault("report_year", 2000 + next(numbers) % 30000)
    fields.setdefault("tier", "2")
    fields.setdefault("label_es", "Nivel 2")
    fields.setdefault("label_en", "Tier 2")
    return models.TipTier.objects.create(plan=plan or make.plan(), **fields)


def term(*, plan=None, **fields):
    number = next(numbers)
    fields.setdefault("code", f"SIGLA{number}")
    fields.setdefault("word_es", f"Término {number}")
    fields.setdefault("word_en", f"Term {number}")
    fields.setdefault("meaning_es", f"Lo que quiere decir {number}.")
    fields.setdefault("meaning_en", f"What it means {number}.")
    return models.Term.objects.create(plan=plan or make.plan(), **fields)


def later_activity(*, plan=None, **fields):
    number = next(numbers)
    fields.setdefault("code", f"L-{number}")
    fields.setdefault("title_es", f"Después {number}")
    fields.setdefault("title_en", f"Later {number}")
    fields.setdefault("provenance", models.Provenance.PRESS)
    return models.LaterActivity.objects.create(plan=plan or make.plan(), **fields)


#: The fields of an amendment itself; others of ``amendment`` tell what changed.
OF_ACT = {
    *("reason_es", "reason_en", "deciding_act_es", "deciding_act_en", "kind", "act"),
    *("decided_on", "proposed_by", "approved_by", "approved_at"),
}


def act(plan, **fields):
    """An unsaved amendment, to propose a change of the plan with."""
    fields.setdefault("act", models.Amendment.Act.RESOLUTION)
    fields.setdefault("deciding_act_es", "12-2026")
    fields.setdefault("decided_on", timezone.localdate())
    fields.setdefault("reason_es", "Faltó presupuesto.")
    return models.Amendment(plan=plan, **fields)


def amendment(*, plan=None, is_approved=True, **fields):
    """
    What is told of an amendment of a due date, approved unless said.

    It returns the change that the public reads; of one that waits, the amendment.
    """
    act = {name: fields.pop(name) for name in OF_ACT & fields.keys()}
    if is_approved:
        act.setdefault("approved_at", timezone.now())
    people = ("proposed_by", "approved_by") if is_approved else ("proposed_by",)
    act |= {each: make.reviewer() for each in people if each not in act}
    act.setdefault("reason_es", "Faltó presupuesto.")
    act.setdefault("reason_en", "The budget fell short.")
    act.setdefault("deciding_act_es", "Acta 4")
    act.setdefault("deciding_act_en", "Minutes 4")
    act.setdefault("decided_on", date(2025, 9, 1))
    about = fields.get("activity") or fields.get("commitment") or plan
    plan = plan or about.plan
    amendment = models.Amendment.objects.create(plan=plan, **{"kind": "redate", **act})
    if not is_approved:
        return amendment
    fields.setdefault("field", "due_on")
    fields.setdefault("old_value_es", "31/03/2026")
    fields.setdefault("old_value_en", "31/03/2026")
    fields.setdefault("new_value_es", "30/06/2026")
    fields.setdefault("new_value_en", "30/06/2026")
    return models.PlanChange.objects.create(
        plan=plan,
        amendment=amendment,
        model=about._meta.model_name,
        name_es=getattr(about, "title_es", str(about)),
        name_en=getattr(about, "title_en", str(about)),
        decided_on=amendment.decided_on,
        **fields,
    )


def help_line(**fields):
    number = next(numbers)
    fields.setdefault("label_es", f"Línea {number}")
    fields.setdefault("numbers", ["809-200-7212"])
    return models.HelpLine.objects.create(**fields)


def read_plan(plan):
    """What a person says who has read a plan in preparation that has no act."""
    return {
        "seen_digest": workflow.plan_digest(plan),
        "declared_absent": workflow.missing_approval_fields(plan),
    }


def propose_plan(plan, *, by=None):
    """The waiting approval of a plan in preparation."""
    by = by or make.reviewer()
    return workflow.propose_approval(plan, by=by, **read_plan(plan))


def approve_plan(plan, *, by=None):
    """Two people approve a plan in preparation, and state that it has no act."""
    change = propose_plan(plan, by=by)
    return workflow.approve(change, by=make.reviewer(), **read_plan(plan))


def edition(*, plan=None):
    """The edition of a plan as it stands, of which nobody closed a round."""
    return editions.make_edition(plan or make.plan())


def edition_proposal(*, by=None, plan=None, **fields):
    """An edition that another person has yet to approve; it corrects none."""
    fields.setdefault("explanation_es", "Se cita en el informe anual.")
    proposal = models.EditionProposal(plan=plan or make.plan(), **fields)
    return workflow.EDITION_STEPS.propose(proposal, by=by or make.reviewer())


def earlier_edition(edition, tables=None, *, number="2020-1", **fields):
    """An edition of years before with the rows of another, of ``tables`` with these."""
    fields = {"made_on": date(2020, 5, 5), "number": number} | fields
    earlier = models.Edition.objects.create(plan=edition.plan, is_locked=True, **fields)
    for rows in edition.datasets.all():
        rows.pk, rows.edition = None, earlier
        rows._state.adding = True
        if rows.dataset in (tables or {}):
            rows.content = editions.pack_rows(tables[rows.dataset])
        rows.save()
    earlier.is_locked, earlier.nonce = False, random_bits()
    earlier.save(update_fields=["is_locked", "nonce"])
    return earlier
