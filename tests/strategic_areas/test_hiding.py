"""Hiding takes effect at once; a second person confirms, or restores what stood."""

from contextlib import nullcontext
from datetime import timedelta
from itertools import chain

import pytest
import time_machine
from django.contrib import admin
from django.db import IntegrityError, transaction
from django.db.models import JSONField
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agencies.access import RefusedError
from agencies.audit import AuditEntry
from agencies.models import Agency
from strategic_areas import models, purging, workflow
from strategic_areas.admin.base import NeedsApprovalMixin
from strategic_areas.disclosure import MARKER
from strategic_areas.public_paths import public_path
from strategic_areas.purging import takedowns
from strategic_areas.purging.text_search import blanking_method
from strategic_areas.queries.figures.indicators import ValueDisplay, points_by_indicator
from tests import make
from tests.crawling import Crawl, name_of, text_of
from tests.deep import DEEP
from tests.make.plans import close_structure
from tests.public_site import data_files
from tests.strategic_areas.plans import load_small, small
from tests.test_one_door import CARD, texts_of, typed
from tests.test_public_pages import LANGUAGES, make_world

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

SENTINEL, WHY = "zanahoria", "Podía reconocerse a una persona."
CAUSE = "Contenía datos personales."
#: Kinds that are kept by two people and hidden by none: see ``takedowns.HIDEABLE``.
#: Targets come with the figures that they belong to.
NOT_HIDEABLE = {models.RecordDispute, models.Province, models.Region, models.Target}


def hide(record, columns=None, *, by=None, cause="personal", why=""):
    columns = takedowns.values_when_hidden(record) if columns is None else columns
    told = {"cause": cause, "why": why}
    return takedowns.hide_columns(record, columns, **told, by=by or make.reviewer())


@pytest.mark.sqlite
def test_every_kind_that_two_people_keep_can_be_hidden():
    kept = {
        model
        for model, page in admin.site._registry.items()
        if isinstance(page, NeedsApprovalMixin)
    }

    assert kept - NOT_HIDEABLE <= set(takedowns.HIDEABLE)


def everything():
    make_world()
    found = []
    for model in takedowns.HIDEABLE:
        record = shown(model)
        # Of these nobody changes a word.
        if record and model not in {models.Amendment, models.Edition}:
            for name, field in texts_of(model).items():
                is_of_codes = isinstance(getattr(record, name), dict)
                protects = model.fields.of_column(name).protects
                if (
                    blanking_method(field) in takedowns.REPLACEMENTS
                    and not is_of_codes | protects
                ):
                    setattr(record, name, plain(field))
            if isinstance(record, models.Correction):
                record.outcome, record.decided_on = "kept", record.asked_on
            record.save()
            found.append(record)
    return found


def shown(model):
    """A row of the model that pages show; a figure that was revised they do not."""
    rows = model.objects
    return (
        rows.latest_revisions() if model is models.PublishedFigure else rows
    ).first()


def plain(field):
    word = typed(field, SENTINEL)
    return [SENTINEL] if isinstance(field, JSONField) else word


@pytest.mark.sqlite  # what public pages show is the same on both databases
def test_a_whole_record_is_gone_from_every_public_output(client):
    records, by = everything(), make.reviewer()
    for plan in models.Plan.objects.public():
        make.edition(plan=plan)
    pages = ("/discrepancias/", "/ayuda/", "/base-legal/", "/indicadores.xlsx")
    files = [*data_files()]
    stood, in_files = stands_on(client, pages), stands_on(client, files)
    for record in records:
        hide(record, by=by)

    assert stood == dict.fromkeys(pages, True)
    assert stands_on(client, pages) == dict.fromkeys(pages, False)
    assert len([path for path in files if in_files[path]]) > 3
    assert stands_on(client, files) == dict.fromkeys(files, False)
    assert columns_left(records) == []
    assert told() == []
    assert len(records) > 12


#: The most pages of one kind that the short form reads.
OF_A_KIND = 8


def stands_on(client, pages):
    """Page → whether the word stands on it."""
    return {page: SENTINEL in text_of(b"".join(client.get(page))) for page in pages}


def columns_left(records):
    """Public columns, of either language, in which the word stands."""
    found = []
    for record in records:
        # These go as a whole: no page shows the row.
        if isinstance(record, models.HelpLine | models.PublishedFigure):
            continue
        record.refresh_from_db()
        public = record.fields.where(public=True, protects=False)
        found += [
            (record, name)
            for name in chain.from_iterable(field.columns for field in public)
            if SENTINEL in str(getattr(record, name))
        ]
    return found


