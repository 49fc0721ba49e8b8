"""
The triggers that move the counters of the publication version.

``number`` moves when a row that a public page shows changes. ``takedowns`` moves too
when the public may no longer read something: a row is deleted, or changed in one of the
ways listed in ``TAKEN_DOWN``. Pages made before a takedown are never served again, not
even while the database is away.

The board of a plan is kept in memory and follows single accounts, so the triggers also
note what changed: ``ChangedAccounts`` says of which activity or commitment an account
did, and ``structure`` is the number at which anything else that a board may read did.
"""

from dataclasses import dataclass

from django.apps import apps

from strategic_areas.triggers.counters import PUBLICLY_KNOWN, TOLD_OF, move, note
from strategic_areas.triggers.statements import EVENTS, PREFIX, Trigger, model_named

#: Models of which no content stands on a public page.
NOT_PUBLIC = {
    "ActivityProposal",
    "PendingChange",
    "RecordChange",
    "RoundReopening",
    "Submission",
    "Purge",
    "PurgedText",
    "ImportedRecord",
    "PublicationVersion",
    "ChangedAccounts",
    # What a plan file changes moves the version.
    "PlanFile",
    "Measurement",
    "Breakdown",
    "Publication",
    "ReportedValue",
    "ToldForm",
}


#: Models that the board of a plan does not read: a change here leaves it as it is. A
#: step (``Transition``) is told with the status of its report, which changes with it.
ON_NO_BOARD = {
    "Evidence",
    "Letter",
    "PublishedCell",
    "PublishedFigure",
    "ReportedSpan",
    "Transition",
    "Translation",
}
#: Models that may link to a revision but are public by themselves.
ON_NO_REVISION = {"AttributionDispute"}

_WITHDRAWN = "OLD.status = 'published' AND NEW.status = 'withdrawn'"
#: By model, the condition under which a change takes something away from the public.
#: Every change of a help line counts, since a wrong number may reach the wrong people.
#: A replaced revision does not count, as it can still be read at its address, and
#: neither does an edited text: a purge takes a text away for good.
TAKEN_DOWN = {
    "ActivityUpdate": _WITHDRAWN,
    "CommitmentUpdate": _WITHDRAWN,
    "Evidence": "OLD.is_public AND NOT NEW.is_public",
    "HelpLine": "NOT OLD.confirm_before_publishing",
    "Takedown": "OLD.is_moving AND NOT NEW.is_moving",
    "Purge": "OLD.status <> 'approved' AND NEW.status = 'approved'",
}


@dataclass(frozen=True)
class Table:
    """
    A table that a public page shows.

    ``told_of`` is the entry of ``TOLD_OF`` if its rows are revisions, which have a
    status of their own. ``revision_links`` are pairs of a column and the table of
    revisions to which it links. ``is_on_boards`` tells whether a board may read it.
    """

    name: str
    told_of: tuple[str, str] | None = None
    revision_links: tuple[tuple[str, str], ...] = ()
    is_on_boards: bool = True

    @property
    def moves_structure(self):
        return self.is_on_boards and not self.told_of


def public_tables():
    """Every ``Table`` whose rows move the version."""
    for config in ("agencies", "strategic_areas"):
        for model in apps.get_app_config(config).get_models():
            name = model.__name__
            if name.startswith("Historical") or name in NOT_PUBLIC:
                continue
            if config == "agencies" and name not in {"Agency", "AgencyName"}:
                continue
            yield _table(model)
            for many in model._meta.many_to_many:
                if many.name != "contributors":
                    yield _table(many.remote_field.through)


def _table(model):
    name = model.__name__
    revisions = [model_named(each) for each in TOLD_OF]
    links = tuple(
        (field.column, field.related_model._meta.db_table)
        for field in model._meta.concrete_fields
        if field.related_model in revisions and name not in ON_NO_REVISION
    )
    is_on_boards = name not in ON_NO_BOARD
    return Table(model._meta.db_table, TOLD_OF.get(name), links, is_on_boards)


def version():
    """The triggers that move ``number``; with a deletion ``takedowns`` too."""
    for table in public_tables():
        for event in EVENTS:
            rows = {"INSERT": ["NEW"], "DELETE": ["OLD"]}.get(event, ["NEW", "OLD"])
            name = f"{PREFIX}v_{event.lower()}_{table.name}"[:63]
            yield Trigger(
                name=name,
                table=table.name,
                sqlite=_sqlite(name, table, event, rows),
                postgresql=_postgresql(name, table, event, rows),
            )


def takedowns():
    """The triggers that move both counters when a row changes as in ``TAKEN_DOWN``."""
    for model, condition in TAKEN_DOWN.items():
        table = model_named(model)._meta.db_table
        name = f"{PREFIX}takedown_{table}"
        yield Trigger(
            name=name,
            table=table,
            sqlite=(
                f'CREATE TRIGGER "{name}" AFTER UPDATE ON "{table}" WHEN {condition} '
                f"BEGIN {move('number', 'takedowns')}; END"
            ),
            postgresql=(
                f'CREATE CONSTRAINT TRIGGER "{name}" AFTER UPDATE ON "{table}" '
                "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW "
                f"WHEN ({condition}) EXECUTE FUNCTION {PREFIX}taken_down()"
            ),
        )


def _of_status(table, rows):
    return " OR ".join(f"{row}.status IN {PUBLICLY_KNOWN}" for row in rows)


def _sqlite(name, table, event, rows):
    when = ""
    if table.told_of:
        when = f"WHEN {_of_status(table, rows)} "
    elif table.revision_links:
        conditions = " OR ".join(
            f'EXISTS (SELECT 1 FROM "{parent}" '  # noqa: S608 - our own names
            f"WHERE id = {row}.{column} AND status IN {PUBLICLY_KNOWN})"
            for row in rows
            for column, parent in table.revision_links
        )
        when = f"WHEN {conditions} "
    counters = ["number"]
    if event == "DELETE":
        counters.append("takedowns")
    if table.moves_structure:
        counters.append("structure")
    steps = [move(*counters)]
    if table.told_of:
        kind, column = table.told_of
        steps += [note(f"'{kind}'", f"{row}.{column}") for row in rows]
    return (
        f'CREATE TRIGGER "{name}" AFTER {event} ON "{table.name}" {when}'
        f"BEGIN {'; '.join(steps)}; END"
    )


def _postgresql(name, table, event, rows):
    when = ""
    function = f"{PREFIX}move_{'structure' if table.moves_structure else 'version'}()"
    if table.told_of:
        when = f"WHEN ({_of_status(table, rows)}) "
        function = f"{PREFIX}move_{table.told_of[0]}()"
    elif table.revision_links:
        # A condition of a trigger may not read another table there; its function may.
        arguments = ", ".join(
            f"'{name}'" for pair in table.revision_links for name in pair
        )
        function = function.replace("()", f"_beside({arguments})")
    # Deferred to commit: an immediate one makes two editors deadlock.
    return (
        f'CREATE CONSTRAINT TRIGGER "{name}" AFTER {event} ON "{table.name}" '
        "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW "
        f"{when}EXECUTE FUNCTION {function}"
    )
