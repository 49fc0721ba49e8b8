"""
Tasks that timers run, as deploy/tasks.toml lists them, and when each last succeeded.

Each machine has all timers; the first one to start a task runs it. As long as
``run_task`` was never used, as on a developer's machine, nothing is overdue.
"""

import re
import tomllib
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management import call_command
from django.db import connection, models
from django.utils import timezone

from agencies.fields import DeclaredFields, internal

#: systemd's OnCalendar of a daily task, or of one on the first day of each month.
CALENDAR = re.compile(r"\*-\*-(\*|01) (\d\d):(\d\d) (\S+)")
#: The stored end of a task whose last run failed, or that never succeeded.
NEVER = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True)
class Task:
    """
    ``when`` is systemd's OnCalendar. The task is late if its last success is longer ago
    than ``overdue``.
    """

    name: str
    command: tuple[str, ...]
    when: str
    overdue: timedelta

    def last_due(self, now):
        """When it should last have started; ``now`` for a task of each minute."""
        if not (match := CALENDAR.fullmatch(self.when)):
            return now
        day, hour, minute, zone = match.groups()
        time = {"hour": int(hour), "minute": int(minute), "second": 0, "microsecond": 0}
        if day != "*":
            time["day"] = int(day)
        local = now.astimezone(ZoneInfo(zone))
        due = local.replace(**time)
        return due if due <= local else (due - timedelta(days=1)).replace(**time)


class TaskRun(models.Model):
    name = models.CharField(max_length=40, unique=True)
    ended_at = models.DateTimeField()

    fields = DeclaredFields(*internal("name"))

    class Meta:
        default_permissions = []

    def __str__(self):
        return f"{self.name} {self.ended_at:%Y-%m-%d %H:%M}"


@cache
def all_tasks():
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


def execute_task(task, **streams):
    """
    Run the task's command and store its end; return whether it ran.

    It does not run while another machine runs it, or if it succeeded since it was last
    due. A command that raises an error makes the task overdue at once.
    """
    with locked(task.name) as has_lock:
        due = task.last_due(timezone.now())
        done = TaskRun.objects.filter(name=task.name, ended_at__gte=due)
        if not has_lock or done.exists():
            return False
        run, _ = TaskRun.objects.get_or_create(
            name=task.name, defaults={"ended_at": NEVER}
        )
        run.ended_at = NEVER
        try:
            call_command(*task.command, **streams)
            run.ended_at = timezone.now()
        finally:
            run.save()
        return True


@contextmanager
def locked(name):
    """
    Yield whether no other machine runs the task. A process that dies loses its lock.
    """
    # A portal on SQLite has one machine, where systemd starts no unit twice.
    if connection.vendor != "postgresql":
        yield True
        return
    with connection.cursor() as cursor:
        key = "hashtextextended(%s, 0)"
        cursor.execute(f"SELECT pg_try_advisory_lock({key})", [f"task:{name}"])
        [has_lock] = cursor.fetchone()
        try:
            yield has_lock
        finally:
            if has_lock:
                cursor.execute(f"SELECT pg_advisory_unlock({key})", [f"task:{name}"])


def overdue_tasks(now):
    """Sentences in English about tasks that failed or are late."""
    ended = dict(TaskRun.objects.values_list("name", "ended_at"))
    if not ended:
        return []
    return [
        f"overdue: {name} "
        + (
            "failed or never ran"
            if end == NEVER
            else f"last ended well at {end:%Y-%m-%dT%H:%MZ}"
        )
        for name, task in all_tasks().items()
        if now - (end := ended.get(name, NEVER)) > task.overdue
    ]
