"""
Renews the workers after a purge, whose former words their memory may still hold.

Python frees a text but does not overwrite it, so a process forgets for sure only by its
end. Each worker asks for renewal by itself when it learns of a purge, so that every
machine does.
"""

from plan_portal import server
from strategic_areas.models import Purge


class WorkerRenewal:
    """Remembers how many purges there were, and asks for new workers when more are."""

    def __init__(self):
        self._takedowns = self._purges = None

    def look(self, takedowns):
        """Ask for new workers if a purge is behind a new number of takedowns."""
        if takedowns == self._takedowns:
            return
        purges = Purge.objects.filter(status=Purge.Status.APPROVED).count()
        if self._purges is not None and purges > self._purges:
            server.ask_for_renewal()
        self._takedowns, self._purges = takedowns, purges
