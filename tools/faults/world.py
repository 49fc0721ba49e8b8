"""
The plan in whose open round the people of all scenarios report.

Run in a process of its own, on an empty database: creates the tables, loads the shipped
plan too, and writes people and records into ``world.json`` of VAR_DIR.
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

#: Twenty-one agencies of two focal points; the reports that each owes and submitted.
AGENCIES, ACTIVITIES, SENT = 21, 8, 3


def main():
    django.setup()
    call_command("compile_catalogues", verbosity=0)
    make_tables()
    call_command("collectstatic", interactive=False, verbosity=0)
    shipped = import_module("tests.strategic_areas.plans").SHIPPED
    call_command("load_plan", str(shipped), stdout=io.StringIO())
    with transaction.atomic():
        world = build(import_module("tests.make"))
    (settings.VAR_DIR / "world.json").write_text(json.dumps(world))


def build(make):
    """Create plan, people and reports; return what a scenario needs to know of them."""
    plan = make.plan(code="ensayo", title_es="Plan de ensayo")
    period = make.round(plan=plan, code="ronda-1", name_es="Primera ronda")
    world = {"period": period.pk, "people": [], "sent": [], "plan": plan.code}
    area = make.area(plan=plan)
    for number in range(AGENCIES):
        agency = make.agency(acronym=f"INST{number}")
        make.participation(plan=plan, agency=agency)
        programme = make.programme(area=area)
        commitment = make.commitment(programme=programme, lead=agency)
        made = [make.activity(commitment=commitment) for _ in range(ACTIVITIES)]
        titular, other = (make.focal_point(agency=agency) for _ in range(2))
        for activity in made[:SENT]:
            report = make.submitted_update(activity=activity, period=period, by=titular)
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
    due = make.activity(plan=plan, due_on=today, commitment=commitment)
    world["due_today"] = f"/{plan.code}/compromisos/{due.commitment.code}/"
    world["reviewers"] = [make.reviewer().username for _ in range(4)]
    world["administrator"] = make.administrator().username
    world["password"] = make.PASSWORD
    make.close_structure()
    return world


if __name__ == "__main__":
    main()
