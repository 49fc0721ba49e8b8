from pathlib import Path

from django.contrib.staticfiles import finders

from plan_portal import styles


def test_the_files_of_the_style_sheet_are_served_as_one(
    settings, monkeypatch, tmp_path
):
    settings.VAR_DIR = tmp_path / "var"
    monkeypatch.setattr(styles, "FOLDER", tmp_path)
    (tmp_path / "02-cards.css").write_text("b {}\n")
    (tmp_path / "01-base.css").write_text("a {}\n")
    finder = styles.StyleSheetFinder()

    [(name, storage)] = finder.list([])
    (tmp_path / "02-cards.css").write_text("c {}\n")
    found = finder.find(styles.NAME)

    assert (name, found) == (styles.NAME, storage.path(styles.NAME))
    assert Path(found).read_text() == "a {}\n\nc {}\n"
    assert finder.find("01-base.css") == []


def test_the_style_sheet_is_found_once():
    assert len(finders.find(styles.NAME, find_all=True)) == 1
