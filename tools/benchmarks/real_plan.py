"""
An invented official plan of a given size, with four rounds of reports in every state.

The importer loads the plan from a file; the reports are inserted in bulk. A seed makes
the same plan on each run and each database. The first agency has a fifth of all
activities and the first commitment a twentieth, since real plans are uneven too.
"""

import io
import json
import random
import tempfile
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from itertools import count
from pathlib import Path

from django.apps import apps
from django.core.management import call_command
from django.utils import timezone

PLAN = "real"
SEED = 20260101
#: Rounds that have closed; one more is open.
CLOSED = 3


@dataclass(frozen=True)
class Size:
    agencies: int
    programmes: int
    commitments: int
    activities: int
    indicators: int


REAL = Size(30, 12, 120, 600, 60)
TENFOLD = Size(300, 40, 1_200, 6_000, 600)
LARGEST_FILE = Size(30, 40, 2_000, 10_000, 60)

WORDS = (
    "capacitar a personal de primera línea en la detección de señales de trata",
    "actualizar el protocolo de coordinación entre instituciones del plan",
    "difundir los números de ayuda en escuelas, terminales y puestos fronterizos",
    "inspeccionar agencias de colocación y lugares de trabajo de alto riesgo",
    "fortalecer la atención y la vivienda temporal de sobrevivientes",
    "instalar un registro común de casos con datos protegidos",
    "formar a jueces y fiscales en las normas que rigen la materia",
    "revisar los planes de estudio con las oficinas regionales de educación",
)
DID = (
    "Se realizaron las jornadas previstas con las oficinas regionales y se acordó un "
    "calendario con cada una.",
    "El equipo técnico revisó el documento y lo remitió a las instituciones que "
    "participan para sus observaciones.",
    "Se firmó el acuerdo de trabajo y comenzó la compra de los materiales que pedía "
    "el plan.",
    "Quedó pendiente la validación final, que depende de otra institución del sector.",
)
#: Of a hundred activities, how many have which update in a closed round; the rest
#: have none. A corrected one is published after a replaced one.
IN_CLOSED = {
    "published": 74,
    "corrected": 6,
    "no_news": 3,
    "reserved": 2,
    "withdrawn": 2,
    "returned": 2,
    "submitted": 1,
}
IN_OPEN = {
    "published": 10,
    "submitted": 18,
    "returned": 8,
    "draft": 12,
    "no_news": 2,
}


