"""The nodes of a plan's tree, with a person's draft applied to it."""

from dataclasses import dataclass, field

from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.db.models import Model
from django.urls import reverse
from django.utils.formats import date_format

from agencies.numbers import number_text
from strategic_areas.desk.plan_tree.draft import document_lines, draft_conflicts
from strategic_areas.desk.plan_tree.levels import (
    ACTIVITY,
    ADDABLE_LEVELS,
    ALL_LEVELS,
    AREA,
    COMMITMENT,
    INDICATOR,
    LEVEL_BY_MODEL,
    NESTED_LEVELS,
    PARTICIPATION,
    PLAN,
    TARGET,
    TreeLevel,
    level_of,
    node_key,
    parent_of,
    url_key,
)
from strategic_areas.models import Plan, Provenance, RecordChange
from strategic_areas.models.drafts import DraftLine
from strategic_areas.models.records import sort_key
from strategic_areas.plan_document.preview import build_preview
from strategic_areas.plan_document.records import SUPERSEDABLE
from strategic_areas.plan_document.stored_plan import StoredPlanObjects
from strategic_areas.plan_document.tables import EDITED_TABLES

#: In a plan with more records, commitments are shown folded.
FOLD_ABOVE = 60


@dataclass
class PlanNode:
    """
    One record of the plan, or the plan itself, with its ``children`` by level.

    ``pending_change_pk`` is the key of its pending change, ``draft_line_pk`` that of
    its line in the draft, with ``changes``, and the ``reason`` if a reviewer returned
    it. ``replacements`` are drafted records that replace it. ``siblings`` include the
    node itself.
    """

    plan: Plan
    record: Model
    level: TreeLevel
    children: dict = field(default_factory=dict)
    pending_change_pk: int | None = None
    pending_additions: list[RecordChange] = field(default_factory=list)
    draft_line_pk: int | None = None
    changes: tuple = ()
    reason: str = ""
    replacements: list[Model] = field(default_factory=list)
    siblings: list["PlanNode"] = field(default_factory=list)
    is_open: bool = True
    is_on_path: bool = False

    @property
    def key(self):
        return node_key(self.record)

    @property
    def is_new(self):
        return self.record.pk is None

    @property
    def below(self):
        """Its children of the next level, from area to activity."""
        return self.children.get(
            AREA if self.level is PLAN else self.level.next_level, []
        )

    @property
    def branches(self):
        return [
            {
                "title": level.count_text(len(nodes)),
                "nodes": nodes,
                "is_open": self.is_open
                if nodes is self.below
                else any(each.is_on_path for each in nodes),
                "key": self.key if nodes is self.below else f"{self.key}-{level.slug}",
            }
            for level, nodes in self.children.items()
        ]

    @property
    def code(self):
        return "" if self.level is PLAN else getattr(self.record, "code", "")

    @property
    def title(self):
        # Only for participations and targets: others have a code and a name.
        if self.level is PARTICIPATION:
            role = self.record.get_role_display()
            return f"{self.record.agency.acronym} · {self.record.agency.name} · {role}"
        days = [self.record.starts_on, self.record.ends_on]
        span = " – ".join(date_format(day, "SHORT_DATE_FORMAT") for day in days if day)
        value = self.record.value
        return span if value is None else f"{span}: {number_text(value)}"

    @property
    def agency(self):
        return getattr(self.record, self.level.agency_link or "", None)

    @property
    def result(self):
        return (
            getattr(self.record, self.level.result_field)
            if self.level.result_field
            else ""
        )

    @property
    def address(self):
        return self._reverse("plan_node")

    @property
    def button_address(self):
        """Where the buttons post that move, delete, drop, split or join it."""
        return self._reverse("plan_node_step")

    @property
    def addable_levels(self):
        """Pairs of a level that can be added below, and the URL of its form."""
        return [
            (level, self.add_address(level))
            for level in ADDABLE_LEVELS.get(self.level, ())
        ]

    def add_address(self, level):
        # An indicator is added to the plan or to a commitment: the key says to which.
        parent = self.key if level is INDICATOR else url_key(self.record)
        return reverse("admin:plan_node_new", args=[self.plan.code, level.slug, parent])

    @property
    def record_url(self):
        return reverse(
            admin_urlname(self.record._meta, "change"), args=[self.record.pk]
        )

    @property
    def hide_url(self):
        """The page that hides something of the record; "" while nothing is public."""
        in_preparation = self.plan.status == Plan.Status.IN_PREPARATION
        if in_preparation or self.is_new or self.level not in NESTED_LEVELS:
            return ""
        return reverse("admin:hide", args=[self.level.model_name, self.record.pk])

    @property
    def public_page_preview_url(self):
        """
        How the public page will look, shown of plans in preparation; "" for new records
        and other levels.
        """
        if self.is_new or self.level not in NESTED_LEVELS:
            return ""
        has_page = self.level in (AREA, COMMITMENT)
        record = self.record if has_page else parent_of(self.record)
        args = [self.plan.code, level_of(record).slug, record.pk]
        fragment = f"#{self.record.code}" if self.level is ACTIVITY else ""
        return reverse("admin:plan_preview", args=args) + fragment

    @property
    def public_url(self):
        if self.is_new or self.level is TARGET:
            return ""
        has_page = hasattr(self.record, "get_absolute_url")
        return (self.record if has_page else parent_of(self.record)).get_absolute_url()

    @property
    def may_be_reordered(self):
        return self.level in NESTED_LEVELS

    @property
    def may_be_deleted(self):
        """Whether it has nothing below it; the tree must save at once, too."""
        return self.level is not PLAN and not any(self.children.values())

    @property
    def may_be_replaced(self):
        """Whether an amendment may split this activity or merge it with others."""
        return (
            self.level is ACTIVITY
            and self.plan.status != Plan.Status.IN_PREPARATION
            and not (self.is_new or self.pending_change_pk or self.replacements)
            and self.record.provenance == Provenance.PLAN
        )

    @property
    def mergeable_siblings(self):
        return [n for n in self.siblings if n is not self and n.may_be_replaced]

    def _reverse(self, name):
        args = [self.plan.code, self.level.slug, url_key(self.record)]
        return reverse(f"admin:{name}", args=args)

    def __iter__(self):
        yield self
        for nodes in self.children.values():
            for each in nodes:
                yield from each


