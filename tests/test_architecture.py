"""Who may look into which room: parsed from every import, wherever it stands."""

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

#: Inside strategic_areas: a module imports only from its own row and those above it.
ROWS = [
    [
        *("public_paths", "attainment", "spreadsheet_cells", "charts", "disclosure"),
        *("compliance", "glossary", "headline", "people_counts", "progress"),
        *("schedule", "date_ranges", "commitment_states", "text_guard", "themes"),
    ],
    ["models", "sentences", "count_sentences", "translation"],
    [
        *("queries", "datasets", "search", "workflow", "rounds", "evidence"),
        *("purging", "figures", "workbooks"),
    ],
    ["importing", "matrices", "pictures", "plan_document"],
    ["admin", "desk", "feeds", "management", "views"],
]
#: What the framework starts first: it wires the app together.
WIRING = {"__init__", "apps", "triggers"}
#: Inside the last row, each imports only what stands after it here, or in a row above.
LAST_ROW = ["management", "admin", "desk", "feeds", "views"]
PUBLIC = [
    *("strategic_areas.feeds", "strategic_areas.queries", "strategic_areas.views"),
    *("strategic_areas.search", "strategic_areas.pictures", "agencies.mail"),
    "strategic_areas.datasets",
]
APPS = ["agencies", "plan_portal", "strategic_areas"]
LONGEST_MODULE = 500
MODULES_IN_A_FOLDER = 20
#: What no public code may import: raw values, and what people prepare.
RAW = ["strategic_areas.models.measurements", "strategic_areas.models.drafts"]


def source_files(*parts):
    files = (ROOT.joinpath(*parts)).rglob("*.py")
    return sorted(path for path in files if "migrations" not in path.parts)


