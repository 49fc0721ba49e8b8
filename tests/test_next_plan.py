"""
A portal with another commission's plan alone says nothing of the one that is shipped.

It says nothing of the first country either. Every public page, and those of staff,
mails and files, are read in both languages.
"""

import io
import re
from html import unescape

import pytest
from babel.messages import pofile
from django.conf import settings as of_tests
from django.core.management import call_command
from django.test import Client, RequestFactory, override_settings
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.translation import override

from agencies.mail import Mail
from plan_portal import errors
from strategic_areas.datasets.snapshots import take_snapshot
from strategic_areas.desk.report import round_report
from strategic_areas.desk.report.docx_writer import write_docx
from strategic_areas.desk.report.sections import build_round_document
from strategic_areas.models import Plan
from strategic_areas.queries.plan import plan_progress
from strategic_areas.text_guard import PersonalDataKind, find_personal_data
from strategic_areas.views import search
from tests import next_plan, public_site
from tests.crawling import text_of
from tests.datasets import faults
from tests.deep import DEEP, drawn
from tests.next_plan import world
from tests.strategic_areas.plans import shipped_content
from tools.check import CATALOGUE, ROOT, translations

pytestmark = pytest.mark.django_db

FIRST_COUNTRY = of_tests.COUNTRY

#: Pages of staff, by who reads them, nobody at first. "{}" is the key of the round.
DESK = {
    None: ["/cuenta/login/", "/cuenta/password/reset/"],
    "sedeh": ["/gestion/", "/gestion/hoja/{}/sedeh/"],
    "revision": ["/gestion/", "/gestion/rondas/", "/gestion/rondas/{}/informe/"],
    "administracion": ["/gestion/"],
}
#: Sections of a plan's file whose records have a code and a name.
#: Words of the first country, besides the numbers of its laws.
OF_COUNTRY = {
    *("Dominican", "Dominicana", "dominicana", "dominicano", "dominicanos", "DOP"),
    *("RD$", "Santo Domingo", "America/Santo_Domingo", "es_DO", "gob.do", "+1"),
}
NAMED = ("areas", "programmes", "agencies", "commitments", "activities", "indicators")


def words_of_the_first():
    """
    Names, codes and numbers of the shipped plan.

    A name of one word, such as "Prevention", is anybody's; and the TIP report is on
    every country.
    """
    content = shipped_content()
    plan, found = content["plan"], {"catorce", "fourteen", "9-1-1", "911"}
    found |= {value for key, value in plan.items() if key.startswith("commission")}
    found |= {plan["code"], "Coordinación de la CITIM"}
    found |= {each["code"] for each in content["terms"]} - {"TIP"}
    found |= {each["acronym"] for each in content["agencies"]}
    for line in content["hotlines"]:
        found.update(line["numbers"])
    for section in NAMED:
        for each in content[section]:
            for key in ("code", "title_es", "title_en", "name_es", "name_en"):
                name = each.get(key, "")
                if " " in name or (key == "code" and len(name) > len("1.1")):
                    found.add(name)
    for texts in FIRST_COUNTRY.texts.values():
        found.update(re.findall(r"\d+-\d+", " ".join(texts.values())))
    return sorted(found | OF_COUNTRY)


FIRST = words_of_the_first()


def said_of_the_first(text):
    """What a text says of the shipped plan; addresses and attributes count too."""
    text = " ".join(unescape(text).split())
    return [
        each
        for each in FIRST
        # Looking for the letters alone is a hundred times as fast.
        if each in text and re.search(rf"(?<!\w){re.escape(each)}(?!\w)", text)
    ]


def every_address():
    """
    Every public address in both languages with DEEP.

    Otherwise the first of each kind, in Spanish or in English. Pictures in pixels
    cannot be read.
    """
    kept = []
    for name, *both in public_site.instances():
        if DEEP and not both[0].endswith(".png"):
            yield from both
        elif name not in kept and not both[0].endswith(".png"):
            yield both[len(kept) % 2]
            kept.append(name)


@pytest.fixture(scope="module")
def portal(lasting):
    """The accounts of a portal with its own settings and its own plan."""
    search.own.cache_clear()
    with override_settings(**next_plan.READ):
        yield world.build()
    search.own.cache_clear()


def test_no_public_page_or_file_says_anything_of_the_first_plan(portal):
    client, said = Client(), {}

    for path in every_address():
        response = client.get(path)
        assert response.status_code == 200, path
        said[path] = said_of_the_first(text_of(b"".join(response)))

    assert {"/horizonte/ejes/cuidado/", "/en/horizonte/areas/care/"} & set(said)
    assert {path.startswith("/en/") for path in said} == {True, False}
    assert {path: found for path, found in said.items() if found} == {}


def test_the_pages_say_what_its_own_file_and_settings_say(portal):
    client = Client()

    about, help_page, glossary, searched, results = (
        " ".join(strip_tags(client.get(path).content.decode()).split())
        for path in ("/acerca/", "/ayuda/", "/glosario/", "/buscar/", "/resultados/")
    )

    assert "El plan lo ejecuta el Consejo Nacional contra la Explotación" in about
    assert "Preside: Secretaría de Estado de Derechos Humanos" in about
    assert "Son miembros 3 instituciones." in about
    assert "colabora otra institución u organización" in about
    assert "Quien coordina el plan (Comité Técnico del CONEX)" in about
    assert help_page.count("1-1-2") > 1
    assert "CONEX" in glossary
    assert "Un código, como A-1.1, o" in searched
    assert "Los objetivos del plan, con lo que se contó" in results
    indicator = client.get("/indicadores/H-1/").content.decode()
    assert "Según la Secretaría de Estado de Derechos Humanos." in indicator
    assert client.get("/buscar/?q=112")["Location"] == "/ayuda/"


