"""The permanent address of each published revision: what it tells, and for how long."""

import re

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from strategic_areas import workflow
from strategic_areas.models import ActivityUpdate, PendingChange
from strategic_areas.public_paths import public_path
from tests import make
from tests.test_public_pages import LANGUAGES, Page, read

pytestmark = pytest.mark.django_db

MARKER = "zanahoria"


@pytest.fixture(scope="module")
def made(lasting):
    update = make.published_update()
    make.participation(plan=update.plan, agency=update.agency)
    return update


@pytest.fixture
def update(made):
    """A published report of an agency that takes part in the plan."""
    return ActivityUpdate.objects.get(pk=made.pk)


def path_of(update, language="es"):
    return public_path("update", update.plan.code, update.public_id, language=language)


def correct(update, **fields):
    """A published correction of the update."""
    return make.publish(make.correction(update, **fields))


def open_stages(activity):
    """A draft, a submitted and a returned report of one activity, none published."""
    told = {"activity": activity, "narrative_es": MARKER}
    told["by"] = make.focal_point(agency=activity.agency)
    draft = make.update(**told)
    submitted = make.submitted_update(**told)
    returned = make.returned_update(**told, reason="Falta algo.")
    return draft, submitted, returned


def test_a_published_update_is_told_in_full_by_an_institution(client):
    person = {"username": MARKER, "first_name": MARKER, "last_name": MARKER}
    agency = make.agency()
    focal_point = make.focal_point(agency=agency, **person)
    activity = make.activity(agency=agency)
    draft = make.update(
        activity=activity, by=focal_point, percent=60, obstacle_es="Faltó personal."
    )
    item = make.evidence(draft, title_es="Acta de la jornada")
    make.evidence(draft, title_es=f"Interno {MARKER}")
    make.publish(draft, evidence=[item])

    for language, percent in (("es", "60 %"), ("en", "60%")):
        html = client.get(path_of(draft, language)).text
        for said in (
            getattr(agency, f"name_{language}"),
            getattr(activity, f"title_{language}"),
            getattr(draft.period, f"name_{language}"),
            "Se hizo una parte del trabajo.",
            "Faltó personal.",
            percent,
            "Acta de la jornada",
        ):
            assert said in Page(html).text
        assert MARKER not in html


def test_a_record_names_its_sources_and_their_date(client):
    source = make.source(title="Informe del año")
    activity = make.activity(plan=source.plan)
    update = make.record_update(
        activity=activity, sources=[source], reported_on=timezone.localdate()
    )

    response = client.get(path_of(update))

    (told,) = response.context["entry"].sources
    assert told.title == source.title
    assert source.url in response.content.decode()
    assert response.context["entry"].is_from_sources


def test_what_is_not_published_is_not_found_by_any_word(client):
    activity = make.activity()
    words = [
        word
        for update in open_stages(activity)
        for word in (
            update.pk,
            update.revision,
            workflow.transitions.new_public_id(update),
        )
    ]
    stored = ActivityUpdate.objects.values_list("public_id", flat=True)
    missing = client.get(public_path("update", activity.plan.code, "nada"))

    answers = [client.get(public_path("update", activity.plan.code, w)) for w in words]

    assert set(stored) == {""}
    assert {answer.status_code for answer in answers} == {404}
    assert {len(answer.content) for answer in answers} == {len(missing.content)}


def test_an_update_is_found_under_its_own_plan_alone(client, update):
    other = make.commitment()

    path = public_path("update", other.plan.code, update.public_id)

    assert client.get(path_of(update)).status_code == 200
    assert client.get(path).status_code == 404


def test_an_address_stays_whatever_is_renamed_or_changed(client, update):
    """Nobody changes it, not even in the database, and no two share one."""
    path = path_of(update)
    update.activity.code = "A-otro"
    update.activity.save()
    update.period.code = "otro"
    update.period.save()
    second = correct(update, narrative_es="Dicho de otro modo.")
    for word in ("otra", ""):
        with pytest.raises(IntegrityError), transaction.atomic():
            ActivityUpdate.objects.filter(pk=update.pk).update(public_id=word)

    update.refresh_from_db()

    assert path_of(update) == path
    assert client.get(path).status_code == 200
    words = [update.public_id, second.public_id]
    assert [len(each) for each in words] == [12, 12]
    assert len({*words, workflow.transitions.new_public_id(update)}) == 3


def test_a_replaced_revision_says_so_and_leads_to_the_newest(client):
    first = make.published_update(narrative_es="Lo primero.")
    second = correct(first, narrative_es="Lo segundo.")
    third = correct(second, narrative_es="Lo tercero.")

    for language in LANGUAGES:
        old, new = (read(client, path_of(each, language)) for each in (first, third))

        links = [each.get("href") for each in old.every("a")]
        assert "Lo primero." in old.text
        assert "Lo tercero." not in old.text
        assert links.count(path_of(third, language)) == 2
        assert links.count(path_of(second, language)) == 1
        assert path_of(first, language) in [each.get("href") for each in new.every("a")]
        classes = [[each.get("class") for each in p.every("p")] for p in (old, new)]
        assert [each.count("notice") for each in classes] == [1, 0]


