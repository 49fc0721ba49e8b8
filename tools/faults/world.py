"""
The plan in whose open round the people of all scenarios report.

Run as a process of its own, on an empty database: it makes the tables, loads the
shipped plan beside it, and writes who and what there is into ``world.json`` of VAR_DIR.
"""

import io
import json
from importlib import import_module

import django
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from tools.serve_states import make_tables

#: Twenty-one agencies of two focal points; what each agency owes, and has sent already.
AGENCIES, ACTIVITIES, SENT = 21, 8, 3


def main():
    django.setup()
    call_command("compile_catalogues", verbosity=0)
    make_tables()
    call_command("collectstatic", interactive=False, verbosity=0)
    shipped = import_module("tests.strategic_areas.plans").SHIPPED
    call_command("load_plan", str(shipped), stdout=io.StringIO())
    with transaction.atomic():
        world = build(import_module("tests.factories"))
    (settings.VAR_DIR / "world.json").write_text(json.dumps(world))


def build(make):
    """Make plan, people and reports; what a scenario has to know of them."""
    plan = make.make_plan(code="ensayo", title_es="Plan de ensayo")
    period = make.make_round(plan=plan, code="ronda-1", name_es="Primera ronda")
    world = {"period": period.pk, "people": [], "sent": [], "plan": plan.code}
    area = make.make_area(plan=plan)
    for number in range(AGENCIES):
        agency = make.make_agency(acronym=f"INST{number}")
        make.make_participation(plan=plan, agency=agency)
        programme = make.make_programme(area=area)
        commitment = make.make_commitment(programme=programme, lead=agency)
        made = [make.make_activity(commitment=commitment) for _ in range(ACTIVITIES)]
        titular, other = (make.make_focal_point(agency=agency) for _ in range(2))
        for activity in made[:SENT]:
            report = make.make_submitted_update(
                activity=activity, period=period, by=titular
            )
            world["sent"].append(report.pk)
        open_ones = [activity.pk for activity in made[SENT:]]
        world["people"] += [
            {
                "name": person.username,
                "agency": agency.slug,
                "activities": open_ones[place::2],
            }
            for place, person in enumerate((titular, other))
        ]
    today = timezone.localdate()
    due = make.make_activity(plan=plan, due_on=today, commitment=commitment)
    world["due_today"] = f"/{plan.code}/compromisos/{due.commitment.code}/"
    world["reviewers"] = [make.make_reviewer().username for _ in range(4)]
    world["administrator"] = make.make_administrator().username
    world["password"] = make.PASSWORD
    make.close_structure()
    return world


if __name__ == "__main__":
    main()
