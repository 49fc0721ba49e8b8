import gettext
import os

import pytest
from django.core.management import call_command
from django.utils import translation

SOURCE = """\
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "Commitment"
msgstr "Compromiso"

#, fuzzy
msgid "Agency"
msgstr "Compromiso de agencia"
"""


@pytest.fixture
def source(tmp_path, settings):
    settings.LOCALE_PATHS = [tmp_path]
    source = tmp_path / "es" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text(SOURCE)
    return source


def test_a_catalogue_is_compiled_without_its_uncertain_sentences(source, capsys):
    call_command("compile_catalogues")

    with source.with_suffix(".mo").open("rb") as file:
        catalogue = gettext.GNUTranslations(file)
    assert catalogue.gettext("Commitment") == "Compromiso"
    assert catalogue.gettext("Agency") == "Agency"
    assert capsys.readouterr().out == "catalogues compiled: 1\n"
    assert [path.name for path in source.parent.glob("*.mo")] == ["django.mo"]


def test_the_process_that_compiles_a_catalogue_reads_it(source):
    with translation.override("es"):
        before = translation.gettext("Commitment of nobody")
        source.write_text(SOURCE.replace("Commitment", "Commitment of nobody"))
        call_command("compile_catalogues")

    with translation.override("es"):
        after = translation.gettext("Commitment of nobody")

    assert (before, after) == ("Commitment of nobody", "Compromiso")


def test_only_what_changed_is_compiled_again(source, capsys):
    call_command("compile_catalogues")
    capsys.readouterr()

    call_command("compile_catalogues")
    os.utime(source, (2**32, 2**32))
    call_command("compile_catalogues")

    assert capsys.readouterr().out == "catalogues compiled: 0\ncatalogues compiled: 1\n"