class Readable(Crawl):
    """
    The pages that are searched for a word.

    The short form reads the Spanish ones, and of each kind so many. It leaves out
    pictures and sorted lists. What data files hold is in the packages, too.
    """

    languages = LANGUAGES if DEEP else ("es",)

    def is_wanted(self, path):
        language = "en" if path.startswith("/en/") else "es"
        is_text = "sort=" not in path and not path.endswith(".png")
        self.read[name_of(path)] += is_text
        is_one_of_few = is_text and self.read[name_of(path)] <= OF_A_KIND
        return language in self.languages and (DEEP or is_one_of_few)


def told():
    crawl = Readable(Client())
    assert len(crawl.bodies) > 70
    return [path for path in crawl.bodies if SENTINEL in crawl.text(path)]


@pytest.mark.sqlite
def test_own_words_are_told_once_another_person_confirmed_them(client):
    record = make.discrepancy(detail_es="Zutana", topic_es="Un tema")
    proposer, other = make.reviewer(), make.reviewer()
    columns = takedowns.hideable(record)[record.fields["detail"]]
    takedown = hide(record, columns, by=proposer, why=WHY)

    record.refresh_from_db()
    assert (record.detail_es, record.topic_es) == (MARKER, "Un tema")
    waiting = client.get("/correcciones/").content.decode()
    with pytest.raises(RefusedError):
        takedowns.HIDING_STEPS.approve(takedown, by=proposer)
    takedowns.HIDING_STEPS.approve(takedown, by=other)
    record.refresh_from_db()
    assert record.detail_es == MARKER
    assert (WHY in waiting, CAUSE in waiting) == (False, False)
    confirmed = client.get("/correcciones/").content.decode()
    assert (WHY in confirmed, CAUSE in confirmed) == (True, True)


def test_another_person_restores_it_and_nobody_alone_what_she_hid():
    line, proposer = make.help_line(), make.reviewer()
    takedown = hide(line, by=proposer)
    line.refresh_from_db()
    hidden = line.confirm_before_publishing

    with pytest.raises(RefusedError):
        takedowns.HIDING_STEPS.take_back(takedown, by=proposer)
    takedowns.HIDING_STEPS.decline(takedown, by=make.reviewer(), reason="No era.")

    line.refresh_from_db()
    assert (hidden, line.confirm_before_publishing) == (True, False)


def changed(record, **values):
    """The record after a change of it that two people made."""
    workflow.approve(make.change(record, **values), by=make.reviewer())
    record.refresh_from_db()
    return record


#: What two people took away: a flag that protects, and texts that name a person.
TAKEN = {
    "a mark of victims": (
        lambda: make.activity(provenance="press", counts_victims=False),
        {"counts_victims": True},
    ),
    "an indicator's protection": (
        lambda: make.indicator(sensitive=False),
        {"sensitive": True},
    ),
    "a name": (
        lambda: make.law(note_es="La declaró Zutana."),
        {"note_es": "Se declaró."},
    ),
}


@pytest.mark.parametrize("name", TAKEN)
@pytest.mark.sqlite
def test_nobody_brings_a_former_form_back_alone(client, reviewer, name):
    maker, values = TAKEN[name]
    record = changed(maker(), **values)
    kind = record._meta.model_name
    page = reverse("admin:hide", args=[kind, record.pk])

    client.post(page, {"what": "-last", "cause": "error", "why": WHY})
    client.post(page, {"former": "1"})

    record.refresh_from_db()
    assert {each: getattr(record, each) for each in values} == values


def test_a_former_form_comes_back_when_another_person_approves_it():
    record = changed(make.law(name_es="Bien"), name_es="Mal")
    proposer = make.reviewer()

    change = takedowns.propose_former(record, by=proposer)

    with pytest.raises(RefusedError):
        workflow.approve(change, by=proposer)
    record.refresh_from_db()
    stood = record.name_es
    workflow.approve(change, by=make.reviewer())
    record.refresh_from_db()
    assert (stood, record.name_es) == ("Mal", "Bien")


def test_a_former_form_comes_back_after_what_replaced_it_was_hidden():
    record = changed(make.law(name_es="Bien"), name_es="Mal")
    takedown = hide(record)

    change = takedowns.propose_former(record, by=make.reviewer())
    workflow.approve(change, by=make.reviewer())
    takedowns.HIDING_STEPS.decline(takedown, by=make.reviewer(), reason="No era.")

    record.refresh_from_db()
    assert record.name_es == "Bien"