@cache
def parsed(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def statements(node):
    """Every statement in it; no import stands in an expression."""
    for each in ast.iter_child_nodes(node):
        if not isinstance(each, ast.expr):
            yield each
            yield from statements(each)


@cache
def imported_names(path, *, at_once=False):
    """
    Every dotted name a file imports; ``at_once``, only what no function imports.

    What a table of addresses loads ``LazyViews`` counts as imported too.
    """
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    names, tree = [], parsed(path)
    if at_once:
        nodes = [each for each in tree.body if not isinstance(each, ast.FunctionDef)]
        tree = ast.Module(nodes, [])
    for node in statements(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            stem = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join([*stem, *filter(None, [node.module])])
            names += [f"{base}.{alias.name}" for alias in node.names]
    if not at_once:
        names += [call.args[0].value for call in calls_of(path, {"LazyViews"})]
    return names


def calls_of(path, names):
    """The calls of functions or classes of these names, wherever they stand."""
    return [
        node
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", getattr(node.func, "attr", "")) in names
    ]


def is_within(name, module):
    return name == module or name.startswith(f"{module}.")


def room_of(path):
    """The module or package directly inside strategic_areas."""
    return path.relative_to(ROOT / "strategic_areas").with_suffix("").parts[0]


def room_imported(name):
    parts = name.split(".")
    return parts[1] if parts[0] == "strategic_areas" and len(parts) > 1 else None


def row_of(room):
    return next((number for number, row in enumerate(ROWS) if room in row), None)


def offenders(paths, is_wrong, **how):
    """Where a name is imported that must not be, by its file and itself."""
    return [
        f"{path.relative_to(ROOT)}: {name}"
        for path in sorted(paths)
        for name in imported_names(path, **how)
        if is_wrong(path, name)
    ]


def test_no_import_hides_in_a_call():
    """Only ``LazyViews`` calls it; it names its module where it is made."""
    calls = {
        path.relative_to(ROOT).as_posix(): calls_of(path, {"import_module"})
        for app in APPS
        for path in source_files(app)
    }

    assert len(calls.pop("agencies/routes.py")) == 1
    assert {path: found for path, found in calls.items() if found} == {}


def test_a_view_that_is_loaded_later_counts_as_imported():
    names = imported_names(ROOT / "strategic_areas" / "desk" / "urls.py")

    assert "strategic_areas.desk.plan_workbook.views" in names


@pytest.mark.parametrize(
    ("app", "forbidden"),
    [
        ("agencies", ["strategic_areas", "plan_portal"]),
        ("strategic_areas", ["plan_portal"]),
    ],
)
def test_apps_import_one_way(app, forbidden):
    def is_wrong(path, name):
        return any(is_within(name, other) for other in forbidden)

    assert offenders(source_files(app), is_wrong) == []


def test_every_room_of_strategic_areas_stands_in_one_row():
    rooms = {room_of(path) for path in source_files("strategic_areas")}

    assert sorted(rooms - WIRING) == sorted(room for row in ROWS for room in row)


def test_modules_import_from_their_own_row_or_above():
    def is_wrong(path, name):
        row = row_of(room_imported(name))
        is_wiring = room_of(path) in WIRING
        return not is_wiring and row is not None and row > row_of(room_of(path))

    assert offenders(source_files("strategic_areas"), is_wrong) == []


def test_the_staff_rooms_import_one_way():
    def is_wrong(path, name):
        rooms = room_imported(name), room_of(path)
        return {*rooms} <= {*LAST_ROW} and (
            LAST_ROW.index(rooms[0]) < LAST_ROW.index(rooms[1])
        )

    assert offenders(source_files("strategic_areas"), is_wrong) == []


PURE = (
    *("attainment", "commitment_states", "progress", "headline", "schedule"),
    *("date_ranges", "compliance"),
)


def test_the_rules_of_counting_know_no_database():
    files = [ROOT / "strategic_areas" / f"{module}.py" for module in PURE]
    files += source_files("strategic_areas", "charts")

    def is_wrong(path, name):
        return is_within(name, "django") or is_within(name, "strategic_areas.models")

    assert offenders(files, is_wrong) == []


def test_public_reads_and_the_writers_do_not_know_each_other():
    def is_wrong(path, name):
        return room_imported(name) in {"workflow", "rounds", "evidence", "figures"}

    assert offenders(source_files("strategic_areas", "queries"), is_wrong) == []


def test_no_module_is_longer_than_500_lines():
    long = [
        str(path.relative_to(ROOT))
        for app in APPS
        for path in source_files(app)
        if len(path.read_text(encoding="utf-8").splitlines()) > LONGEST_MODULE
    ]

    assert long == []


def test_no_folder_holds_more_modules_than_one_takes_in():
    modules = Counter(
        path.parent.relative_to(ROOT).as_posix()
        for app in APPS
        for path in source_files(app)
        if path.name != "__init__.py"
    )

    crowded = {
        folder: number
        for folder, number in modules.items()
        if number > MODULES_IN_A_FOLDER
    }
    assert len(modules) > 20
    assert crowded == {}


@cache
def files_of(name):
    """The files that importing a dotted name of ours runs, its packages included."""
    parts = name.split(".")
    if not (ROOT / parts[0]).is_dir():
        return []
    stems = [ROOT.joinpath(*parts[:end]) for end in range(1, len(parts) + 1)]
    places = [each for s in stems for each in (s.with_suffix(".py"), s / "__init__.py")]
    return [path for path in places if path.is_file()]


def reachable(starts, *, at_once=False):
    """Every file of ours that the given modules import, directly or through others."""
    queue = [path for name in starts for path in files_of(name)]
    queue += [
        path
        for name in starts
        for path in source_files(*name.split("."))
        if (ROOT.joinpath(*name.split("."))).is_dir()
    ]
    found = set()
    while queue:
        path = queue.pop()
        if path not in found:
            found.add(path)
            names = imported_names(path, at_once=at_once)
            queue += [f for name in names for f in files_of(name)]
    return found


def test_nothing_public_reaches_raw_values_or_drafts():
    raw = {path for name in RAW for path in files_of(name)}
    raw -= set(files_of("strategic_areas.models"))

    found = reachable(PUBLIC)

    assert ROOT / "strategic_areas" / "models" / "__init__.py" in found
    assert len(raw) == len(RAW)
    assert raw & found == set()


def test_what_a_server_loads_brings_no_tools_for_tests():
    found = reachable(["agencies", "strategic_areas", "plan_portal.urls"])

    assert ROOT / "plan_portal" / "sitemap.py" in found
    assert offenders(found, lambda path, name: is_within(name, "django.test")) == []


def test_a_server_loads_readers_of_files_only_when_one_is_read():
    readers = ("PIL", "docx", "openpyxl", "pikepdf")
    starts = ["plan_portal.urls", "strategic_areas.admin", "strategic_areas.desk.urls"]

    found = reachable(starts, at_once=True)

    assert ROOT / "strategic_areas" / "desk" / "sheet_workbook" / "views.py" in found
    assert ROOT / "strategic_areas" / "evidence" / "cleaning.py" in found
    assert (
        offenders(found, lambda path, name: name.split(".")[0] in readers, at_once=True)
        == []
    )


def test_a_template_cannot_walk_to_raw_values_or_drafts():
    links = [
        node
        for name in RAW
        for path in files_of(name)
        if path.name != "__init__.py"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and getattr(node.func, "attr", "")
        in {"ForeignKey", "ManyToManyField", "OneToOneField"}
    ]
    public = {"Measurement", "self", "Breakdown", "PlanDraft"}

    outward = [
        ast.unparse(link.args[0])
        for link in links
        if ast.unparse(link.args[0]).strip("'\"") not in public
        and not any(
            key.arg == "related_name" and ast.unparse(key.value) == "'+'"
            for key in link.keywords
        )
    ]

    assert links
    assert outward == []


def test_every_file_to_touch_is_there():
    text = (ROOT / "docs" / "change.md").read_text(encoding="utf-8")
    paths = {path for path in re.findall(r"`([\w./-]+)`", text) if "/" in path}

    assert "agencies/fields.py" in paths
    assert {path for path in paths if not (ROOT / path).exists()} == set()
