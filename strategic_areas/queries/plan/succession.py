"""Which commitment or activity came in place of which, within one plan."""

from collections import defaultdict

from django.db.models import Value

from strategic_areas.models import Activity, Commitment, Plan


class Succession:
    """All pairs of new and old records of a plan, read in one query."""

    def __init__(self, plan: Plan):
        self._old, self._new = defaultdict(list), defaultdict(list)
        self._old_activities, self._renewed = defaultdict(list), defaultdict(set)
        for commitment, new, old in sorted(_pairs(plan)):
            if commitment:
                self._old_activities[new].append(old)
                self._renewed[commitment].add(new)
            else:
                self._old[new].append(old)
                self._new[old].append(new)
        self._superseded = {
            old for found in self._old_activities.values() for old in found
        }

    def is_superseded(self, activity_id: int) -> bool:
        return activity_id in self._superseded

    def heirs(self, commitment_id: int) -> list[int]:
        """The ids of all commitments that came in its place, nearest first."""
        return _walk(commitment_id, self._new)

    def predecessors(self, commitment_id: int) -> list[int]:
        """The ids of all commitments that it came in place of, nearest first."""
        return _walk(commitment_id, self._old)

    def former_activities(self, commitment_id: int) -> set[int]:
        """The ids of the activities that activities of the commitment replaced."""
        own = self._renewed[commitment_id]
        return {old for new in own for old in _walk(new, self._old_activities)}


def _pairs(plan):
    """The new and the old one, of activities behind their commitment, else behind 0."""
    of_commitments = Commitment.supersedes.through.objects.filter(
        from_commitment__plan=plan
    ).values_list(Value(0), "from_commitment", "to_commitment")
    of_activities = Activity.supersedes.through.objects.filter(
        from_activity__plan=plan
    ).values_list("from_activity__commitment", "from_activity", "to_activity")
    return of_commitments.union(of_activities)


def _walk(start, links):
    """Everything reachable from ``start``, nearest first, each once."""
    found, queue = [], [start]
    while queue:
        for each in links.get(queue.pop(0), ()):
            if each != start and each not in found:
                found.append(each)
                queue.append(each)
    return found
