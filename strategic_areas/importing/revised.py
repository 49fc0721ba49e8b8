"""Values that were revised here after a plan's file had brought them."""

from strategic_areas.models.measurements import Breakdown, Measurement


class Revised:
    """
    What stands now in place of the values of one plan's file.

    A file speaks of the first value of a span; an agency's revision stands beside it.
    """

    def __init__(self, plan_code):
        rows = Measurement.objects.filter(indicator__introduced_by__code=plan_code)
        revisions = rows.exclude(revises=None).order_by("pk")
        self.latest, first = {}, {}
        for row in revisions.prefetch_related("sources"):
            first[row.pk] = first.get(row.revises_id, row.revises_id)
            self.latest[first[row.pk]] = row

    def instead_of(self, row):
        """What replaces a value, or a part of one; None where nothing does."""
        if isinstance(row, Measurement):
            return self.latest.get(row.pk)
        if not isinstance(row, Breakdown) or row.measurement_id not in self.latest:
            return None
        value = self.latest[row.measurement_id]
        parts = Breakdown.objects.filter(
            measurement=value, dimension=row.dimension, category=row.category
        )
        return parts.first() or Breakdown(measurement=value)
