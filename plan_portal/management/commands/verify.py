"""Says whether a portal is whole: after restoring it, or whenever one doubts it."""

from django.core.management.base import BaseCommand, CommandError

from plan_portal.backup import checks


class Command(BaseCommand):
    help = (
        "Check triggers, files and their sums, the audit record, and that one page of "
        "each kind answers. Exit status 1 and a line for each fault if there is one."
    )

    def handle(self, **options):
        if found := checks.faults():
            raise CommandError("\n".join(found))
        self.stdout.write("The portal is whole")
