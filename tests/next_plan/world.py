"""A portal that holds the plan of the other commission alone, in its first round."""

import io
from datetime import timedelta

from django.core.management import call_command
from django.utils import timezone

from agencies.access import Role
from agencies.models import Agency
from strategic_areas import workflow
from strategic_areas.models import Activity, Plan
from tests import make, next_plan


def build():
    """Load the plan and let a round be answered in part; the accounts by username."""
    call_command("load_plan", str(next_plan.FILE), stdout=io.StringIO())
    plan, today = Plan.objects.get(), timezone.localdate()
    people = {
        each.slug: make.focal_point(agency=each, username=each.slug)
        for each in Agency.objects.exclude(kind="civil_society")
    }
    roles = {"revision": Role.REVIEWER, "administracion": Role.ADMINISTRATOR}
    for name, role in roles.items():
        for username in (name, f"{name}-2"):
            people[username] = make.user(group=role, username=username)
    period = make.round(
        plan=plan,
        code="entrega",
        name_es="Entrega del semestre",
        name_en="Report of the half-year",
        due_on=today + timedelta(days=3),
    )
    for code in ("B-1.1.a", "A-1.2.a"):
        activity = Activity.objects.get(code=code)
        by = people[activity.agency.slug]
        update = make.submitted_update(
            activity=activity,
            period=period,
            by=by,
            narrative_es="La Sala del CONEX abrió con dos jueces.",
            narrative_en="The chamber of CONEX opened with two judges.",
        )
        if code == "B-1.1.a":
            workflow.publish(update, by=people["revision"])
    return people
