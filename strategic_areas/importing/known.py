"""What the records of a plan file are held to: the portal's and the file's own."""

from functools import cached_property

from strategic_areas.models import Activity, ActivityUpdate, Commitment, Status
from strategic_areas.models.provenance import provenance_of


class Known:
    """
    What the records of a file are held to: those of the portal and the file's own.

    A record of the file is known even where it has faults.
    """

    def __init__(self, plan_file, stored, memory):
        self.plan_file = plan_file
        self.stored = stored
        self.memory = memory
        self.codes = {}

    def has(self, section, code):
        """Whether a reference leads somewhere; an unreadable section is not judged."""
        name = section.split()[0]
        if name in self.plan_file.unread:
            return True
        if section not in self.codes:
            table = "participations" if section == "agencies" else name
            entries = self.plan_file.entries[name]
            nodes = [entry.nodes.get(entry.section.identity[0]) for entry in entries]
            in_file = {getattr(node, "text", "") for node in nodes if node}
            in_portal = self.stored.tables[table].key_of_pk.values()
            self.codes[section] = in_file.union(in_portal)
        return code in self.codes[section]

    @cached_property
    def source_kinds(self):
        """The kinds of sources by key."""
        rows = self.stored.tables["sources"].rows
        kinds = {key: row.kind for key, row in rows.items()}
        for entry in self.plan_file.entries["sources"]:
            kinds[entry.nodes["key"].text] = entry.values.get("kind", "")
        return kinds

    def given_provenance(self, entry):
        """The provenance that the sources of an entry give."""
        sources = entry.values.get("sources", [])
        return provenance_of(self.source_kinds.get(key, "") for key in sources)

    @cached_property
    def continuing(self):
        """The codes of continuing activities."""
        rows = self.stored.tables["activities"].rows
        kinds = {code: row.kind for code, row in rows.items()}
        for entry in self.plan_file.entries["activities"]:
            if "kind" in entry.values and "code" in entry.values:
                kinds[entry.values["code"]] = entry.values["kind"]
        return {
            code for code, kind in kinds.items() if kind == Activity.Kind.CONTINUING
        }

    @cached_property
    def published_percents(self):
        """Pairs of activity and period of which the public reads a percent."""
        updates = ActivityUpdate.objects.filter(
            plan__code=self.stored.plan_code, status=Status.PUBLISHED
        ).exclude(percent=None)
        return set(updates.values_list("activity__code", "period__code"))

    @cached_property
    def in_other_plans(self):
        """By section, pairs of plan and code, each with the pair that it continues."""
        pairs = ("plan__code", "code", "continues__plan__code", "continues__code")
        found = {"commitments": {}, "activities": {}}
        for section, model in zip(found, (Commitment, Activity), strict=True):
            rows = model.objects.exclude(plan__code=self.stored.plan_code)
            for plan, code, *before in rows.values_list(*pairs):
                found[section][plan, code] = [tuple(before)] if before[0] else []
        return found

    def address_words(self, section, field):
        """Address words in use, each with every code by which files know its record."""
        table, codes = self.stored.tables[section], self.memory.keys_of(section)
        return {
            word: {table.key_of_pk[pk], *codes[pk]}
            for pk, row in table.row_of_pk.items()
            if (word := getattr(row, field))
        }
