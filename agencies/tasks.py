"""
Tasks that a timer runs, as deploy/tasks.toml lists them, and when each last ended well.

Where no task was ever run by ``run_task``, as on one's own machine, nothing is overdue.
"""

import tomllib
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from django.conf import settings
from django.core.management import call_command
from django.db import models
from django.utils import timezone

from agencies.fields import Fields, internal


@dataclass(frozen=True)
class Task:
    name: str
    command: tuple[str, ...]
    when: str
    overdue: timedelta


class TaskRun(models.Model):
    name = models.CharField(max_length=40, unique=True)
    ended_at = models.DateTimeField()

    fields = Fields(*internal("name"))

    class Meta:
        default_permissions = []

    def __str__(self):
        return f"{self.name} {self.ended_at:%Y-%m-%d %H:%M}"


@cache
def listed():
    path = settings.BASE_DIR / "deploy" / "tasks.toml"
    return {
        name: Task(
            name,
            tuple(entry["command"]),
            entry["when"],
            timedelta(minutes=entry["overdue"]),
        )
        for name, entry in tomllib.loads(path.read_text(encoding="utf-8")).items()
    }


def run(task, **streams):
    """
    Run the task's command and note its end.

    Where the command raises, the note of its last good end goes: the task is overdue.
    """
    try:
        call_command(*task.command, **streams)
    except BaseException:
        TaskRun.objects.filter(name=task.name).delete()
        raise
    TaskRun.objects.update_or_create(
        name=task.name, defaults={"ended_at": timezone.now()}
    )


def overdue(now):
    """Sentences in English about tasks that failed or are late."""
    ended = dict(TaskRun.objects.values_list("name", "ended_at"))
    if not ended:
        return []
    return [
        f"overdue: {task.name} "
        + (
            f"last ended well at {ended[name]:%Y-%m-%dT%H:%MZ}"
            if name in ended
            else "failed or never ran"
        )
        for name, task in listed().items()
        if name not in ended or now - ended[name] > task.overdue
    ]
