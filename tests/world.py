"""
A focal point at her desk: her agency, what it leads and owes, and an open round.

Made and signed in once inside the fixture ``lasting``, she serves all tests of a module
that begin alike. Not for modules with a test that commits.
"""

import copy
from datetime import timedelta

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from strategic_areas.models import ActivityUpdate, CommitmentUpdate, RevisionStatus
from strategic_areas.workflow.questions import revision_tokens
from tests import make

TEXT = "Se capacitó a los fiscales de tres provincias."
STATEMENT = "El protocolo está aprobado y en uso; consta en el acta 7."


class Lasting:
    """
    Somebody whose rows stay in the database for a whole module.

    Each test gets a copy of her objects.
    """

    client = None

    def __init__(self, user):
        self.user = user

    def sign_in(self, client):
        self.client = client
        client.force_login(self.user)
        return self

    def keep(self):
        """Sign her in once for all; ``again`` takes her from here."""
        self.sign_in(Client())
        self.cookies, self.client = self.client.cookies, None
        return self

    def again(self, client):
        """
        A copy of her, signed in with this client.

        Changes that an earlier test made to its copy are not in it.
        """
        person = copy.deepcopy(self)
        person.client, client.cookies = client, person.cookies
        return person


class Desk(Lasting):
    """A focal point of the lead of a commitment, one activity and an open round."""

    def __init__(self, *, owes=True, **fields):
        self.agency = make.agency()
        self.commitment = make.commitment(lead=self.agency)
        self.plan = self.commitment.plan
        self.activity = self.another() if owes else None
        self.period = make.round(plan=self.plan, **{"code": "2026-t4", **fields})
        self.user = make.focal_point(agency=self.agency)

    def another(self, **fields):
        """One more activity that her agency owes."""
        return make.activity(commitment=self.commitment, agency=self.agency, **fields)

    @property
    def about(self):
        return {"activity": self.activity, "period": self.period, "by": self.user}

    def published_before(self, activity=None, **fields):
        fields = {"percent": 40, "narrative_es": TEXT, **fields}
        return make.earlier_report(activity or self.activity, by=self.user, **fields)

    def address(self, name="sheet", *more, period=None, agency=None):
        """A page of the sheet; ``more`` are records that its address names besides."""
        keys = [(period or self.period).pk, (agency or self.agency).slug]
        keys += [getattr(each, "pk", each) for each in more]
        return reverse(f"admin:{name}", args=keys)

    def open(self, **keys):
        return self.client.get(self.address(**keys))

    def post(self, name, *more, headers=None, **fields):
        return self.client.post(self.address(name, *more), fields, headers=headers)

    def save(self, activity=None, *, headers=None, **fields):
        """Post the row of an activity, as she fills it in."""
        fields = {"percent": "60", "narrative_es": TEXT, "answer": "reported"} | fields
        activity = activity or self.activity
        return self.post("sheet_row", activity, headers=headers, **fields)

    def declare(self, commitment=None, *, headers=None, **fields):
        fields = {"result": "fulfilled", "statement_es": STATEMENT, **fields}
        commitment = commitment or self.commitment
        return self.post("sheet_declaration", commitment, headers=headers, **fields)

    def send(self):
        """Send all that is written, as the page's form carries it."""
        about = {
            "period": self.period,
            "agency": self.agency,
            "status": RevisionStatus.DRAFT,
        }
        models = ActivityUpdate, CommitmentUpdate
        ready = [each for model in models for each in model.objects.filter(**about)]
        return self.post("sheet_check", seen=revision_tokens(ready), warnings_read="on")

    def close(self):
        """Let her round have closed ten days ago."""
        today = timezone.localdate()
        self.period.opens_on = today - timedelta(days=40)
        self.period.due_on = today - timedelta(days=20)
        self.period.closes_on = today - timedelta(days=10)
        self.period.save()

    def reopen(self, until):
        make.reopening(self.period, self.agency, until=until)
