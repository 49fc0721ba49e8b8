"""What the portal already knows and a file may refer to, or must not contradict."""

from collections import defaultdict
from dataclasses import dataclass, field

from agencies.models import Agency
from strategic_areas.importing.memory import ROW
from strategic_areas.models import (
    Activity,
    ActivityUpdate,
    Commitment,
    FrameworkTarget,
    ImportedRecord,
    Indicator,
    Participation,
    Programme,
    Province,
    Region,
    ReportingPeriod,
    Source,
    Status,
    StrategicArea,
)


@dataclass
class Known:
    """
    Codes by section, in the portal and (after ``add``) in the file.

    ``kinds`` are those of sources by key and of activities by code; ``others`` are
    (plan, code) of other plans' commitments and activities; slugs lead to the codes
    of whose they are; ``introduced`` tells the plan whose file first had an indicator.
    """

    codes: dict
    source_kinds: dict
    activity_kinds: dict
    percents: set
    others: dict
    agency_slugs: dict
    area_slugs: dict
    introduced: dict
    rounds: set
    unread: set = field(default_factory=set)

    def has(self, section, code):
        """Whether a reference leads somewhere; an unreadable section is not judged."""
        first = section.split()[0]
        return first in self.unread or code in self.codes[section]

    def add(self, plan_file):
        """Take in what the file itself has, faulty records included."""
        self.unread = plan_file.unread
        for section, codes in self.codes.items():
            name = section.split()[0]
            for entry in plan_file.entries[name]:
                identity = entry.section.identity[0]
                if node := entry.nodes.get(identity):
                    codes.add(getattr(node, "text", ""))
        for entry in plan_file.entries["sources"]:
            kind = entry.values.get("kind", "")
            self.source_kinds[entry.nodes["key"].text] = kind
        for entry in plan_file.entries["activities"]:
            if "kind" in entry.values and "code" in entry.values:
                self.activity_kinds[entry.values["code"]] = entry.values["kind"]


def known_for(plan):
    """What the portal knows from the view of the plan with this code."""
    own = {"plan__code": plan}
    codes = {
        "sources": codes_of(Source, "key", **own),
        "areas": codes_of(StrategicArea, **own),
        "programmes": codes_of(Programme, **own),
        "agencies": codes_of(Participation, "agency__acronym", **own),
        "agencies of the portal": codes_of(Agency, "acronym"),
        "regions": codes_of(Region),
        "provinces": codes_of(Province),
        "frameworks": codes_of(FrameworkTarget),
        "periods": codes_of(ReportingPeriod, **own),
        "commitments": codes_of(Commitment, **own),
        "activities": codes_of(Activity, **own),
        "indicators": codes_of(Indicator),
    }
    areas = StrategicArea.objects.filter(**own)
    return Known(
        codes=codes,
        source_kinds=dict(Source.objects.filter(**own).values_list("key", "kind")),
        activity_kinds=dict(Activity.objects.filter(**own).values_list("code", "kind")),
        percents=set(
            ActivityUpdate.objects.filter(
                status=Status.PUBLISHED, percent__isnull=False, **own
            ).values_list("activity__code", "period__code")
        ),
        others={
            "commitments": others(Commitment, plan),
            "activities": others(Activity, plan),
        },
        agency_slugs=holders("agencies", Agency.objects, "slug", "acronym"),
        area_slugs={
            key: holders("areas", areas, key, "code", plan__code=plan)
            for key in ("slug_es", "slug_en")
        },
        introduced=dict(Indicator.objects.values_list("code", "introduced_by__code")),
        rounds=codes_of(ReportingPeriod, mode=ReportingPeriod.Mode.ROUND, **own),
    )


def holders(section, rows, slug, code, **scope):
    """Address words with every code that files know their record by."""
    names = defaultdict(set)
    for said in ImportedRecord.objects.filter(section=section, **scope):
        names[said.values.get(ROW)].add(said.key)
    return {
        word: {now, *names[pk]}
        for word, now, pk in rows.values_list(slug, code, "pk")
        if word
    }


def codes_of(model, name="code", **scope):
    return set(model.objects.filter(**scope).values_list(name, flat=True))


def others(model, plan):
    rows = model.objects.exclude(plan__code=plan)
    return set(rows.values_list("plan__code", "code"))
