"""All that waits for a decision of one person: reports, and what others proposed."""

from dataclasses import dataclass

from agencies.models import User
from strategic_areas.desk.changes.decisions import Waiting, to_decide
from strategic_areas.desk.review import review_queue
from strategic_areas.desk.review.review_queue import Place, QueuedReport


@dataclass(frozen=True)
class Everything:
    """
    What waits, the longest first; of a report its place alone, until it is loaded.

    Every screen counts by it, so that all tell the same number.
    """

    user: User
    items: tuple[Place | Waiting, ...]

    @property
    def total(self):
        return len(self.items)

    @property
    def reports(self):
        return sum(isinstance(each, Place) for each in self.items)

    @property
    def decisions(self):
        return self.total - self.reports

    def loaded(self, items) -> list[QueuedReport | Waiting]:
        """Some of them with all that a list shows, in their order."""
        places = [each for each in items if isinstance(each, Place)]
        found = review_queue.reports(self.user, places)
        rows = (found.get(each, each) for each in items)
        # What somebody decided on between the two queries is left out.
        return [row for row in rows if not isinstance(row, Place)]


def everything(user: User, **but) -> Everything:
    """
    What this person may decide, and what she proposed and others decide.

    ``but`` are lookups of reports that are left out.
    """
    items = [*review_queue.places(user, **but), *to_decide(user)]
    return Everything(user, tuple(sorted(items, key=lambda each: each.since)))
