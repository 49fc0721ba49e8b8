"""
An invented plan in its second year, to show the portal with, and one that has ended.

Plan files hold what the plans say; ``reports.yaml`` what the agencies answer, which
``build`` plays through the workflow on the days on which it would have happened.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import override

from tests.states_plan import events, rounds
from tests.states_plan.cast import EARLIER, PLAN, World
from tests.states_plan.staging import Stage

__all__ = ["EARLIER", "PLAN", "build"]


def build(today=None):
    """
    Load both plans and play them; returns the accounts by username.

    The shipped plan, with its provinces and international targets, has to be there.
    """
    with override("es"), transaction.atomic():
        stage = Stage(today or timezone.localdate())
        stage.load("earlier.yaml")
        stage.load("plan.yaml")
        world = World(stage)
        script = stage.read("reports.yaml")
        rounds.make_rounds(world, script["rounds"])
        rounds.end_earlier(world, script)
        events.dispute(world)
        rounds.play(world, script, 1)
        events.after_the_first(world)
        rounds.play(world, script, 2)
        events.after_the_second(world)
        rounds.play(world, script, 3)
        events.leave_waiting(world)
        return world.people
