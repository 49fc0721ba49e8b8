import io

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import OperationalError

from plan_portal.management.commands import prepare_portal


class Recorder:
    """Stands in for call_command: keeps what was called, prints what it is told to."""

    def __init__(self, says="", fails=False):
        self.calls, self.says, self.fails = [], says, fails

    def __call__(self, name, *arguments, stdout, **options):
        self.calls.append((name, *arguments))
        stdout.write(self.says)
        if self.fails:
            raise CommandError("nothing was written")


@pytest.fixture
def run_commands(monkeypatch, settings, tmp_path):
    settings.VAR_DIR, settings.STATIC_ROOT = tmp_path, tmp_path / "static"

    def install(**behaviour):
        recorder = Recorder(**behaviour)
        monkeypatch.setattr(prepare_portal, "call_command", recorder)
        return recorder

    return install


def prepare(*words, **options):
    """Run the command itself; what it writes."""
    output = io.StringIO()
    call_command("prepare_portal", *words, stdout=output, **options)
    return output.getvalue()


def names(recorder):
    return [call[0] for call in recorder.calls]


BEFORE = ["migrate", "compile_catalogues"]
PLANS = [
    str(path)
    for path in sorted(
        (settings.BASE_DIR / "strategic_areas/plans").glob("plan-*.yaml")
    )
]
LOADS = ["load_plan"] * len(PLANS)
#: Whether the database is embedded and the plans are loaded → what is done besides.
STEPS = {
    (True, True): [*LOADS, "publish_figures", "open_demonstration"],
    (False, True): [*LOADS, "publish_figures"],
    (True, False): ["publish_figures"],
    (False, False): ["publish_figures"],
}


@pytest.mark.django_db
@pytest.mark.parametrize(("is_embedded", "has_plans"), STEPS)
def test_no_demonstration_is_opened_on_another_database(
    run_commands, settings, is_embedded, has_plans
):
    settings.EMBEDDED_DATABASE, settings.SHIPPED_PLANS = is_embedded, has_plans
    recorder = run_commands()

    prepare()

    assert names(recorder) == [
        *(*BEFORE, "collectstatic"),
        *STEPS[is_embedded, has_plans],
    ]
    loaded = [call[1] for call in recorder.calls if call[0] == "load_plan"]
    assert loaded == (PLANS if has_plans else [])


@pytest.mark.django_db
def test_a_management_command_needs_tables_and_catalogues_alone(run_commands):
    recorder = run_commands()

    written = prepare("--database-only", verbosity=0)

    assert (names(recorder), written) == (BEFORE, "")


def touch(source, static):
    source.write_text("b { color: red }", encoding="utf-8")


def lose(source, static):
    (static / "staticfiles.json").unlink()


@pytest.mark.django_db
@pytest.mark.parametrize(("happens", "collected"), [(None, 1), (touch, 2), (lose, 2)])
def test_static_files_are_collected_again_when_they_changed(
    run_commands, settings, tmp_path, happens, collected
):
    source = tmp_path / "sources" / "portal.css"
    source.parent.mkdir()
    source.write_text("b {}", encoding="utf-8")
    settings.STATICFILES_DIRS = [source.parent]
    recorder = run_commands()
    settings.STATIC_ROOT.mkdir()
    (settings.STATIC_ROOT / "staticfiles.json").touch()

    prepare()
    if happens:
        happens(source, settings.STATIC_ROOT)
    prepare()

    assert names(recorder).count("collectstatic") == collected


@pytest.mark.django_db
def test_a_collection_that_failed_is_done_again(run_commands, settings):
    settings.STATIC_ROOT.mkdir()
    (settings.STATIC_ROOT / "staticfiles.json").touch()
    failed = run_commands(fails=True)
    with pytest.raises(CommandError):
        prepare_portal.collect_static_files(print)

    again = run_commands()
    prepare_portal.collect_static_files(print)

    assert [names(failed), names(again)] == [["collectstatic"]] * 2


def test_a_step_tells_the_last_line_of_its_command(run_commands):
    run_commands(says="a record\nanother\ncreated=2 faults=0\n")

    assert prepare_portal.output_of("load_plan") == "created=2 faults=0"


def test_a_step_that_fails_tells_everything(run_commands):
    run_commands(says="fault one\nfault two\n", fails=True)

    with pytest.raises(CommandError) as caught:
        prepare_portal.output_of("load_plan")

    assert str(caught.value) == "\nfault one\nfault two\nnothing was written"


def test_progress_of_migrations_is_one_dot_each():
    written = []
    dots = prepare_portal.Dots(written.append)

    for text in ("Operations to perform:\n", "  Applying a.0001...", " OK\n", " OK\n"):
        dots.write(text)

    assert written == [".", "."]


@pytest.mark.django_db
def test_a_folder_that_takes_no_file_is_named_in_one_sentence(run_commands, settings):
    run_commands()
    settings.VAR_DIR = settings.VAR_DIR / "file"
    settings.VAR_DIR.touch()

    with pytest.raises(CommandError) as refused:
        prepare()

    assert str(refused.value) == f"{settings.VAR_DIR}: File exists"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "reason", ["attempt to write a readonly database", "database or disk is full"]
)
@pytest.mark.parametrize("was_there", [True, False])
def test_a_database_that_takes_no_row_says_why(
    run_commands, monkeypatch, tmp_path, settings, reason, was_there
):
    run_commands()
    settings.EMBEDDED_DATABASE = True
    file = tmp_path / "portal.sqlite3"
    monkeypatch.setattr(prepare_portal, "database_file", lambda: file)
    if was_there:
        file.touch()

    def refuse(command):
        file.touch()
        raise OperationalError(reason)

    monkeypatch.setattr(prepare_portal.Command, "migrate", refuse)
    monkeypatch.setattr(prepare_portal.connection, "close", lambda: None)

    with pytest.raises(CommandError) as refused:
        prepare()

    assert str(refused.value) == f"The database cannot be used: {reason}"
    assert file.exists() is was_there
