"""Runs a timer's task and stores that it succeeded."""

from django.core.management.base import BaseCommand

from agencies import tasks


class Command(BaseCommand):
    help = (
        "Run a task of deploy/tasks.toml. /salud/tareas names those that are overdue."
    )

    def add_arguments(self, parser):
        parser.add_argument("name", choices=list(tasks.all_tasks()))

    def handle(self, *, name, **options):
        task = tasks.all_tasks()[name]
        if not tasks.execute_task(task, stdout=self.stdout, stderr=self.stderr):
            self.stdout.write(f"{name} runs elsewhere, or ran since it was due")
