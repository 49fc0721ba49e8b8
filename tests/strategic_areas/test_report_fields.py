"""
Every field of a report on its whole way, walked from its declaration.

A field that somebody adds is tried here without a line of its own: it is entered on the
sheet and in the workbook, guarded, compared, corrected, put on the receipt, repeated,
stated in a plan's file, read by the public and found by the search.
"""

import re
from copy import copy
from decimal import Decimal

import pytest
from django.urls import reverse

from agencies.fields import FieldKind
from strategic_areas import workflow
from strategic_areas.desk.review import comparison
from strategic_areas.desk.sheet import forms
from strategic_areas.desk.sheet.rows import row_or_404
from strategic_areas.desk.sheet_workbook.update_lines import columns_of
from strategic_areas.importing.format import SECTIONS
from strategic_areas.models import (
    ActivityUpdate,
    AnswerKind,
    Province,
    Region,
    Submission,
)
from strategic_areas.models.report_fields import FormSection
from strategic_areas.public_paths import public_path
from strategic_areas.queries import search_texts
from strategic_areas.search import index
from strategic_areas.search.results import search_all
from strategic_areas.search.words import parse_question
from strategic_areas.workflow import guard
from strategic_areas.workflow.steps import must_differ_from_published
from tests import make
from tests.strategic_areas.filling import Filler, in_state
from tests.world import TEXT, Lasting

pytestmark = pytest.mark.django_db

FIELDS = ActivityUpdate.fields.where(filled_in=True)
TOLD = [
    field
    for field in FIELDS
    if field.public
    and (field.bilingual or field.kind in {FieldKind.WHOLE, FieldKind.DECIMAL})
]
#: What is said in a field of each kind, as a model holds it, and what else.
SAID = {
    FieldKind.TEXT: "Texto propio de este campo.",
    FieldKind.CHOICE: "in_progress",
    FieldKind.FLAG: True,
    FieldKind.WHOLE: 57,
    FieldKind.DECIMAL: Decimal("57.50"),
}
OTHER = {
    FieldKind.TEXT: "Otro texto.",
    FieldKind.CHOICE: "suspended",
    FieldKind.FLAG: False,
    FieldKind.WHOLE: 58,
    FieldKind.DECIMAL: Decimal("58.00"),
}
IDENTITY_CARD = "Cédula 001-1234567-8."


def walked(fields, **options):
    return pytest.mark.parametrize("field", fields, ids=lambda f: f.name, **options)


def names_with(field):
    """The fields without which this one cannot be filled in, it among them."""
    if field.part in {FormSection.RESERVED, FormSection.NO_NEWS}:
        return ActivityUpdate.fields.where(part=field.part)
    return [field]


def values(field):
    """Columns of a model and what they hold, in Spanish; links are left out."""
    held = {"percent": 60, "execution": "in_progress", "narrative_es": TEXT}
    if field.name == "quantity":
        held["percent"] = None
    if field.part is FormSection.NO_NEWS:
        held["answer"] = AnswerKind.NO_NEWS
    plain = [each for each in names_with(field) if each.kind is not FieldKind.LINKS]
    return held | {each.columns[0]: SAID[each.kind] for each in plain}


def make_places(field):
    if field.kind is not FieldKind.LINKS:
        return []
    region, _made = Region.objects.get_or_create(code="DO-X", name="Región")
    place, _made = Province.objects.get_or_create(
        code="DO-02", name="Azua", region=region
    )
    return [place]


def plain(field):
    if field.bilingual:
        return {"es": SAID[FieldKind.TEXT], "en": ""}
    if field.kind is FieldKind.LINKS:
        return ["Azua"]
    return "57.50" if field.kind is FieldKind.DECIMAL else SAID[field.kind]


def cell(field):
    """What the field's cell in the workbook holds then."""
    if field.kind in {FieldKind.CHOICE, FieldKind.FLAG}:
        return columns_of(ActivityUpdate)[field.name].word(SAID[field.kind])
    return "Azua" if field.kind is FieldKind.LINKS else SAID[field.kind]


