"""Shows scorecards of closed rounds to agencies, and to the public 72 hours later."""

from django.core.management.base import BaseCommand

from strategic_areas.desk.rounds import notices


class Command(BaseCommand):
    help = "Prepare and release the scorecards of closed rounds. Run once a minute."

    def handle(self, **options):
        for line in notices.prepare_and_release_scorecards():
            self.stdout.write(line)
