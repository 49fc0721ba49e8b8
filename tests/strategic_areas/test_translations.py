"""English beside a published revision: a second person's approval, and a mark."""

import copy

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import override

from strategic_areas import workflow
from strategic_areas.models import ActivityUpdate, PendingChange, Translation
from strategic_areas.public_paths import public_path as public_address
from strategic_areas.queries.updates import public_updates
from tests import make
from tests.costs import costs

pytestmark = pytest.mark.django_db

SPANISH, ENGLISH = "Se imprimieron guías.", "Guides were printed."


def address(update):
    kind = "avance" if isinstance(update, ActivityUpdate) else "declaracion"
    return reverse("admin:translation", args=[kind, update.pk])


def make_spanish_update(**fields):
    return make.published_update(narrative_es=SPANISH, **fields)


@pytest.fixture(scope="module")
def kept_update(lasting):
    return make_spanish_update()


@pytest.fixture
def update(db, kept_update):
    return copy.deepcopy(kept_update)


def make_translation(update, *, text=ENGLISH, **fields):
    link = "activity_update" if hasattr(update, "activity") else "commitment_update"
    kept = Translation(**{link: update}, text=text, **fields)
    return workflow.approve(make.change(kept, text=text), by=make.reviewer())


def entry_of(update):
    (entry,) = public_updates.build_published_updates(
        public_updates.public_reports().filter(pk=update.pk)
    )
    return entry


def public_page(client, update, language):
    url = update.activity.commitment.get_absolute_url(language=language)
    return client.get(url).content.decode()


def test_a_reviewer_proposes_english_beside_the_spanish(client):
    update, reviewer = make_spanish_update(obstacle_es="Faltó papel."), make.reviewer()
    client.force_login(reviewer)

    form = client.get(address(update)).context["form"]
    client.post(address(update), {"text": ENGLISH, "obstacle": "Lack of paper."})

    change = PendingChange.objects.get()
    assert list(form.fields) == ["text", "obstacle", "warnings_read"]
    assert f'lang="es">{SPANISH}</span>' in form.fields["text"].help_text
    assert change.records.get().after == {
        "activity_update": update.pk,
        "text": ENGLISH,
        "obstacle": "Lack of paper.",
    }
    assert Translation.objects.count() == 0


def test_a_translation_is_marked_where_its_beginning_stands(client, update):
    make_translation(update)
    commitment, agency = update.activity.commitment, update.agency
    code = update.plan.code
    paths = [
        commitment.programme.area.get_absolute_url(language="en"),
        public_address("agency", code, agency.slug, language="en"),
        public_address("commitments", code, language="en"),
    ]

    pages = [client.get(path).text for path in paths]

    said = [page.count(ENGLISH) for page in pages]
    assert min(said) > 0
    assert [page.count('"only-spanish translated"') for page in pages] == said


def test_an_approved_translation_is_read_and_marked_and_the_row_stays(client, update):
    stored = ActivityUpdate.objects.filter(pk=update.pk).values()
    before = stored.get()
    in_spanish, untold = (public_page(client, update, each) for each in ("es", "en"))

    make_translation(update)

    english = public_page(client, update, "en")
    assert ENGLISH not in untold
    assert SPANISH in untold
    assert ENGLISH in english
    assert SPANISH not in english
    assert english.count('"only-spanish translated"') == english.count(ENGLISH)
    assert public_page(client, update, "es") == in_spanish
    assert stored.get() == before


def test_the_agencys_own_english_is_never_replaced():
    update = make_spanish_update(narrative_en="Their own words.")
    Translation.objects.create(activity_update=update, text=ENGLISH)

    entry = entry_of(update)

    assert (entry.text_en, entry.translated) == ("Their own words.", frozenset())


def test_a_text_left_without_english_stays_marked_as_only_in_spanish(client):
    update = make_spanish_update(next_step_es="Repartir las guías.")
    make_translation(update)

    english = public_page(client, update, "en")

    assert entry_of(update).translated == {"text"}
    assert '<div lang="es"><p>Repartir las guías.</p></div>' in english


