"""
Replaces the workers after a purge, since freed memory may still hold purged texts.
"""

from plan_portal import server
from strategic_areas.models import Purge


class WorkerRenewal:
    """Asks for new workers when the number of purges has risen."""

    def __init__(self):
        self._takedowns = self._purges = None

    def replace_workers_after_purge(self, takedowns):
        if takedowns == self._takedowns:
            return
        purges = Purge.objects.filter(status=Purge.Status.APPROVED).count()
        if self._purges is not None and purges > self._purges:
            server.request_reload()
        self._takedowns, self._purges = takedowns, purges