class PlanTree:
    """
    The tree of a plan, with a draft.

    ``pending_change`` proposes to approve the whole plan. ``conflicts`` are others'
    changes of drafted values; ``preview`` is the effect of the draft.
    """

    def __init__(self, plan, draft_lines=(), pending_change=None, *, with_checks=False):
        self.stored = StoredPlanObjects(plan.code)
        self.plan, self.pending_change = self.stored.plan, pending_change
        self.draft_lines = list(draft_lines)
        self.conflicts = draft_conflicts(self.stored, self.draft_lines)
        pairs = document_lines(self.stored, self.draft_lines)
        lines = [line for _draft_line, line in pairs]
        self.preview = build_preview(
            *(self.stored, lines), with_checks=with_checks, requires_participation=False
        )
        self.draft_line_of = {id(line): each for each, line in pairs}
        for each in self.preview.records_to_save:
            each.record.draft_line_pk = self.draft_line_of[id(each.line)].pk
        in_preparation = plan.status == Plan.Status.IN_PREPARATION
        self.saves_at_once = in_preparation and pending_change is None
        self.root = PlanNode(self.plan, self.plan, PLAN)
        self._nodes, self.records = {id(self.plan): self.root}, {}
        for level in ALL_LEVELS[1:]:
            self._add_nodes(level)
        self.by_key = {each.key: each for each in self.root}
        self._add_draft()
        self._add_pending_changes()
        self.open_at("")

    @property
    def counts(self):
        levels = [each.level for each in self.root]
        return [each.count_text(levels.count(each)) for each in NESTED_LEVELS]

    def drafted_values(self, record):
        edited = self.preview.records_to_save
        return next((each.line.values for each in edited if each.record is record), {})

    def node_of(self, record):
        return self._nodes.get(id(record))

    def parent_node(self, node):
        return self.node_of(parent_of(node.record)) or self.root

    def document_key(self, record):
        """Return the key by which lines link to a record."""
        if record.pk is None:
            return DraftLine.link_to(record.draft_line_pk)
        return self.stored.tables[level_of(record).table].key_of_pk[record.pk]

    def nodes(self, level):
        return [each for each in self.root if each.level is level]

    def open_at(self, key):
        for node in reversed(list(self.root)):
            children = (each for nodes in node.children.values() for each in nodes)
            node.is_on_path = node.key == key or any(x.is_on_path for x in children)
            is_long = len(self.by_key) > FOLD_ABOVE and node.level is COMMITMENT
            node.is_open = not is_long or node.is_on_path

    def _add_nodes(self, level):
        table = EDITED_TABLES[level.table]
        new = [
            each.record
            for each in self.preview.records_to_save
            if each.is_new and each.line.table is table
        ]
        rows = [*table.editable_records(self.stored), *new]
        self.records[level] = rows
        if level.table in SUPERSEDABLE:
            stored = (row for row in rows if row.pk)
            replaced = {old.pk for row in stored for old in row.supersedes.all()}
            rows = [row for row in rows if row.pk not in replaced]
        for record in sorted(rows, key=lambda row: _sort_key(level, row)):
            parent = self.node_of(parent_of(record))
            # Its parent was superseded and is not shown either.
            if parent is None and level in NESTED_LEVELS:
                continue
            node = self._nodes[id(record)] = PlanNode(self.plan, record, level)
            (parent or self.root).children.setdefault(level, []).append(node)
        for parent in self._nodes.values():
            for node in parent.children.get(level, []):
                node.siblings = parent.children[level]

    def _add_draft(self):
        changes = {
            id(each.line): each.changes
            for _title, lines in self.preview.tables
            for each in lines
        }
        for each in self.preview.records_to_save:
            if node := self.node_of(each.record):
                line = self.draft_line_of[id(each.line)]
                node.draft_line_pk, node.reason = line.pk, line.reason
                node.changes = changes[id(each.line)]
            for old in each.links.get("supersedes", ()):
                if replaced := self.node_of(old):
                    replaced.replacements.append(each.record)

    def _add_pending_changes(self):
        nodes = {(each.level.model, str(each.record.pk)): each for each in self.root}
        # ``slot`` lets a record have one undecided change; a decision empties it.
        self.pending_record_changes = list(
            RecordChange.objects.filter(slot__isnull=False)
        )
        for each in self.pending_record_changes:
            if each.object_id:
                if node := nodes.get((each.model, str(each.object_id))):
                    node.pending_change_pk = each.change_id
            elif level := LEVEL_BY_MODEL.get(each.model):
                name = next(filter(each.after.get, level.links))
                parent_model = each.model._meta.get_field(name).related_model
                if node := nodes.get((parent_model, str(each.after[name]))):
                    node.pending_additions.append(each)


def _sort_key(level, record):
    if level.is_coded:
        return sort_key(record.code or "")
    if level is PARTICIPATION:
        return record.agency.acronym if record.agency_id else ""
    return str([record.starts_on, record.ends_on])