class Writer(Filler):
    def __init__(self, field):
        super().__init__()
        self.begin(field)

    def begin(self, field):
        self.field = field
        self.places = make_places(field)
        if field.name == "quantity":
            self.activity.kind = "continuing"
            self.activity.save()

    def save_row(self, headers=None, **posted):
        keys = [self.period.pk, self.agency.slug, self.activity.pk]
        data = {"answer": "reported", **values(self.field), **posted}
        if self.places:
            data[self.field.name] = [place.pk for place in self.places]
        typed = {name: value for name, value in data.items() if value is not None}
        row = reverse("admin:sheet_row", args=keys)
        return self.client.post(row, typed, headers=headers or {})

    def cells(self):
        """The field's cell in the workbook, and what it cannot be without."""
        filled = values(self.field)
        if self.field.part is FormSection.NO_NEWS:
            filled = {self.field.columns[0]: SAID[FieldKind.TEXT]}
        if self.places:
            filled[self.field.name] = "; ".join(map(str, self.places))
        for name in {"execution", "is_reserved"} & set(filled):
            filled[name] = columns_of(ActivityUpdate)[name].word(filled[name])
        return filled

    def stored(self):
        return ActivityUpdate.objects.get(activity=self.activity, period=self.period)

    def row(self):
        return row_or_404(
            self.user, self.period.pk, self.agency.slug, activity=self.activity.pk
        )

    def beside(self, field):
        """Herself with another activity of her agency, for another field."""
        writer = copy(self)
        writer.activity = self.another()
        writer.begin(field)
        return writer


class Writers(Lasting):
    def __init__(self):
        first, *others = FIELDS
        writer = Writer(first)
        writer.before = make.round(
            plan=writer.plan, starts_on="2024-01-01", ends_on="2024-12-31"
        )
        self.user = writer.user
        self.each = [writer, *(writer.beside(field) for field in others)]


@pytest.fixture(scope="module")
def kept_writers(lasting):
    return Writers().keep()


@pytest.fixture
def writers(client, db, kept_writers):
    found = kept_writers.again(client).each
    for writer in found:
        writer.client = client
    return found


@pytest.fixture
def writer(writers, field):
    return writers[[*FIELDS].index(field)]


def make_told(field, maker=make.update, **more):
    kind = "continuing" if field.name == "quantity" else "one_off"
    activity = more.pop("activity", None) or make.activity(kind=kind)
    update = maker(activity=activity, **values(field) | more)
    if places := make_places(field):
        getattr(update, field.name).set(places)
    return update


@walked(FIELDS)
def test_what_is_entered_on_the_sheet_is_stored(writer, field):
    response = writer.save_row()

    assert response.status_code == 302
    assert field.plain(writer.stored()) == plain(field)
    assert (field.label, field.in_words(plain(field))) in writer.stored().field_values


def test_it_goes_out_and_comes_in_by_the_workbook(writers):
    a_writer, book = writers[0], writers[0].download()
    for writer in writers:
        book.fill(writer.activity, **writer.cells())

    a_writer.confirm(a_writer.upload(book))

    told = a_writer.download()
    for writer in writers:
        field = writer.field
        assert field.plain(writer.stored()) == plain(field), field.name
        shown = told.cell(writer.activity, field.columns[0]).value
        assert shown == cell(field), field.name


def test_personal_data_is_refused_in_it_on_the_sheet_and_in_the_workbook(writers):
    guarded = [writer for writer in writers if writer.field.guarded]
    book = writers[0].download()
    for writer in guarded:
        (column, *_english) = writer.field.columns
        answer = writer.save_row({"X-Row-Only": "1"}, **{column: IDENTITY_CARD})
        assert answer.status_code == 422, column
        book.fill(writer.activity, **writer.cells())
        book.cell(writer.activity, column).value = IDENTITY_CARD

    uploaded = writers[0].upload(book)

    found = {
        outcome.row.subject: [fault.name for fault in outcome.faults]
        for outcome in in_state(uploaded, "refused")
    }
    assert found == {writer.activity: [writer.field.columns[0]] for writer in guarded}
    assert not ActivityUpdate.objects.filter(period=writers[0].period).exists()


def make_each(maker, **fields):
    """Name of a field → id of an update that says something in it."""
    commitment = make.commitment()
    fields["period"] = make.round(plan=commitment.plan)
    fields["by"] = make.focal_point(agency=commitment.lead)
    found = {}
    for field in FIELDS:
        kind = "continuing" if field.name == "quantity" else "one_off"
        activity = make.activity(commitment=commitment, kind=kind)
        found[field.name] = make_told(field, maker, activity=activity, **fields).pk
    return found


@pytest.fixture(scope="module")
def kept_drafts(lasting):
    return make_each(make.update)


@pytest.fixture
def draft(db, field, kept_drafts):
    return ActivityUpdate.objects.get(pk=kept_drafts[field.name])


@pytest.fixture(scope="module")
def kept_published(lasting):
    reviewer = make.reviewer()
    return make_each(make.published_update, reviewer=reviewer)


