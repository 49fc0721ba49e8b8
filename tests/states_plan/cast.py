"""The invented plans, once they are loaded, and the people who work on them."""

from django.contrib.auth.models import Group
from django.utils import timezone

from agencies.access import Role
from agencies.models import Agency, FocalPoint, User
from strategic_areas import workflow
from strategic_areas.models import Activity, Amendment, Commitment, Plan

PLAN, EARLIER = "ejemplo", "ejemplo-anterior"


class World:
    """
    Both plans, by code, with their records; the accounts, by username.

    A focal point is called by the address word of the agency. Records are found by the
    code of their plan and their own.
    """

    def __init__(self, stage):
        self.stage = stage
        self.plans = Plan.objects.in_bulk([PLAN, EARLIER], field_name="code")
        self.plan = self.plans[PLAN]
        plans = self.plans.values()
        works = Activity.objects.filter(plan__in=plans)
        undertaken = Commitment.objects.filter(plan__in=plans)
        self.activities = {
            (each.plan.code, each.code): each
            for each in works.select_related("plan", "agency")
        }
        self.commitments = {
            (each.plan.code, each.code): each
            for each in undertaken.select_related("plan", "lead")
        }
        self.people = {}
        with stage.on("2026-12-01"):
            self._make_people()
        self.reviewer, self.second = (
            self.people[name] for name in ("revision", "revision-2")
        )

    def _make_people(self):
        """A focal point for each agency, two reviewers and two administrators."""
        agencies = Agency.objects.filter(
            pk__in=self.plan.participations.values("agency")
        )
        for agency in agencies:
            FocalPoint.objects.create(
                user=self._account(agency.slug, Role.FOCAL_POINT, agency.acronym),
                agency=agency,
                kind=FocalPoint.Kind.TITULAR,
                starts_on=timezone.localdate(),
            )
        for role, name in (
            (Role.REVIEWER, "revision"),
            (Role.ADMINISTRATOR, "administracion"),
        ):
            self._account(name, role, "de ejemplo")
            self._account(f"{name}-2", role, "de ejemplo")

    def _account(self, username, role, last_name):
        user = User(
            username=username, is_staff=True, first_name="Persona", last_name=last_name
        )
        user.set_unusable_password()
        user.save()
        user.groups.add(Group.objects.get(name=role))
        self.people[username] = user
        return user

    def focal_point(self, agency):
        return self.people[agency.slug]

    def decide(self, record, *, by=None, **act):
        """
        Propose a change, which the second reviewer approves.

        ``act`` are the fields of the amendment that it needs, if any.
        """
        change = workflow.propose(
            record, by=by or self.reviewer, amendment=self.amendment(**act)
        )
        workflow.approve(change, by=self.second)

    def amendment(self, **act):
        if not act:
            return None
        return Amendment(plan=self.plan, decided_on=timezone.localdate(), **act)
