"""Names of agencies within sentences, and words as people type them."""

from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.template import Context, Template
from django.utils.translation import override

from agencies.folding import fold
from agencies.models import Agency

PLANS = [
    "strategic_areas/plans/plan-2017-2020.yaml",
    "tests/states_plan/plan.yaml",
    "tests/next_plan/plan.yaml",
]
#: The names of those plans that are no Spanish, or that nobody says with an article.
BARE = {
    "Participación Ciudadana",
    "Save the Children Dominicana",
    "Solidaridad del Valle",
}


@pytest.mark.parametrize(
    ("name", "spanish", "english"),
    [
        (
            ("Guardia de Costas", "Coast Guard"),
            "la Guardia de Costas",
            "the Coast Guard",
        ),
        (("Ministerio de Trabajo", ""), *["el Ministerio de Trabajo"] * 2),
        (["Save the Children"] * 2, *["Save the Children"] * 2),
    ],
)
def test_a_name_has_its_article_within_a_sentence(name, spanish, english):
    agency = Agency(name_es=name[0], name_en=name[1])

    with override("es"):
        assert agency.spoken_name == spanish
    with override("en"):
        assert agency.spoken_name == english


@pytest.mark.parametrize("plan", PLANS)
def test_each_name_of_a_plan_has_an_article_but_the_bare_ones(plan):
    text = Path(settings.BASE_DIR, plan).read_text()
    names = {each["name_es"] for each in yaml.safe_load(text)["agencies"]}

    with override("es"):
        spoken = {Agency(name_es=name, name_en="").spoken_name for name in names}

    assert {name for name in spoken if not name.startswith(("el ", "la "))} == (
        names & BARE
    )


def test_names_are_listed_as_one_says_them():
    found = [Agency(name_es=name, name_en="") for name in ("Policía Civil", "Consejo")]
    template = Template("{% load records %}{{ found|spoken }}")

    with override("es"):
        assert template.render(Context({"found": found})) == (
            "la Policía Civil y el Consejo"
        )


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("Capacitación", "capacitacion"),
        ("NIÑEZ", "ninez"),
        ("nin\u0303ez", "ninez"),
        ("ﬁscal", "fiscal"),
        ("Straße", "strasse"),
        ("𝐏𝐥𝐚𝐧", "plan"),
        ("ni\u00adñas\u200b", "ninas"),
        ("137-03 ½", "137-03 1⁄2"),
    ],
)
def test_capitals_accents_and_unseen_signs_make_no_difference(written, typed):
    assert fold(written) == fold(typed) == typed