def test_a_former_form_is_guarded_like_a_new_text():
    record = make.law(note_es=CARD)
    changed(record, note_es="Nada.")

    with pytest.raises(RefusedError):
        takedowns.propose_former(record, by=make.reviewer())


def test_what_the_guard_stops_is_not_restored():
    record = make.law(name_es="Ley", note_es=CARD)
    takedown = hide(record)

    takedowns.HIDING_STEPS.decline(takedown, by=make.reviewer(), reason="No.")

    record.refresh_from_db()
    assert (record.name_es, record.note_es) == ("Ley", MARKER)


@pytest.mark.sqlite
def test_nothing_by_which_the_portal_protects_can_be_hidden():
    activity = make.activity(quantity=12, counts_victims=True)
    indicator = make.indicator(counted_by="PGR", counts="victims")

    hidden = {
        *takedowns.values_when_hidden(activity),
        *takedowns.values_when_hidden(indicator),
    }

    assert "title_es" in hidden
    protective = {"quantity", "counted_by", "counts", "sensitive", "selects"}
    assert hidden & {*protective, "counts_victims", "reaches_victims"} == set()


def test_a_figure_goes_with_what_belongs_to_it():
    source = make.source()
    activity = make.activity(
        plan=source.plan, budget="amount", budget_amount=500, budget_source=source
    )

    hide(activity)

    activity.refresh_from_db()
    assert (activity.budget, activity.budget_amount) == ("not_known", None)


#: A record, what two people made of it since it was hidden, and what it says at last.
CHANGED_SINCE = {
    "a text": (
        lambda: make.law(name_es="Antes", note_es="Nota"),
        [{"name_es": "Después"}],
        {"name_es": "Después", "note_es": "Nota"},
    ),
    "a flag": (
        make.help_line,
        [{"confirm_before_publishing": False}, {"confirm_before_publishing": True}],
        {"confirm_before_publishing": True},
    ),
    "a number": (
        lambda: make.law(year=2003),
        [{"year": 2004}, {"year": None}],
        {"year": None},
    ),
}


@pytest.mark.parametrize("name", CHANGED_SINCE)
def test_what_two_people_changed_since_is_not_put_back(name):
    maker, changes, expected = CHANGED_SINCE[name]
    record = maker()
    takedown = hide(record)
    record.refresh_from_db()
    for change in changes:
        changed(record, **change)

    takedowns.HIDING_STEPS.decline(takedown, by=make.reviewer(), reason="No era.")

    record.refresh_from_db()
    assert {each: getattr(record, each) for each in expected} == expected


def retitled():
    """A commitment, and what is told of the change that gave it its title."""
    commitment = make.commitment(title_es="Taller de Zutana")
    values = {"old_value_es": "Taller", "new_value_es": "Taller de Zutana"}
    return commitment, make.amendment(commitment=commitment, field="title", **values)


def test_a_text_that_two_people_removed_elsewhere_is_not_put_back():
    """What is told of a change hides with one record, and names another one too."""
    commitment, told = retitled()
    other = make.commitment(plan=commitment.plan, title_es="Zutana")
    close_structure()
    takedown, reviewer = hide(commitment), make.reviewer()
    takedowns.HIDING_STEPS.approve(hide(other), by=reviewer)

    takedowns.HIDING_STEPS.decline(takedown, by=reviewer, reason="No era.")

    told.refresh_from_db()
    commitment.refresh_from_db()
    assert told.old_value_es == "Taller"
    assert (told.new_value_es, commitment.title_es) == (MARKER, MARKER)


@pytest.mark.parametrize(
    "told", [{"cause": ""}, {"cause": "own"}, {"why": f"Es la cédula {CARD}."}]
)
@pytest.mark.sqlite
def test_a_cause_of_the_list_is_required_and_own_words_are_guarded(told):
    line = make.help_line()

    with pytest.raises((RefusedError, ValueError)):
        hide(line, **told)

    line.refresh_from_db()
    assert not line.confirm_before_publishing


def test_an_administrator_hides_a_text_of_an_agency_and_another_restores_it():
    agency = make.agency(name_es="Un nombre")
    takedown = hide(agency, by=make.administrator())
    agency.refresh_from_db()
    hidden = agency.name_es

    takedowns.HIDING_STEPS.decline(takedown, by=make.administrator(), reason="No era.")

    agency.refresh_from_db()
    assert (hidden, agency.name_es) == (MARKER, "Un nombre")


