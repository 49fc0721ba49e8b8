"""One plan file from its path to the database, or to the list of its faults."""

from django.db import DatabaseError, transaction
from django.utils.translation import override

from agencies import audit
from strategic_areas.importing.applying import Applying
from strategic_areas.importing.checking import check
from strategic_areas.importing.faults import Fault, Refused
from strategic_areas.importing.guarding import guard
from strategic_areas.importing.known import known_for
from strategic_areas.importing.memory import Memory
from strategic_areas.importing.outcome import Outcome
from strategic_areas.importing.reading import read_file
from strategic_areas.importing.records import records_of
from strategic_areas.importing.revising import Revising
from strategic_areas.importing.rules import broken_rules
from strategic_areas.importing.shelves import Shelves
from strategic_areas.importing.tables import REVISED, TABLES


def load(path, *, dry_run=False, progress=None):
    """
    Load a plan file in one transaction; return the ``Outcome``.

    ``dry_run`` does all the same and then undoes it. ``progress`` is called with the
    name of each table and the number of its records. Raises ``Refused`` with every
    fault of the file, or with the one that the database found; then nothing is
    written.
    """
    tree = read_file(path)
    try:
        # Spanish, the first language: it is what undecorated columns hold.
        with transaction.atomic(), override("es"):
            outcome = _load(tree, progress or (lambda table, number: None))
            if dry_run:
                transaction.set_rollback(True)
    except DatabaseError as error:
        raise Refused([_refused_by_database(error)]) from error
    return outcome


def _load(tree, progress):
    plan_file = check(tree)
    plan_code = plan_file.plan and plan_file.plan.values.get("code")
    known = known_for(plan_code or "")
    known.add(plan_file)
    personal, suspicions = guard(plan_file)
    if faults := [*plan_file.faults, *broken_rules(plan_file, known), *personal]:
        raise Refused(sorted(faults, key=lambda fault: fault.line))
    lists = records_of(plan_file, known)
    shelves, memory = Shelves(plan_code), Memory(plan_code)
    outcome = Outcome(warnings=suspicions)
    applying = Applying(shelves, memory, outcome)
    for name in TABLES:
        if name not in REVISED:
            progress(name, len(lists[name]))
            for record in lists[name]:
                applying.file(record)
    applying.link()
    for name in REVISED:
        progress(name, len(lists[name]))
        revising = Revising(TABLES[name], shelves, memory, outcome)
        for record in lists[name]:
            revising.file(record)
    memory.save(shelves.plan)
    if outcome.created or outcome.changed:
        audit.record(
            audit.Event.PLAN_LOADED,
            obj=shelves.plan,
            created=outcome.created.total(),
            changed=len(outcome.changed),
            kept=len(outcome.kept),
        )
    return outcome


def _refused_by_database(error):
    text = str(error).strip().splitlines()
    reason = text[0] if text else type(error).__name__
    return Fault("the database", "", f"a refusal ({reason})", "that it takes the file")
