"""A plan read as a tree, in a fixed number of queries."""

from dataclasses import dataclass, field

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.urls import reverse

from strategic_areas.desk.plantree.levels import LEVELS, Level, key_of, level_of, over
from strategic_areas.models import (
    Activity,
    Commitment,
    Plan,
    RecordChange,
    StrategicArea,
)

#: A plan of more records than this shows its commitments folded.
MANY = 60


@dataclass
class Node:
    """
    One record of the plan, or the plan itself, with what stands below it.

    ``waits`` is the key of the undecided change of it, ``added`` are the undecided
    additions below it; ``is_open`` says whether what stands below is shown at once.
    """

    plan: Plan
    record: Model
    level: Level | None = None
    below: list["Node"] = field(default_factory=list)
    waits: int | None = None
    added: list[RecordChange] = field(default_factory=list)
    is_first: bool = True
    is_last: bool = True
    is_open: bool = True

    @property
    def key(self):
        return key_of(self.record)

    @property
    def number_below(self):
        return self.adds.counted(len(self.below))

    @property
    def agency(self):
        return getattr(self.record, self.level.answers) if self.level.answers else None

    @property
    def is_dated(self):
        return bool(self.level.answers)

    @property
    def result(self):
        return getattr(self.record, self.level.result) if self.level.result else ""

    @property
    def adds(self):
        return self.level.below if self.level else LEVELS[0]

    @property
    def address(self):
        return self._reverse("plan_node")

    @property
    def step_address(self):
        return self._reverse("plan_node_step")

    @property
    def add_address(self):
        args = [self.plan.code, self.adds.word, self.record.pk]
        return reverse("admin:plan_node_new", args=args)

    @property
    def full_record(self):
        meta = self.record._meta
        name = f"admin:{meta.app_label}_{meta.model_name}_change"
        return reverse(name, args=[self.record.pk])

    @property
    def hides(self):
        """The page that hides something of it; "" while the plan is not public."""
        if self.plan.status == Plan.Status.IN_PREPARATION:
            return ""
        args = [self.record._meta.model_name, self.record.pk]
        return reverse("admin:hide", args=args)

    @property
    def preview(self):
        """The page that shows how the public will read it; "" of the plan itself."""
        if self.level is None:
            return ""
        has_page = isinstance(self.record, (StrategicArea, Commitment))
        record = self.record if has_page else over(self.record)
        args = [self.plan.code, level_of(record).word, record.pk]
        place = f"#{self.record.code}" if isinstance(self.record, Activity) else ""
        return reverse("admin:plan_preview", args=args) + place

    @property
    def public_page(self):
        record = self.record
        page = record if hasattr(record, "get_absolute_url") else record.area
        return page.get_absolute_url()

    def _reverse(self, name):
        args = [self.plan.code, self.level.word, self.record.pk]
        return reverse(f"admin:{name}", args=args)

    def __iter__(self):
        """Itself and all below it."""
        yield self
        for each in self.below:
            yield from each


@dataclass(frozen=True)
class Tree:
    plan: Plan
    root: Node
    is_free: bool

    @property
    def counts(self):
        levels = [each.level for each in self.root]
        return [each.counted(levels.count(each)) for each in LEVELS]


def load(plan, key="plan", waits=None):
    """The tree of a plan, opened down to the node of this key."""
    root = Node(plan, plan)
    above = {plan.pk: root}
    for level in LEVELS:
        rows = level.rows(plan)
        rows = rows.select_related(level.answers) if level.answers else rows
        nodes = {}
        for record in rows:
            if over := above.get(getattr(record, f"{level.above}_id")):
                record.plan = plan
                setattr(record, level.above, over.record)
                nodes[record.pk] = node = Node(plan, record, level)
                over.below.append(node)
        _mark_ends(above.values())
        _tell_what_waits(level, above, nodes)
        above = nodes
    _fold(root, key)
    is_free = plan.status == Plan.Status.IN_PREPARATION and waits is None
    return Tree(plan, root, is_free)


def _fold(root, key):
    nodes, path = list(root), _path(root, key)
    for node in nodes:
        holds_activities = node.adds is LEVELS[-1]
        node.is_open = len(nodes) <= MANY or not holds_activities or node.key in path


def _mark_ends(nodes):
    for above in nodes:
        for place, node in enumerate(above.below):
            node.is_first = place == 0
            node.is_last = place == len(above.below) - 1


def _tell_what_waits(level, above, nodes):
    """Mark what an undecided change is about, and name under its place what it adds."""
    kind = ContentType.objects.get_for_model(level.model)
    for part in RecordChange.objects.filter(content_type=kind, slot__isnull=False):
        if part.object_id:
            if node := nodes.get(part.object_id):
                node.waits = part.change_id
        elif _is_of(part.after.get(level.above), above):
            above[part.after[level.above]].added.append(part)


def _is_of(key, above):
    """True for the key of one of these; a record that is new too has none yet."""
    return isinstance(key, int) and key in above


def _path(root, key):
    above = {each.key: node.key for node in root for each in node.below}
    path = []
    while key in above:
        path.append(key)
        key = above[key]
    return path