@pytest.mark.sqlite
def test_it_is_done_and_decided_on_pages_of_the_desk(client, reviewer):
    record, other = make.law(name_es="Zutana"), make.reviewer()
    page = reverse("admin:hide", args=["legalinstrument", record.pk])
    shown = client.get(
        reverse("admin:strategic_areas_legalinstrument_change", args=[record.pk])
    )

    said = {"what": ["name"], "cause": "personal"}
    refused = client.post(page, {**said, "why": CARD})
    typed_cause = client.post(page, {**said, "cause": SENTINEL})
    client.post(page, said)

    takedown = models.Takedown.objects.get()
    assert shown.context["hide_url"] == page
    assert "why" in refused.context["form"].errors
    assert "cause" in typed_cause.context["form"].errors
    client.force_login(other)
    address = reverse("admin:hidden", args=[takedown.pk])
    assert "Zutana" in client.get(address).content.decode()
    assert address in client.get(reverse("admin:index")).content.decode()
    client.post(address, {"decline": "1", "reason": "No era."})
    record.refresh_from_db()
    assert record.name_es == "Zutana"


@pytest.mark.sqlite
def test_own_words_are_confirmed_only_by_who_reads_what_is_marked(client, reviewer):
    plain = make.takedown(make.law())
    marked = make.takedown(make.law(), why="La hija de Ramón tenía 9 años.")

    def confirm(takedown, **said):
        page = reverse("admin:hidden", args=[takedown.pk])
        shown = client.get(page).content.decode()
        client.post(page, {"approve": "1", **said})
        takedown.refresh_from_db()
        return "<mark>Ramón" in shown, takedown.status

    assert confirm(plain) == (False, "approved")
    assert confirm(marked) == (True, "pending")
    assert confirm(marked, checked="on") == (True, "approved")


@pytest.mark.sqlite
def test_the_audit_record_says_what_and_not_why():
    hide(make.law(name_es="Zutana"))

    entry = AuditEntry.objects.get(event="approval_asked")
    assert entry.facts["kind"] == "strategic_areas.legalinstrument"
    assert "Zutana" not in str(entry.facts)


