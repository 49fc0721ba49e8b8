"""Loads a plan file or shows its changes."""

import sys
from os.path import commonprefix

from django.core.management.base import BaseCommand

from agencies import row_counts
from strategic_areas.importing import PlanFileError, load_plan_file
from strategic_areas.public_paths import public_path

#: Characters shown of a value, around the first difference.
EXCERPT_LENGTH = 120


class Command(BaseCommand):
    help = "Load a plan file (docs/plan-format.md); nothing is ever deleted."

    def add_arguments(self, parser):
        parser.add_argument("file", help="The path of the plan file.")
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="Check the file and show what would change; write nothing.",
        )

    def handle(self, *, file, dry_run, **options):
        try:
            outcome = load_plan_file(file, dry_run=dry_run, progress=self.show_progress)
        except PlanFileError as refused:
            for fault in refused.faults:
                self.stderr.write(str(fault))
            number = len(refused.faults)
            self.stdout.write(f"created=0 changed=0 unchanged=0 kept=0 faults={number}")
            sys.exit(1)
        self.write_outcome(outcome)
        if dry_run:
            self.stdout.write("Dry run: nothing was written.")
        else:
            row_counts.update_row_counts()
        self.stdout.write(outcome.summary)

    def show_progress(self, table, number):
        if number and self.stderr.isatty():
            self.stderr.write(f"{table}: {number} …")

    def write_outcome(self, outcome):
        for warning in outcome.warnings:
            self.stdout.write(f"warning: {warning}")
        for table, number in outcome.created.items():
            self.stdout.write(f"created: {number} {table}")
        for record, changes in outcome.changed:
            for change in changes:
                old, new = excerpts(change.old, change.new)
                label = "changes what is protected" if change.protects else "changed"
                self.stdout.write(f"{label}: {record}, {change.header}: {old} → {new}")
        for each in outcome.public:
            for name in each.computed_columns:
                old, new = public_text(each.before, name), public_text(each.after, name)
                if old != new:
                    self.stdout.write(
                        f"the public reads: {each.dataset} {each.key}, {name}: "
                        f"{old} → {new} ({public_path(*each.pages[0])})"
                    )
        for kept in outcome.kept:
            here, in_file = excerpts(kept.old, kept.new)
            field = f", {kept.header}" if kept.header else ""
            self.stdout.write(
                f"kept: {kept.place}{field}: here {here}; in the file {in_file} "
                f"({kept.reason})"
            )
        for table, key in outcome.absent:
            self.stdout.write(f"absent: {table} {key} is not in this file; it stays")
        if outcome.absent:
            self.stdout.write(f"absent: {len(outcome.absent)} records")


def public_text(row, name):
    if row is None:
        return as_text(None)
    return "protected" if name in row.get("protected", ()) else as_text(row[name])


def excerpts(one, other):
    """
    Two values as text, cut around their first difference.

    >>> excerpts(None, ["a", "b"])
    ('nothing', 'a, b')
    """
    texts = [as_text(one), as_text(other)]
    start = max(0, len(commonprefix(texts)) - EXCERPT_LENGTH // 3)
    return tuple(excerpt(text, start) for text in texts)


def excerpt(text, start):
    if len(text) <= EXCERPT_LENGTH:
        return text
    before = "…" if start else ""
    after = "…" if len(text) > start + EXCERPT_LENGTH else ""
    return f"{before}{text[start : start + EXCERPT_LENGTH]}{after}"


def as_text(value):
    if isinstance(value, list | tuple):
        value = ", ".join(map(str, value))
    return "nothing" if value in (None, "") else " ".join(str(value).split())
