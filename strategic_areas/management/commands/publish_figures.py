"""Publishes the values of all indicators by the current rules."""

from django.core.management.base import BaseCommand

from strategic_areas import figures
from strategic_areas.models import Indicator


class Command(BaseCommand):
    help = "Bring what the public reads of every indicator up to date."

    def handle(self, **options):
        indicators = Indicator.objects.all()
        figures.publish_figures(indicators)
        self.stdout.write(f"indicators={indicators.count()}")
