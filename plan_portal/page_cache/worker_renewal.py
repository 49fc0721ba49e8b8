"""
Replaces the workers after a purge, since their memory may still hold purged texts.

Python frees memory without overwriting it. Each worker asks for its own renewal, so
that this happens on every machine.
"""

from plan_portal import server
from strategic_areas.models import Purge


class WorkerRenewal:
    """Asks for new workers when the number of purges has risen."""

    def __init__(self):
        self._takedowns = self._purges = None

    def look(self, takedowns):
        """A new number of takedowns may come from a purge."""
        if takedowns == self._takedowns:
            return
        purges = Purge.objects.filter(status=Purge.Status.APPROVED).count()
        if self._purges is not None and purges > self._purges:
            server.ask_for_renewal()
        self._takedowns, self._purges = takedowns, purges
