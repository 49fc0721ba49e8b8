"""Runs one of the tasks that timers run, and notes that it ended well."""

from django.core.management.base import BaseCommand

from agencies import tasks


class Command(BaseCommand):
    help = (
        "Run a task of deploy/tasks.toml. /salud/tareas names those that are overdue."
    )

    def add_arguments(self, parser):
        parser.add_argument("name", choices=list(tasks.listed()))

    def handle(self, *, name, **options):
        tasks.run(tasks.listed()[name], stdout=self.stdout, stderr=self.stderr)
