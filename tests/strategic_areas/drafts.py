"""How a reviewer edits a plan on its tree, and proposes the draft."""

from django.urls import reverse
from django.utils.translation import override

from strategic_areas import workflow
from strategic_areas.desk.plan_tree.levels import level_of
from strategic_areas.models import Activity, Commitment, Plan
from tests import make

ACT = {
    "act": "resolution",
    "deciding_act_es": "12-2026",
    "decided_on": "2026-03-01",
    "reason_es": "Faltó presupuesto.",
}
NO_VICTIMS = {"counts_victims": "False", "reaches_victims": "False"}


def form_at(client, address, **headers):
    answer = client.get(address, headers={"X-Tree-Part": "form", **headers})
    assert answer.status_code == 200
    return answer.context["form"]


def send(client, address, **typed):
    form = form_at(client, address)
    values = {name: form[name].value() for name in form.fields}
    posted = {name: value for name, value in values.items() if value not in (None, [])}
    return client.post(address, posted | typed)


def node(record):
    plan = getattr(record, "plan", None) or getattr(record, "introduced_by", record)
    return [plan.code, level_of(record).slug, record.pk]


def edit(client, record, **typed):
    return send(client, reverse("admin:plan_node", args=node(record)), **typed)


def add(client, word, above, **typed):
    plan = above if isinstance(above, Plan) else above.plan
    address = reverse("admin:plan_node_new", args=[plan.code, word, above.pk])
    return send(client, address, **typed)


def propose(client, plan, **act):
    address = reverse("admin:plan_draft", args=[plan.code])
    form = client.get(address).context["form"]
    typed = {**ACT, **act} if "act" in form.fields else {}
    return client.post(address, {"shown": form["shown"].value(), **typed})


def propose_all(plan, *records, act=True):
    """Propose records, or pairs of a record and its links, together; by an act."""
    with override("es"):
        return workflow.propose_records(
            [each if isinstance(each, tuple) else (each, {}) for each in records],
            by=make.reviewer(),
            amendment=make.act(plan) if act else None,
        )


def new_commitment(beside, **said):
    given = {"lead": beside.lead, "code": "9", "title_es": "Nuevo"}
    above = {"plan": beside.plan, "programme": beside.programme}
    return Commitment(**above, **{"provenance": "plan"} | given | said)


def new_activity(commitment, **said):
    given = {"agency": commitment.lead, "code": "9.1", "title_es": "Otra"}
    above = {"plan": commitment.plan, "commitment": commitment}
    return Activity(**above, **{"provenance": "plan"} | given | said)