def test_the_pages_say_what_holds_in_the_country(portal):
    client = Client()

    about, contact, privacy, protection, indicator, commitment = (
        client.get(path).content.decode()
        for path in (
            *("/acerca/", "/contacto/", "/en/privacy/", "/como-protegemos/"),
            *("/indicadores/H-1/", "/horizonte/compromisos/A-1.1/"),
        )
    )

    assert "Plan Nacional de Acción de Costa Rica" in about
    assert "(Ley 10554)" in contact
    assert "As Law 8968 asks" in privacy
    assert "El fundamento es la Ley 9095, la Ley 8968" in protection
    assert '"spatialCoverage":{"@type":"Country","name":"Costa Rica"}' in indicator
    assert 'content="es_CR"' in indicator
    assert '<span class="amount">CRC\xa0' in commitment
    assert timezone.get_current_timezone_name() == "America/Costa_Rica"


def test_its_data_are_as_declared(portal):
    found = [faults(take_snapshot(plan)) for plan in Plan.objects.public()]

    assert found
    assert not any(found), found


def test_only_a_date_that_the_plan_states_makes_anything_late(portal):
    rows = plan_progress.load_plan_progress(
        Plan.objects.get(), timezone.localdate()
    ).rows

    assert {row.commitment.code for row in rows if row.is_late} == {"B-1.1"}
    page = Client().get("/horizonte/compromisos/A-1.2/").content.decode()
    assert page.count("31/03/2026 <small>Conocida por la prensa</small>") == 1
    assert "Según la prensa, vence el 31/03/2026." in page
    assert "Sin plazo conocido" not in page


@pytest.mark.parametrize("language", drawn(["es", "en"], 1, key="staff"))
def test_nothing_of_staff_says_anything_of_the_first_plan(portal, language):
    period, texts = Plan.objects.get().periods.get(mode="round"), {}
    for name, paths in DESK.items():
        client = Client(headers={"accept-language": language})
        if name:
            portal[name].language = language
            portal[name].save()
            client.force_login(portal[name])
        for path in paths:
            response = client.get(path.format(period.pk))
            assert response.status_code == 200, path
            texts[name, path] = response.content.decode()
    with override(language):
        texts["report"] = text_of(
            write_docx(
                build_round_document(
                    round_report.load_round_report(period, period.due_on)
                )
            )
        )
        unavailable = errors.unavailable(RequestFactory().get("/")).content.decode()
    texts["503"] = unavailable

    assert "1-1-2" in unavailable
    assert {
        name: said for name in texts if (said := said_of_the_first(texts[name]))
    } == {}


def test_no_sentence_of_the_catalogue_names_the_first_plan():
    with (ROOT / CATALOGUE).open("rb") as file:
        messages = [message for message in pofile.read_po(file) if message.id]

    every = [
        text
        for message in messages
        for text in (*_sources(message), *translations(message))
    ]
    assert len(messages) > 2000
    assert said_of_the_first("\n".join(every)) == []


def _sources(message):
    return [message.id] if isinstance(message.id, str) else message.id


def test_no_mail_says_anything_of_the_first_plan(portal):
    call_command("send_reminders", stdout=io.StringIO())

    mails = [f"{each.subject} {each.text} {each.html}" for each in Mail.objects.all()]
    assert mails
    assert [said for mail in mails if (said := said_of_the_first(mail))] == []


def test_the_search_for_it_would_find_what_the_first_plan_says():
    told = "La CITIM preside, con MIREX; R-1.1.2, llame al 9-1-1 o al *212."

    assert said_of_the_first(told) == ["*212", "9-1-1", "CITIM", "MIREX", "R-1.1.2"]
    told = "Ley 172-13 de la República Dominicana; RD$ 5, +1 809, 200-04, 137-03"
    assert said_of_the_first(told) == [
        *("+1", "137-03", "172-13", "200-04", "Dominicana", "RD$")
    ]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Ella dejó el 8765-4321 a quien llama.", PersonalDataKind.TELEPHONE),
        ("El papel dice 1-0234-0567.", PersonalDataKind.IDENTITY_DOCUMENT),
    ],
)
def test_the_guard_knows_the_numbers_of_its_country(settings, text, kind):
    settings.COUNTRY = FIRST_COUNTRY
    assert [each.kind for each in find_personal_data(text)] == []

    settings.COUNTRY = next_plan.COUNTRY

    assert [each.kind for each in find_personal_data(text)] == [kind]


def test_every_countrys_texts_are_the_same_in_both_languages():
    for each in (FIRST_COUNTRY, next_plan.COUNTRY):
        assert each.texts["es"].keys() == each.texts["en"].keys()
    assert FIRST_COUNTRY.texts["es"].keys() == next_plan.COUNTRY.texts["es"].keys()
