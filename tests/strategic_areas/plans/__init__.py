"""Plan files for tests: a small one to vary, and how to write and load one."""

import copy
import io
from functools import cache
from pathlib import Path

import yaml
from django.apps import apps
from django.core.management import call_command

from agencies.models import Agency
from strategic_areas.importing import PlanFileError, load_plan_file
from strategic_areas.importing.reading import LOADER
from strategic_areas.models import PublicationVersion

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[2]
SHIPPED = ROOT / "strategic_areas" / "plans" / "plan-2017-2020.yaml"

#: Of each programme at least one; their activities have places, reports and sequels.
FEW_COMMITMENTS = {"R-1.1.1", "R-1.1.3", "R-1.2.1", "R-2.1.3", "R-2.2.1", "R-3.1.4"}
#: The sections to which links of targets lead.
LED_TO = ("commitments", "indicators")

SMALL = {
    "format": 1,
    "sources": {
        "matrix": {"title": "Matriz", "kind": "official_plan"},
        "note": {"title": "Nota", "kind": "press"},
    },
    "plan": {
        "code": "2030-2031",
        "title_es": "Plan 2030-2031",
        "starts_on": "2030-01-01",
        "ends_on": "2031-12-31",
    },
    "areas": [{"code": "1", "slug_es": "prevencion", "name_es": "Prevención"}],
    "programmes": [{"code": "1.1", "area": "1", "name_es": "Formación"}],
    "agencies": [
        {
            "acronym": "AAA",
            "slug": "aaa",
            "name_es": "Institución A",
            "kind": "ministry",
            "role": "chair",
        }
    ],
    "periods": [
        {
            "code": "2030-S1",
            "name_es": "Primer semestre",
            "starts_on": "2030-01-01",
            "ends_on": "2030-06-30",
        }
    ],
    "commitments": [
        {
            "code": "C1",
            "programme": "1.1",
            "title_es": "Formar al personal",
            "lead": "AAA",
            "provenance": "plan",
        }
    ],
    "activities": [
        {
            "code": "C1.a",
            "commitment": "C1",
            "title_es": "Taller",
            "agency": "AAA",
            "provenance": "plan",
        }
    ],
    "updates": [
        {
            "activity": "C1.a",
            "period": "2030-S1",
            "status": "in_progress",
            "percent": 40,
            "narrative_es": "Primer taller.",
            "sources": ["matrix"],
        }
    ],
    "indicators": [
        {
            "code": "EJ-1",
            "name_es": "Personas formadas",
            "unit_es": "personas",
            "counts": "persons",
            "values": [
                {
                    "period": "2030-Q1",
                    "value": 40,
                    "status": "confirmed",
                    "sources": ["matrix"],
                    "breakdown": [
                        {"dimension": "sex", "category": "female", "value": 25}
                    ],
                }
            ],
            "targets": [{"period": "2031", "value": 120}],
            "targets_provenance": "plan",
        }
    ],
}


class Plain(yaml.SafeDumper):
    """Writes what stands in two places twice, as the format wants it."""

    def ignore_aliases(self, data):
        return True


@cache
def shipped_content():
    """What the shipped file says, as lists and dictionaries that nobody changes."""
    return yaml.load(SHIPPED.read_text(encoding="utf-8"), LOADER)  # noqa: S506 - safe


@cache
def part_of_shipped():
    """The shipped file with a few records of each kind, and what these lead to."""
    part = {**shipped_content()}

    def keep(section, key, values):
        part[section] = [each for each in part[section] if each.get(key) in values]
        return {each["code"] for each in part[section] if "code" in each}

    kept = keep("commitments", "code", FEW_COMMITMENTS)
    keep("later_activities", "commitment", kept)
    keep("updates", "activity", keep("activities", "commitment", kept))
    keep("indicators", "code", {"I-12", "I-13", "I-39"})
    keep("discrepancies", "code", {"D-03", "D-05"})
    led_to = {each["code"] for name in LED_TO for each in part[name]}
    part["target_links"] = [
        each
        for each in part["target_links"]
        if led_to & {each.get("commitment"), each.get("indicator")}
    ]
    for section in ("legal_instruments", "tip_tiers"):
        part[section] = part[section][:2]
    lists = part["classification"]["lists"][:2]
    part["classification"] = part["classification"] | {"lists": lists}
    # What nothing else leads to goes.
    for section, key in [
        ("frameworks", "code"),
        ("agencies", "acronym"),
        ("provinces", "code"),
        ("regions", "code"),
    ]:
        others = {name: each for name, each in part.items() if name != section}
        keep(section, key, {*texts_in(others)})
    sources = part.pop("sources")
    named = {*texts_in(part)}
    part["sources"] = {key: each for key, each in sources.items() if key in named}
    return part


def texts_in(value):
    if isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from texts_in(each)
    elif isinstance(value, str):
        yield value


def small(**sections):
    """A copy of the small plan; ``sections`` replace or add whole sections."""
    return {**copy.deepcopy(SMALL), **sections}


def write(folder, content, name="plan.yaml"):
    """Write a plan as a file and return its path; text is written as it stands."""
    path = folder / name
    if not isinstance(content, str):
        content = yaml.dump(content, Dumper=Plain, allow_unicode=True, sort_keys=False)
    path.write_text(content, encoding="utf-8")
    return path


def load_small(folder, content):
    return load_plan_file(write(folder, content))


def faults_of(folder, content):
    """The faults of a plan that is not loaded, as (record, field, found) triples."""
    try:
        load_plan_file(write(folder, content))
    except PlanFileError as refused:
        return [(fault.place, fault.header, fault.found) for fault in refused.faults]
    return []


def run(path, *options):
    """The exit status of the command, its output and its error output, in lines."""
    output, errors, status = io.StringIO(), io.StringIO(), 0
    try:
        call_command("load_plan", str(path), *options, stdout=output, stderr=errors)
    except SystemExit as stopped:
        status = stopped.code
    return status, output.getvalue().splitlines(), errors.getvalue().splitlines()


def footprint():
    """How many rows every table of a plan has, and the version of what is public."""
    models = [*apps.get_app_config("strategic_areas").get_models(), Agency]
    counts = {model.__name__: model.objects.count() for model in models}
    return {**counts, "version": PublicationVersion.current()}
