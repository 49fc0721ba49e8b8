"""The tables of staff: days in figures, kinds in words, words without accents."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils.translation import override

from agencies import audit
from agencies.mail import queue_mail
from strategic_areas import workflow
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client):
    user = make.administrator(language="es")
    client.force_login(user)
    return user


def page(client, name, *args, **query):
    address = reverse(f"admin:{name}", args=args)
    return client.get(address, query).content.decode()


def test_a_kind_is_listed_sifted_and_read_in_words(client, administrator):
    agency = make.agency(kind="armed_forces")
    make.agency(kind="a_word_of_its_own")

    listed = page(client, "agencies_agency_changelist")
    form = page(client, "agencies_agency_change", agency.pk)
    client.force_login(make.reviewer(language="es"))
    read = page(client, "agencies_agency_change", agency.pk)

    for text in (listed, form, read):
        assert "Fuerzas armadas" in text
        assert ">armed_forces<" not in text
    assert "a_word_of_its_own" in form


def test_a_day_is_a_short_date_in_spanish_and_told_in_english(client, administrator):
    person, agency = make.user(), make.agency()
    make.mandate(user=person, agency=agency, starts_on="2026-03-09")

    spanish = page(client, "agencies_focalpoint_changelist")
    administrator.language = "en"
    administrator.save()
    english = page(client, "agencies_focalpoint_changelist")

    assert "09/03/2026" in spanish
    assert "9 March 2026" in english


@pytest.mark.parametrize("term", ["mined", "educacion", "EDUCACIÓN ministerio"])
def test_an_agency_is_found_by_acronym_or_name(client, administrator, term):
    make.agency(acronym="MINERD", name_es="Ministerio de Educación")
    make.agency(acronym="OTRA", name_es="Otra institución")
    asked = {"app_label": "agencies", "model_name": "focalpoint"}
    asked |= {"field_name": "agency", "term": term.replace("mined", "miner")}

    found = client.get(reverse("admin:autocomplete"), asked).json()["results"]

    assert [each["text"] for each in found] == ["MINERD · Ministerio de Educación"]


def test_records_and_mails_are_told_in_words(client, administrator):
    person = make.reviewer(username="la-revisora")
    activity = make.activity()
    activity.title_en = "Another title"
    workflow.propose(activity, by=make.reviewer())
    audit.record_event(audit.Event.SESSION_ENDED, obj=person, reason="closed")
    audit.record_event(
        audit.Event.RECORD_CHANGED, obj=activity.plan, fields={"starts_on"}
    )
    queue_mail(
        to="a@example.org", language="es", kind="invitation", subject="S", text="T"
    )

    told = page(client, "agencies_auditentry_changelist")
    mails = page(client, "agencies_mail_changelist")

    for words in ("Cuenta la-revisora", "Título, en inglés"):
        assert words in told
    for code in (">closed<", "starts_on", "title_en"):
        assert code not in told
    assert "Invitación" in mails
    assert ">invitation<" not in mails


def test_an_english_text_is_called_so_and_no_day_is_none(client):
    activity = make.activity()
    client.force_login(make.focal_point(agency=activity.agency))

    read = page(client, "strategic_areas_activity_change", activity.pk)

    assert "Título, en inglés" in read
    assert "[en]" not in read
    assert ">None<" not in read


def test_a_substitute_is_named_with_short_dates():
    stand_in = make.stand_in()
    stand_in.starts_on = date(2026, 3, 9)

    with override("es"):
        assert "09/03/2026" in str(stand_in)


def test_a_past_form_names_its_table_in_words(client):
    plan = make.plan()
    client.force_login(make.reviewer(language="es"))
    name = "strategic_areas_plan_simple_history"

    read = page(client, name, plan.pk, plan.history.latest().pk)

    assert "strategic_areas</a>" not in read.lower()
    assert ">Planes</a>" in read
