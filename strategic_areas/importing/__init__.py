"""
Loading a plan file into the database.

Steps: read (``reading``), parse by the format (``format``, ``values``,
``parsing``), check references and rules (``rules``), build rows (``records``), and
apply the changes field by field (``comparison``), except where staff edited
(``known_records``).
"""

from hashlib import file_digest
from itertools import chain
from pathlib import Path

from django.db import DatabaseError, transaction
from django.utils.translation import override

from agencies import audit
from strategic_areas import figures
from strategic_areas.datasets.removals import protect_in_editions
from strategic_areas.importing.comparison import (
    ImportSummary,
    UpdateRevisions,
    apply_lines,
)
from strategic_areas.importing.known_records import PK_KEY, KnownRecords, LoadedValues
from strategic_areas.importing.parsing import check_personal_data, parse_plan_file
from strategic_areas.importing.reading import PlanFileError, read_file
from strategic_areas.importing.records import LineBuilder
from strategic_areas.importing.rules import broken_rules
from strategic_areas.models import Indicator, Plan, PlanFile
from strategic_areas.plan_document.stored_plan import StoredPlan
from strategic_areas.plan_document.tables import REVISED, TABLES
from strategic_areas.queries.public_rows import (
    affected_records,
    read_public_rows,
    row_differences,
)
from strategic_areas.workbooks.reading import ValueFault

__all__ = ["ImportSummary", "PlanFileError", "load_plan_file"]


def load_plan_file(path, *, dry_run=False, progress=None):
    """
    Load a plan file in one transaction; return the ``ImportSummary``.

    ``dry_run`` rolls back. ``progress`` is called with each table's name and its number
    of records. Raises ``PlanFileError`` with all faults, without any change.
    """
    parsed = parse_plan_file(*read_file(path))
    with Path(path).open("rb") as content:
        digest = file_digest(content, "sha256").hexdigest()
    plan_file = PlanFile(name=Path(path).name, sha256=digest)
    try:
        # Columns without suffix hold Spanish.
        with transaction.atomic(), override("es"):
            is_new = not Plan.objects.filter(code=parsed.plan_code).exists()
            summary = _load(parsed, plan_file, progress or (lambda table, number: None))
            if dry_run:
                # Of a new plan all rows are new: none is compared, shared ones neither.
                keys = affected_records(() if is_new else summary.touched)
                after = read_public_rows(keys)
                transaction.set_rollback(True)
    except DatabaseError as error:
        text = str(error).strip().splitlines()
        reason = text[0] if text else type(error).__name__
        fault = ValueFault(
            "the database", "", "that it takes the file", found=f"a refusal ({reason})"
        )
        raise PlanFileError([fault]) from error
    if dry_run:
        summary.public = row_differences(read_public_rows(keys), after)
    return summary


def _load(parsed, plan_file, progress):
    stored = StoredPlan(parsed.plan_code)
    known = KnownRecords(parsed, stored)
    loaded = PlanFile.objects.filter(
        sha256=plan_file.sha256, status=PlanFile.Status.LOADED
    )
    # The texts of a file that was loaded before were checked then.
    is_checked = loaded.exists()
    personal, warnings = ([], []) if is_checked else check_personal_data(parsed)
    if faults := [*parsed.faults, *broken_rules(parsed, known), *personal]:
        raise PlanFileError(sorted(faults, key=lambda fault: fault.number))
    loaded_values = LoadedValues(parsed.plan_code)
    summary = ImportSummary(warnings=warnings)
    plan_file.save()  # while it is being loaded, it may change the structure of plans
    lines = LineBuilder(parsed, known).lists
    with figures.without_publishing():
        for name, table_lines in lines.items():
            progress(name, len(table_lines))
        others = chain.from_iterable(lines[n] for n in TABLES if n not in REVISED)
        apply_lines(list(others), stored, loaded_values, summary)
        for name in filter(lines.get, REVISED):
            revising = UpdateRevisions(TABLES[name], stored, loaded_values, summary)
            for line in lines[name]:
                revising.apply_line(line)
    summary.absent = _absent(loaded_values, lines)
    figures.publish_figures(Indicator.objects.filter(introduced_by=stored.plan))
    if any(each.protects for _title, changes in summary.changed for each in changes):
        protect_in_editions(summary.touched)
    loaded_values.save(stored.plan)
    if summary.created or summary.changed:
        counts = {
            "created": summary.created.total(),
            "changed": len(summary.changed),
            "kept": len(summary.kept),
        }
        plan_file.plan, plan_file.status = stored.plan, PlanFile.Status.LOADED
        plan_file.created, plan_file.changed, plan_file.kept = counts.values()
        plan_file.save()
        audit.record_event(audit.Event.PLAN_LOADED, obj=stored.plan, **counts)
    else:
        plan_file.delete()
    return summary


def _absent(loaded_values, lines):
    given = {
        (name, each.key) for name, table_lines in lines.items() for each in table_lines
    }
    known = loaded_values.records
    rows = {
        (table, known[table, key].values.get(PK_KEY))
        for table, key in given & known.keys()
    }
    return sorted(
        (table, key)
        for (table, key), record in known.items()
        # A record with a new key is recognized by its row.
        if (table, key) not in given and (table, record.values.get(PK_KEY)) not in rows
    )