def prepare(size):
    """Load the plan of this size and store its reports; return the people by name."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plan.yaml"
        path.write_text(plan_file(size), encoding="utf-8")
        call_command("load_plan", str(path), stdout=io.StringIO())
    return Reports().store()


def plan_file(size):
    """The text of the plan file, as JSON, which is YAML."""
    draw, today = random.Random(SEED), timezone.localdate()  # noqa: S311 - no secret
    begins = date(today.year - 2, 1, 1)
    agencies = [f"INST{number + 1}" for number in range(size.agencies)]
    programmes = [
        f"{number % 4 + 1}.{number // 4 + 1}" for number in range(size.programmes)
    ]
    commitments = commitments_of(draw, size, agencies, programmes, begins)
    tree = {
        "format": 1,
        "sources": {
            "matriz": {
                "title": "Matriz aprobada del plan (inventada)",
                "publisher": "Comisión de ejemplo",
                "url": "https://example.org/matriz.pdf",
                "kind": "official_plan",
            }
        },
        "plan": {
            "code": PLAN,
            "title_es": "Plan inventado del tamaño de uno real",
            "title_en": "Invented plan of the size of a real one",
            "starts_on": begins.isoformat(),
            "ends_on": date(begins.year + 4, 12, 31).isoformat(),
            "sources": ["matriz"],
        },
        "areas": [
            stated(
                code=str(number),
                slug_es=f"eje-{number}",
                slug_en=f"area-{number}",
                name_es=f"Eje estratégico {number} del plan inventado",
                name_en=f"Strategic area {number} of the invented plan",
                outcome_es="Que haya menos personas expuestas a la trata.",
                outcome_provenance="plan",
            )
            for number in range(1, 5)
        ],
        "programmes": [
            stated(
                code=code,
                area=code[0],
                name_es=f"Programa {code} de información, formación y coordinación",
            )
            for code in programmes
        ],
        "agencies": [
            stated(
                acronym=acronym,
                slug=acronym.lower(),
                name_es=f"Ministerio de Asuntos Inventados número {number}",
                name_en=f"Ministry of Invented Affairs number {number}",
                kind="ministry",
                role="member" if number else "chair",
            )
            for number, acronym in enumerate(agencies)
        ],
        "commitments": commitments,
        "activities": activities_of(draw, size, agencies, commitments, begins),
        "indicators": indicators_of(draw, size, agencies, commitments, begins),
    }
    return json.dumps(tree, ensure_ascii=False, indent=1)


def stated(**fields):
    return {**fields, "provenance": "plan", "sources": ["matriz"]}


def commitments_of(draw, size, agencies, programmes, begins):
    return [
        stated(
            code=f"{programmes[number % size.programmes]}.{number + 1}",
            programme=programmes[number % size.programmes],
            title_es=f"Compromiso {number + 1}: {draw.choice(WORDS)}",
            title_en=f"Commitment {number + 1} of the invented plan, in English",
            expected_result_es=f"Al cierre se ha logrado {draw.choice(WORDS)}.",
            lead=draw.choice(agencies),
            supporting=draw.sample(agencies, 3),
            means_of_verification_es="Informe anual y actas de las reuniones.",
            starts_on=begins.isoformat(),
            due_on=(begins + timedelta(days=draw.randrange(300, 1700))).isoformat(),
            due_provenance="plan",
        )
        for number in range(size.commitments)
    ]


def activities_of(draw, size, agencies, commitments, begins):
    made = []
    for number in range(size.activities):
        lopsided = number < size.activities // 20
        commitment = commitments[0 if lopsided else number % size.commitments]
        starts = begins + timedelta(days=draw.randrange(0, 900))
        due = starts + timedelta(days=draw.randrange(90, 700))
        is_first = number % 5 == 0
        fields = stated(
            code=f"{commitment['code']}.a{number + 1}",
            commitment=commitment["code"],
            title_es=f"Actividad {number + 1}: {draw.choice(WORDS)}",
            agency=agencies[0] if is_first else draw.choice(agencies[1:]),
            kind="continuing" if number % 10 == 9 else "one_off",
            starts_on=starts.isoformat(),
            expected_product_es="Informe, listas de asistencia y material impreso.",
            counts_victims=False,
            reaches_victims=number % 25 == 0,
        )
        if number % 5:
            fields |= {"due_on": due.isoformat(), "due_provenance": "plan"}
        made.append(fields)
    return made


def indicators_of(draw, size, agencies, commitments, begins):
    years = range(begins.year - 3, begins.year + 2)
    return [
        {
            "code": f"IR-{number + 1}",
            "name_es": f"Indicador {number + 1}: personas formadas en el año",
            "unit_es": "personas",
            "unit_en": "people",
            "counts": "persons",
            "sensitive": False,
            "national": True,
            "area": commitments[number % size.commitments]["programme"][0],
            "commitment": commitments[number % size.commitments]["code"],
            "agency": agencies[number % size.agencies],
            "counted_by": agencies[number % size.agencies],
            "direction": "increase",
            "targets_provenance": "plan",
            "sources": ["matriz"],
            "values": [
                {
                    "period": str(year),
                    "value": draw.randrange(20, 900),
                    "status": "confirmed",
                    "printed_by": "matriz",
                    "printed_where_es": "p. 1",
                    "sources": ["matriz"],
                }
                for year in years
            ],
            "targets": [{"period": str(begins.year + 4), "value": 1000}],
        }
        for number in range(size.indicators)
    ]


class Reports:
    """The rounds and the answers of each agency."""

    def __init__(self):
        self.make = import_module("tests.make")
        self.words = import_module("strategic_areas.public_paths").stable_slug
        self.draw = random.Random(SEED)  # noqa: S311 - no secret
        self.plan = model("Plan").objects.get(code=PLAN)
        works = model("Activity").objects.filter(plan=self.plan)
        self.activities = list(works.select_related("agency").order_by("pk"))
        undertaken = model("Commitment").objects.filter(plan=self.plan)
        self.commitments = list(undertaken.select_related("lead").order_by("pk"))
        agency = self.activities[0].agency
        self.author = self.make.focal_point(agency=agency)
        self.reviewer, self.other = self.make.reviewer(), self.make.reviewer()
        self.rows, self.steps, self.numbers = [], [], count()

    def store(self):
        """Store everything; return the people who may read it."""
        make_provinces()
        for number in range(CLOSED + 1):
            period = self.round(number)
            shares = IN_CLOSED if number < CLOSED else IN_OPEN
            for activity in self.activities:
                self.answer(activity, period, self.drawn(shares))
        self.save(model("ActivityUpdate"), "activity_update")
        for number, commitment in enumerate(self.commitments):
            if number % 3 == 0:
                self.declare(commitment)
        self.save(model("CommitmentUpdate"), "commitment_update")
        return {"focal point": self.author, "reviewer": self.reviewer}

    def round(self, number):
        """Create half-year round ``number``; the last one is open today."""
        today = timezone.localdate()
        opens = today - timedelta(days=10 + 180 * (CLOSED - number))
        return model("ReportingPeriod").objects.create(
            plan=self.plan,
            code=f"ronda-{number + 1}",
            name_es=f"Ronda {number + 1}",
            name_en=f"Round {number + 1}",
            mode="round",
            starts_on=opens - timedelta(days=180),
            ends_on=opens - timedelta(days=1),
            opens_on=opens,
            due_on=opens + timedelta(days=30),
            closes_on=opens + timedelta(days=40),
        )

    def drawn(self, shares):
        place = self.draw.randrange(100)
        for state, share in shares.items():
            place -= share
            if place < 0:
                return state
        return None

    def answer(self, activity, period, state):
        if state == "corrected":
            self.add(activity, period, "replaced")
            self.add(activity, period, "published", revision=2)
        elif state in {"no_news", "reserved"}:
            self.add(activity, period, "published", kind=state)
        elif state:
            self.add(activity, period, state)

    def add(self, activity, period, status, *, revision=1, kind=""):
        execution = self.draw.choice(["not_started", *["in_progress"] * 6, "completed"])
        percent = {"not_started": 0, "completed": 100}.get(
            execution, self.draw.randrange(5, 96)
        )
        row = model("ActivityUpdate")(
            activity=activity,
            **self.told(period, status, revision),
            agency=activity.agency,
            execution=execution,
            percent=None if activity.is_continuing else percent,
            quantity=self.draw.randrange(400) if activity.is_continuing else None,
            narrative_es=" ".join(self.draw.sample(DID, 3)),
            obstacle_es=self.draw.choice(["", "", DID[3]]),
            next_step_es=self.draw.choice(["", DID[2]]),
            people_reached=self.draw.choice([None, self.draw.randrange(20, 900)]),
        )
        if kind == "no_news":
            row.answer, row.narrative_es = "no_news", ""
            row.no_news_reason_es = "No hubo avances en el período."
        if kind == "reserved":
            row.is_reserved, row.reserved_reason = True, "Pone en riesgo un caso."
            row.reserved_legal_basis = "Ley 200-04, art. 17"
        self.rows.append(row)

    def declare(self, commitment):
        period = model("ReportingPeriod").objects.get(plan=self.plan, code="ronda-3")
        self.rows.append(
            model("CommitmentUpdate")(
                commitment=commitment,
                **self.told(period, "published", 1),
                agency=commitment.lead,
                result=self.draw.choice(["fulfilled", "in_part", "unfulfilled"]),
                statement_es=" ".join(self.draw.sample(DID, 2)),
            )
        )

    def told(self, period, status, revision):
        """The fields that the workflow sets."""
        at = moment(period.opens_on + timedelta(days=self.draw.randrange(1, 10)))
        fields = {
            "plan": self.plan,
            "period": period,
            "status": status,
            "revision": revision,
            "provenance": "reported",
            "submitted_at": None if status == "draft" else at,
        }
        if status in {"published", "replaced", "withdrawn"}:
            fields |= {"published_at": at, "published_by": self.reviewer}
            fields["public_id"] = self.words(f"{PLAN}/{next(self.numbers)}")
        if status == "withdrawn":
            fields |= {"withdrawn_at": at, "withdrawn_by": self.reviewer}
            fields["withdrawal_reason"] = "La institución pidió retirarlo."
        return fields

    def save(self, kind, link):
        """
        Store the rows, their authors, their transitions and some of their evidence.
        """
        stored = kind.objects.bulk_create(self.rows, batch_size=500)
        self.rows = []
        wrote = kind.contributors.through
        own = f"{kind._meta.model_name}_id"
        wrote.objects.bulk_create(
            wrote(**{own: row.pk, "user_id": self.author.pk}) for row in stored
        )
        steps, evidence = [], []
        for row in stored:
            for step in self.steps_of(row):
                steps.append(model("Transition")(**{link: row}, **step))
            if self.draw.randrange(5) == 0:
                evidence.append(
                    model("Evidence")(
                        **{link: row},
                        kind="link",
                        title_es="Acta de la jornada",
                        url="https://example.org/acta",
                        is_public=row.status == "published",
                    )
                )
        model("Transition").objects.bulk_create(steps, batch_size=1000)
        guards = import_module("strategic_areas.triggers")
        guards.drop()  # evidence is attached before its report is published
        model("Evidence").objects.bulk_create(evidence)
        guards.install()

    def steps_of(self, row):
        if row.submitted_at is None:
            return
        before = {"to_status": "submitted", "by": self.author, "at": row.submitted_at}
        yield {"from_status": "draft", **before}
        at = row.submitted_at + timedelta(hours=3)
        if row.status != "submitted":
            yield {
                "from_status": "submitted",
                "to_status": "returned" if row.status == "returned" else "published",
                "by": self.reviewer,
                "at": at,
                "reason": "Falta la fuente." if row.status == "returned" else "",
            }

    def hand_in(self, number):
        """Submit this many reports of the open round for review."""
        period = model("ReportingPeriod").objects.get(plan=self.plan, code="ronda-4")
        rows = model("ActivityUpdate").objects.filter(period=period)
        unsent = rows.filter(status__in=["draft", "returned"])
        unsent.update(status="submitted", submitted_at=timezone.now())
        waiting = rows.filter(status="submitted").count()
        answered = set(rows.values_list("activity", flat=True))
        silent = [each for each in self.activities if each.pk not in answered]
        for activity in silent[: number - waiting]:
            self.add(activity, period, "submitted")
        self.save(model("ActivityUpdate"), "activity_update")
        return rows.filter(status="submitted").count()


def make_provinces():
    """Create all provinces, since each row of a sheet offers them."""
    if not model("Province").objects.exists():
        region = model("Region").objects.create(code="DO-X", name="Región")
        province = model("Province")
        province.objects.bulk_create(
            province(code=f"DO-{each}", name=f"Provincia {each}", region=region)
            for each in range(32)
        )


def moment(day):
    """Noon in UTC, which is the same day in Santo Domingo."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def model(name):
    return apps.get_model("strategic_areas", name)