@pytest.fixture
def published(db, field, kept_published):
    return ActivityUpdate.objects.get(pk=kept_published[field.name])


@walked(ActivityUpdate.fields.where(filled_in=True, guarded=True))
@pytest.mark.parametrize("language", [0, -1])
def test_the_guard_finds_it_where_it_stands_stored(draft, field, language):
    setattr(draft, field.columns[language], IDENTITY_CARD)
    draft.save()
    draft.refresh_from_db()

    assert [found.label for found in guard.warnings_and_blocks(draft)[1]] == [
        field.label
    ]


@walked(FIELDS)
def test_a_reviewer_reads_it_beside_what_was_published(draft, field):
    compared = {each.label: each for each in comparison.compare_fields(None, draft)}

    assert (field.label in compared) == field.compared
    if field.compared:
        assert compared[field.label].is_internal != field.public


@walked(FIELDS)
def test_a_correction_begins_with_it_and_is_one_if_it_changes(published, field):
    revision = workflow.begin_correction(published, by=published.contributors.get())

    assert field.plain(revision) == field.plain(published)
    with pytest.raises(workflow.TransitionError):
        must_differ_from_published(revision)
    if field.kind is FieldKind.LINKS:
        getattr(revision, field.name).clear()
    else:
        setattr(revision, field.columns[0], OTHER[field.kind])
    must_differ_from_published(revision)


@walked(FIELDS)
def test_the_receipt_holds_it(draft, field):
    by = draft.contributors.get()

    workflow.submit_all(draft.period, draft.agency, make.seen_versions(draft), by=by)

    (report,) = Submission.objects.get().content["reports"]
    assert report[field.name] == field.plain(draft)


@walked(FIELDS)
def test_the_same_as_before_says_it_again_and_no_news_lets_it_stand(writer, field):
    last = make_told(
        field,
        make.published_update,
        activity=writer.activity,
        period=writer.before,
        by=writer.user,
        **({} if field.part is FormSection.NO_NEWS else ENGLISH),
    )

    row = writer.row()

    again = forms.save_answer(row, {"answer": "same_as_before"}, by=writer.user)
    repeated = field.plain(again.instance)
    seen = {"answer": "no_news", "no_news_reason_es": "No hubo.", "seen_version": 1}
    forms.save_answer(row, seen, by=writer.user)

    if field.part is FormSection.NO_NEWS:
        # What told no news is nothing to say again.
        assert row.last is None
        return
    assert (repeated == field.plain(last)) == field.repeated
    if field.kind is not FieldKind.LINKS:
        stands = field.plain(writer.stored()) == field.plain(last)
        assert stands == field.survives_no_news


#: So that what is repeated in English too is seen to be.
ENGLISH = {
    column: "Text of its own."
    for column in ActivityUpdate.fields.columns(bilingual=True, repeated=True)
    if column.endswith("_en")
}


@walked([*ActivityUpdate.fields])
def test_a_plans_file_states_what_is_declared(field):
    stored_as = {name for key in SECTIONS["updates"].keys for name in key.stored_as}

    assert (set(field.columns) <= stored_as) == field.in_file


@walked(TOLD)
def test_the_public_reads_it(client, published, field):
    said = str(SAID[field.kind])
    if field.heading != "" and not field.bilingual:
        said = f"{field.public_heading}: {said}"

    path = public_path(
        "update", published.plan.code, published.public_id, language="es"
    )
    page = client.get(path).content.decode()
    text = " ".join(re.sub(r"<[^>]+>", " ", page).split())

    assert said in text
    assert field.heading == "" or field.public_heading in text


def test_the_search_finds_it_in_both_languages():
    fields = [field for field in TOLD if field.bilingual]
    words = [("zanahoria", "carrot"), ("calabaza", "pumpkin"), ("lechuga", "lettuce")]
    words += [("berenjena", "aubergine"), ("remolacha", "beetroot")]
    paths, found = {}, {}
    for field, pair in zip(fields, words, strict=False):
        said = dict(zip(field.columns, pair, strict=True))
        update = make_told(field, make.published_update, **said)
        for language, word in zip(("es", "en"), pair, strict=True):
            path = public_path(
                "update", update.plan.code, update.public_id, language=language
            )
            paths[language, word] = [path]

    index.update_index("now", search_texts.documents_of_records)
    for language, word in paths:
        groups = search_all(parse_question(word, language)).groups
        found[language, word] = [hit.path for group in groups for hit in group.hits]

    assert len(paths) == 2 * len(fields)
    assert found == paths