def test_the_next_revision_needs_a_translation_of_its_own(update):
    make_translation(update)
    correction = make.correction(update, narrative_es="Se imprimieron más guías.")
    make.publish(correction)

    assert entry_of(correction).text_en == ""
    assert entry_of(update).text_en == ENGLISH


def test_a_declaration_and_a_matter_of_record_are_translated_too():
    declaration = make.published_declaration(statement_es="Se alcanzó.")
    filed = make.record_update(narrative_es=SPANISH)

    make_translation(declaration, text="It was reached.")
    make_translation(filed)

    (entry,) = public_updates.build_published_updates(
        public_updates.public_declarations()
    )
    assert (entry.text_en, entry_of(filed).text_en) == ("It was reached.", ENGLISH)


def test_a_translation_is_mended_by_another_change(update):
    make_translation(update)
    kept = Translation.objects.get()

    change = make.change(kept, text="Guides were printed again.")
    workflow.approve(change, by=make.reviewer())

    assert change.records.get().before == {"text": ENGLISH}
    assert entry_of(update).text_en == "Guides were printed again."


def test_only_one_translation_of_a_revision_waits(client, reviewer, update):
    make.change(Translation(activity_update=update), text=ENGLISH)

    response = client.post(address(update), {"text": "Another one."})

    assert PendingChange.objects.count() == 1
    assert response.context["form"]["text"].value() == "Another one."
    assert "Another one." in response.content.decode()


def test_what_was_withdrawn_meanwhile_is_not_translated(update):
    change = make.change(Translation(activity_update=update), text=ENGLISH)
    workflow.withdraw(update, by=make.reviewer(), cause="error")

    decided = workflow.approve(change, by=make.reviewer())

    assert decided.status == PendingChange.Status.OUTDATED
    assert Translation.objects.count() == 0


def test_personal_data_is_no_more_translated_than_written(client, reviewer, update):
    response = client.post(address(update), {"text": "Ask ana@example.org."})

    assert set(response.context["form"].errors) == {"text"}
    assert PendingChange.objects.count() == 0


@pytest.mark.parametrize(
    "maker",
    [
        make.update,
        make.submitted_update,
        make.declaration,
        lambda: make_spanish_update(narrative_en="It has English."),
        lambda: make_spanish_update(
            is_reserved=True,
            reserved_reason="Caso abierto.",
            reserved_legal_basis="Ley 200-04",
        ),
    ],
)
def test_what_the_public_does_not_read_in_spanish_has_no_page(client, reviewer, maker):
    assert client.get(address(maker())).status_code == 404


def test_the_reviewers_page_of_a_published_record_leads_there(client, reviewer, update):
    name = "admin:strategic_areas_activityupdate_change"

    page = client.get(reverse(name, args=[update.pk]))

    assert page.context["translation_url"] == address(update)


def test_the_approver_reads_both_languages_as_the_public_will(client, reviewer, update):
    change = make.change(Translation(activity_update=update), text=ENGLISH)

    context = client.get(reverse("admin:approval", args=[change.pk])).context

    spanish, english = (html for _, html in context["records"][0]["previews"])
    assert SPANISH in spanish
    assert ENGLISH in english


def test_the_database_keeps_one_translation_per_revision_that_says_something(update):
    for wrong in ({"activity_update": update}, {"text": ENGLISH}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Translation.objects.create(**wrong)


def test_translations_cost_no_query_of_their_own():
    made = []

    def grow():
        made.append(make.record_update(activity=make.activity()).pk)
        Translation.objects.create(activity_update_id=made[-1], text=ENGLISH)

    def read():
        rows = public_updates.public_reports().filter(pk__in=made)
        with override("en"):
            return public_updates.build_published_updates(rows)

    few, many = costs(read, grow)

    assert few == many
    assert {entry.text_en for entry in read()} == {ENGLISH}


def test_who_translates_reads_the_warnings_before(client, reviewer, update):
    posted = {"text": "Two girls were assisted."}

    asked = client.post(address(update), posted)
    kept = PendingChange.objects.count()
    sent = client.post(address(update), {**posted, "warnings_read": "on"})

    assert (list(asked.context["form"].errors), kept) == (["warnings_read"], 0)
    assert (sent.status_code, PendingChange.objects.count()) == (302, 1)