WHY = {"es": "Tenía un error de hecho.", "en": "It stated a fact wrongly."}


def test_a_withdrawn_update_tells_its_reason_and_nothing_else(client):
    first = make.published_update(narrative_es=MARKER, obstacle_es=MARKER, percent=37)
    second = correct(first, narrative_es=f"{MARKER} otra vez")
    workflow.withdraw(second, by=make.reviewer(), cause="error")

    # What was taken back is not shown in an older wording either.
    for language in LANGUAGES:
        of_plan = first.activity.commitment.get_absolute_url(language)
        for path in (path_of(first, language), path_of(second, language), of_plan):
            html = client.get(path).text
            assert MARKER not in html
            assert "37 %" not in html
            assert WHY[language] in html


def told(client, path):
    return b"".join(client.get(path)).decode()


@pytest.mark.parametrize("maker", [make.published_update, make.published_declaration])
def test_what_one_person_types_of_a_withdrawal_is_nowhere_public(client, maker):
    update, staff = maker(), Client()
    staff.force_login(make.reviewer())
    kind = update._meta.model_name
    take = reverse(f"admin:strategic_areas_{kind}_withdraw", args=[update.pk])
    said = {"seen_version": update.version, "reason": MARKER, "words": MARKER}
    feed = public_path("plan_feed", update.plan.code, language="es")
    file = public_path("plan_updates", update.plan.code, language="es")
    pages = [feed, file, *(path_of(update, language) for language in LANGUAGES)]

    staff.post(take, {**said, "cause": MARKER})
    update.refresh_from_db()
    refused = update.status
    staff.post(take, {**said, "cause": "mistake"})
    alone = [MARKER in told(client, page) for page in pages]
    workflow.approve(PendingChange.objects.get(), by=make.reviewer())
    together = [MARKER in told(client, page) for page in pages]

    assert refused == "published"
    assert "Se publicó por equivocación." in told(client, path_of(update))
    assert (alone, together) == ([False] * 4, [True] * 4)


def test_own_words_are_added_to_a_withdrawal_later(client):
    update, staff = make.published_update(), Client()
    workflow.withdraw(update, by=make.reviewer(), cause="error")
    staff.force_login(make.reviewer())
    step = reverse("admin:strategic_areas_activityupdate_explain", args=[update.pk])

    staff.post(step, {"seen_version": update.version, "words": MARKER})

    alone = MARKER in told(client, path_of(update))
    workflow.approve(PendingChange.objects.get(), by=make.reviewer())
    assert (alone, MARKER in told(client, path_of(update))) == (False, True)


def test_a_correction_after_a_withdrawal_is_shown(client):
    first = make.withdrawn_update(narrative_es=MARKER)
    again = make.published_update(
        activity=first.activity,
        period=first.period,
        by=first.contributors.first(),
        narrative_es="Lo correcto.",
    )

    shown = client.get(path_of(again))

    assert shown.context["page"].withdrawal is None
    assert "Lo correcto." in shown.content.decode()
    assert MARKER not in client.get(path_of(first)).content.decode()


def test_declarations_and_work_beside_the_plan_have_addresses(client):
    declared = make.published_declaration()
    beside = make.off_plan_update()
    make.publish(beside)

    assert client.get(path_of(declared)).context["entry"].result == "fulfilled"
    assert client.get(path_of(beside)).context["entry"].is_off_plan


def test_it_can_be_cited_without_any_script(client, settings, update):
    settings.SITE_URL = "https://plan.example.gob.do"
    agency, activity, period = update.agency, update.activity, update.period

    for language in LANGUAGES:
        html = client.get(path_of(update, language)).text

        url = settings.SITE_URL + path_of(update, language)
        (sentence,) = re.findall(r"<cite>(.*?)</cite>", html, re.DOTALL)
        for part in (
            getattr(agency, f"name_{language}"),
            getattr(activity, f"title_{language}"),
            getattr(period, f"name_{language}"),
            url,
        ):
            assert part in sentence
        shown = html.split("<main")[1].split("</main>")[0]
        assert re.sub(r"<[^>]*>", " ", shown).count(url) == 1


def test_lists_records_and_feeds_lead_to_it(client, update):
    plan, commitment = update.plan.code, update.activity.commitment
    area = commitment.programme.area
    pages = {
        language: [
            public_path("updates", plan, language=language),
            public_path("home", language=language),
            public_path("agency", plan, update.agency.slug, language=language),
            public_path("plan_feed", plan, language=language),
            commitment.get_absolute_url(language),
        ]
        for language in LANGUAGES
    }

    areas = [client.get(area.get_absolute_url(each)).text for each in LANGUAGES]
    missing = [
        page
        for language in LANGUAGES
        for page in pages[language]
        if path_of(update, language) not in client.get(page).text
    ]

    assert missing == []
    # An area's page tells what was done; who says so stands with the commitment.
    for language, text in zip(LANGUAGES, areas, strict=True):
        assert commitment.get_absolute_url(language) in text