def test_what_was_hidden_never_changes():
    takedown = hide(make.law())

    for values in ({"why": "Otra"}, {"rows": {}}, {"object_id": 0}, {"cause": "error"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            models.Takedown.objects.filter(pk=takedown.pk).update(**values)


@pytest.mark.django_db(transaction=True)
def test_hiding_counts_as_a_takedown(open_record):
    line = make.law()
    before = models.PublicationVersion.counters().takedowns

    hide(line)

    assert models.PublicationVersion.counters().takedowns > before


@pytest.mark.sqlite
def test_what_is_told_of_changes_is_hidden_with_the_text_and_comes_back(client):
    commitment, told = retitled()
    close_structure()
    page = f"/{commitment.plan.code}/modificaciones/"
    stood = "Zutana" in client.get(page).content.decode()

    takedown = hide(commitment)

    hidden = "Zutana" in client.get(page).content.decode()
    takedowns.HIDING_STEPS.decline(takedown, by=make.reviewer(), reason="No era.")
    told.refresh_from_db()
    assert (stood, hidden) == (True, False)
    assert (told.old_value_es, told.new_value_es) == ("Taller", "Taller de Zutana")
    assert "Zutana" in client.get(page).content.decode()


def test_a_purge_reaches_the_title_of_an_official_record_too():
    commitment = make.commitment(title_es="Taller de Zutana")
    close_structure()
    asked = purging.request_purge("Zutana", by=make.reviewer())

    purging.confirm(asked, by=make.reviewer())

    commitment.refresh_from_db()
    assert commitment.title_es == MARKER


@pytest.mark.sqlite
def test_the_reason_of_an_amendment_is_hidden_too(client):
    commitment = make.commitment()
    told = make.amendment(commitment=commitment, reason_es="Zutana faltó.")
    page = f"/{commitment.plan.code}/modificaciones/"
    stood = "Zutana" in client.get(page).content.decode()

    hide(told.amendment)

    assert (stood, "Zutana" in client.get(page).content.decode()) == (True, False)


@pytest.mark.sqlite
def test_a_published_figure_is_withdrawn_at_once_and_comes_back(client, reviewer):
    """Its number goes from every reading function, and copies are spoken of."""
    figure = make.published_figure(note_es="Según el informe.")
    own = reverse("admin:strategic_areas_publishedfigure_change", args=[figure.pk])
    page = client.get(own).content.decode()
    asked = reverse("admin:hide", args=["publishedfigure", figure.pk])
    stood = read(figure)

    client.post(asked, {"what": "-whole", "cause": "error"})
    gone = read(figure)
    takedown = models.Takedown.objects.get()
    takedowns.HIDING_STEPS.decline(takedown, by=make.reviewer(), reason="No era.")

    assert asked in page
    assert [(each.shown, each.value, each.note_es) for each in (stood, gone)] == [
        (ValueDisplay.VALUE, 40, "Según el informe."),
        (ValueDisplay.WITHDRAWN, None, ""),
    ]
    assert read(figure) == stood


def test_a_withdrawn_figure_stays_withdrawn_until_its_value_changes(tmp_path):
    told = {"period": "2030", "value": 40, "status": "confirmed", "sources": ["matrix"]}
    told |= {"printed_by": "matrix", "printed_where_es": "cuadro 3"}
    content = small()
    content["indicators"][0] |= {"national": True, "values": [told]}
    load_small(tmp_path, content)
    figure = models.PublishedFigure.objects.get()
    hide(figure)

    load_small(tmp_path, content)
    again = read(figure).shown
    told["value"] = 41
    load_small(tmp_path, content)

    assert again is ValueDisplay.WITHDRAWN
    assert (read(figure).shown, read(figure).value) == (ValueDisplay.VALUE, 41)
    assert read(figure).revisions == ()


def told_of(tmp_path, number, *, sensitive=False):
    """The figure that stands once the value is loaded; a sensitive one is protected."""
    told = {"period": "2030", "value": number, "status": "confirmed"}
    content = small()
    content["indicators"][0] |= {"sensitive": sensitive, "agency": "AAA"}
    content["indicators"][0]["values"] = [told | {"sources": ["matrix"]}]
    load_small(tmp_path, content)
    return models.PublishedFigure.objects.latest_revisions().get()


@pytest.mark.parametrize("is_for_good", [True, False])
@pytest.mark.parametrize("numbers", [[40, 40, 40], [40, 50, 40]])
def test_a_number_told_anew_comes_back_with_the_first(tmp_path, numbers, is_for_good):
    first, second, third = numbers
    takedown, other = hide(told_of(tmp_path, first)), make.reviewer()
    if is_for_good:
        takedowns.HIDING_STEPS.approve(takedown, by=other)
    told_of(tmp_path, second, sensitive=second == first)
    figure = told_of(tmp_path, third)

    assert (figure.value, read(figure).shown) == (40, ValueDisplay.WITHDRAWN)

    assert 40 not in models.PublishedFigure.objects.public().values_list(
        "value", flat=True
    )
    if not is_for_good:
        takedowns.HIDING_STEPS.decline(takedown, by=other, reason="No era.")
        assert read(figure).shown == ValueDisplay.VALUE


@pytest.mark.parametrize("is_disputed", [True, False])
def test_restoring_shows_no_number_that_is_protected_now(tmp_path, is_disputed):
    figure = told_of(tmp_path, 40)
    if is_disputed:
        make.approved_dispute(figure)
    takedown = hide(figure)
    told_of(tmp_path, 40, sensitive=True)

    stays = takedowns.not_restorable(takedown)
    takedowns.HIDING_STEPS.decline(takedown, by=make.reviewer(), reason="No era.")

    figure.refresh_from_db()
    assert (figure.is_hidden, figure.is_latest) == (True, False)
    assert [name for _key, name in stays] == ["is_hidden"]

    assert read(told_of(tmp_path, 40)).shown is ValueDisplay.VALUE


def read(figure):
    (point,) = points_by_indicator([figure.indicator], in_full=True)[
        figure.indicator_id
    ]
    return point


#: The text that is hidden, why in own words, and the name of the record.
CONTENT = (SENTINEL, WHY, "Ley de Zutana")
NOT_CONFIRMED = "Otra persona todavía no lo ha confirmado."


@pytest.mark.sqlite
def test_what_nobody_confirmed_in_time_stands_in_public_without_its_content(client):
    law = make.law(name_es=CONTENT[2], summary_es=SENTINEL)
    begun = timezone.now()

    with time_machine.travel(begun, tick=False):
        hide(law, cause="mistake", why=WHY)
    with time_machine.travel(begun + timedelta(hours=72, seconds=-1), tick=False):
        before = client.get("/correcciones/").content.decode()
    with time_machine.travel(begun + timedelta(hours=72), tick=False):
        after = client.get("/correcciones/").content.decode()

    waits = "Instrumento jurídico: Se publicó por equivocación."
    assert [waits in before, NOT_CONFIRMED in before] == [False, False]
    assert [waits in after, NOT_CONFIRMED in after] == [True, True]
    assert [each in after for each in CONTENT] == [False] * 3


HERE = "Algo de esta página se ocultó el"
#: Kinds that have one page for all of them.
LISTS = {
    models.HelpLine: "help",
    models.LegalInstrument: "legal_base",
    models.Discrepancy: "discrepancies",
    models.Term: "glossary",
    models.LaterActivity: "later_activities",
    models.Amendment: "amendments",
    models.FrameworkTarget: "recommendations",
    models.TargetLink: "recommendations",
}
OF_A_PLAN = {
    models.LaterActivity,
    models.Amendment,
    models.FrameworkTarget,
    models.TargetLink,
}


def on_its_page():
    """By name, a record that is hidden and the one on whose page it stands."""
    commitment = make_world()
    activity, indicator = (
        commitment.activities.first(),
        models.Indicator.objects.first(),
    )
    taking_part = models.Participation.objects.get(agency=commitment.lead)
    return [
        *((each, each) for each in (commitment, commitment.plan, commitment.lead)),
        *((each, each) for each in (commitment.programme.area, indicator)),
        (activity, commitment),
        (shown(models.PublishedFigure), indicator),
        (taking_part, commitment.lead),
        *((model.objects.first(), model) for model in LISTS),
    ]


def path_of(record, plan):
    if record in LISTS:
        words = [plan.code] if record in OF_A_PLAN else []
        return public_path(LISTS[record], *words, language="es")
    if isinstance(record, Agency):
        return public_path("agency", plan.code, record.slug, language="es")
    if isinstance(record, models.Indicator):
        return public_path("indicator", record.code, language="es")
    return record.get_absolute_url("es").partition("#")[0]


@pytest.mark.sqlite  # on PostgreSQL the version moves with a commit
def test_the_page_of_a_record_says_what_nobody_confirmed_in_time(client, monkeypatch):
    begun, found, pairs = timezone.now(), [], on_its_page()
    plan = pairs[1][0]
    # What editions lose by it takes long and is of no matter to these pages.
    nothing = nullcontext({})
    monkeypatch.setattr(takedowns, "removing_from_editions", lambda *_, **__: nothing)
    for record, page in pairs:
        if isinstance(record, models.Participation):
            models.Participation.objects.filter(pk=record.pk).update(note_es="Nota")
            record.refresh_from_db()
        path = path_of(page, plan)
        with time_machine.travel(begun, tick=False), transaction.atomic():
            takedown = hide(record)
        with time_machine.travel(begun + timedelta(hours=71), tick=False):
            early = HERE in client.get(path).content.decode()
        with time_machine.travel(begun + timedelta(hours=73), tick=False):
            late = HERE in client.get(path).content.decode()
        takedowns.HIDING_STEPS.decline(takedown, by=make.reviewer(), reason="No.")
        found.append((type(record).__name__, early, late))

    assert {each[1:] for each in found} == {(False, True)}, found


@pytest.mark.sqlite
def test_the_second_person_is_told_what_restoring_leaves_hidden(client, reviewer):
    record = make.law(name_es="Ley", note_es=CARD, summary_es="Resumen")
    takedown = hide(record)
    record.refresh_from_db()
    changed(record, summary_es="Otro")

    page = client.get(reverse("admin:hidden", args=[takedown.pk]))

    stays = dict(page.context["stays"])
    assert set(stays) == {record.fields["note"].label, record.fields["summary"].label}
    assert stays[record.fields["summary"].label] in page.text


@pytest.mark.sqlite
@pytest.mark.parametrize("maker", [make.published_update, make.published_declaration])
def test_a_report_says_that_a_purge_of_its_words_waits_too_long(client, maker):
    text = "narrative_es" if maker is make.published_update else "statement_es"
    update, begun = maker(**{text: SENTINEL}), timezone.now()
    with time_machine.travel(begun, tick=False):
        purging.request_purge(SENTINEL, by=make.reviewer())

    said = []
    for hours in (71, 73):
        with time_machine.travel(begun + timedelta(hours=hours), tick=False):
            for page in (update, update.subject):
                path = page.get_absolute_url("es").partition("#")[0]
                said.append(HERE in client.get(path).text)

    assert said == [False, False, True, True]
