"""What came in place of what, within one plan."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import F, Value

from strategic_areas.models import Activity, Commitment, Plan


def _pairs(model, commitment_of):
    """Rows of (kind, new record, old record, the new one's commitment)."""
    name = model._meta.model_name
    return (
        model.supersedes.through.objects.order_by()
        .annotate(
            kind=Value(name),
            new=F(f"from_{name}"),
            old=F(f"to_{name}"),
            holder=F(commitment_of),
        )
        .values_list("kind", "new", "old", "holder")
    )


@dataclass
class Succession:
    """The plan's pairs of new and old records, read once, in one query."""

    plan: Plan
    _old: dict = field(default_factory=lambda: defaultdict(list))
    _new: dict = field(default_factory=lambda: defaultdict(list))
    _activities: dict = field(default_factory=lambda: defaultdict(list))
    _superseded: set = field(default_factory=set)

    def __post_init__(self):
        commitments = _pairs(Commitment, "from_commitment")
        activities = _pairs(Activity, "from_activity__commitment")
        pairs = commitments.filter(from_commitment__plan=self.plan).union(
            activities.filter(from_activity__plan=self.plan), all=True
        )
        for kind, new, old, holder in sorted(pairs):
            if kind == "commitment":
                self._old[new].append(old)
                self._new[old].append(new)
            else:
                self._activities[holder].append((new, old))
                self._superseded.add(old)

    def is_superseded(self, activity_id: int) -> bool:
        return activity_id in self._superseded

    def heirs(self, commitment_id: int) -> list[int]:
        """Ids of all that came in its place, nearest first."""
        return _walk(commitment_id, self._new)

    def predecessors(self, commitment_id: int) -> list[int]:
        """Ids of all that it came in place of, nearest first."""
        return _walk(commitment_id, self._old)

    def former_activities(self, commitment_id: int) -> list[int]:
        """Ids of the activities that its own ones came in place of."""
        links = defaultdict(list)
        for pairs in self._activities.values():
            for new, old in pairs:
                links[new].append(old)
        return [
            each
            for new, old in self._activities[commitment_id]
            for each in [old, *_walk(old, links)]
        ]


def _walk(start, links):
    """Everything reachable from ``start``, nearest first, each once."""
    found, queue = [], [start]
    while queue:
        for each in links.get(queue.pop(0), ()):
            if each != start and each not in found:
                found.append(each)
                queue.append(each)
    return found
