"""An agency says of a reconstructed record that it does not acknowledge it."""

import csv
import io
import re
from datetime import date

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.urls import reverse

from agencies.access import RefusedError, Role
from strategic_areas import purging, workflow
from strategic_areas.desk.changes.agency_statements import DISPUTABLE_MODELS
from strategic_areas.disclosure import MARKER
from strategic_areas.models import ActivityUpdate, PendingChange, RecordDispute
from strategic_areas.public_paths import public_path
from strategic_areas.sentences import target_code
from tests import make
from tests.costs import count_queries
from tests.deep import SOME_ROWS, drawn
from tests.public_site import MOST_QUERIES
from tests.test_public_pages import LANGUAGES, read

pytestmark = pytest.mark.django_db

TEXT = "Ese operativo lo hizo otra institución."
MARK = {
    "es": "La institución no reconoce esta atribución",
    "en": "The agency does not acknowledge this attribution",
}
CALLED_LATE = r'<section class="delay">.*?</section>'
NO_MARK = {"home": 0, "commitment": 0}
RESOLVED = {
    "outcome": "kept",
    "resolved_on": date(2026, 6, 1),
    "resolution_es": "La fuente es inequívoca.",
}


@pytest.fixture(scope="module")
def made(lasting):
    """A record from the press of one agency, in a plan put together from sources."""
    agency = make.agency()
    commitment = make.commitment(lead=agency, provenance="reconstructed")
    make.participation(plan=commitment.plan, agency=agency)
    activity = make.activity(commitment=commitment, provenance="press")
    return make.record_update(activity=activity)


@pytest.fixture
def update(made):
    return ActivityUpdate.objects.get(pk=made.pk)


def records(update):
    """Each kind of record that may be disputed, by its word."""
    activity = update.activity
    indicator = make.indicator(
        plan=activity.plan, agency=update.agency, sensitive=False
    )
    figure = make.published_figure(indicator=indicator, provenance="press")
    found = [activity.commitment, activity, update, figure]
    return dict(zip(DISPUTABLE_MODELS, found, strict=True))


def pages(update, language):
    """Where each kind of record stands, by the name of the page."""
    plan, commitment = update.plan.code, update.activity.commitment
    args = {
        "commitments": [plan],
        "area": [plan, getattr(commitment.programme.area, f"slug_{language}")],
        "agency": [plan, update.agency.slug],
        "commitment": [plan, commitment.code],
        "commitment_card": [plan, commitment.code],
        "update": [plan, update.public_id],
        "updates": [plan],
        "plan": [plan],
        "plan_feed": [plan],
    }
    return {
        name: public_path(name, *each, language=language) for name, each in args.items()
    }


def marked(client, update, language):
    """Names of the pages on which the mark stands."""
    return {
        name
        for name, path in pages(update, language).items()
        if MARK[language] in client.get(path).content.decode()
    }


def resolve(dispute, **fields):
    change = make.change(dispute, **RESOLVED | fields)
    workflow.approve(change, by=make.reviewer())


@pytest.mark.parametrize(
    ("kind", "unmarked"),
    [
        ("compromiso", set()),
        ("actividad", {"plan", "commitment_card"}),
        ("avance", {"plan", "commitment_card"}),
    ],
)
def test_it_is_shown_wherever_the_record_stands(client, update, kind, unmarked):
    make.approved_dispute(records(update)[kind])

    for language in drawn(LANGUAGES, 1, key=kind):
        found = marked(client, update, language)
        assert found == set(pages(update, language)) - unmarked, language


def test_what_is_late_bears_the_mark_once(client, update):
    """A commitment's own page tells its dispute in full, above what is late."""
    activity, due = update.activity, date(2026, 1, 1)
    for record in (activity, activity.commitment):
        rows = type(record).objects.filter(pk=record.pk)
        rows.update(due_on=due, due_provenance="agency")
    lists = {"home": r'<div class="delay">.*?</div>', "commitment": CALLED_LATE}
    paths = {"home": public_path("home"), **pages(update, "es")}

    def marks():
        return {
            name: section.count('class="disputed"')
            for name, pattern in lists.items()
            for section in re.findall(
                pattern, client.get(paths[name]).content.decode(), re.S
            )
        }

    person, found = make.focal_point(agency=update.agency), [marks()]
    for record in (activity.commitment, activity, update):
        dispute = make.approved_dispute(record, by=person)
        found.append(marks())
        resolve(dispute)
    found.append(marks())

    of_commitment = {"home": 1, "commitment": 0}
    of_part = {"home": 1, "commitment": 1}
    assert found == [NO_MARK, of_commitment, of_part, of_part, NO_MARK]


def test_the_text_is_signed_by_a_role_and_by_no_person(client, update):
    person = make.focal_point(
        agency=update.agency, first_name="Berenice", last_name="Quezada"
    )
    for kind, record in records(update).items():
        text = f"{TEXT} ({kind})"
        make.approved_dispute(record, by=person, text_es=text)

        page = client.get(record.get_absolute_url()).text

        assert text in page
        for name in ("Berenice", "Quezada", person.username):
            assert name not in page, kind


def test_resolved_it_leaves_the_lists_and_tells_what_was_decided(client, update):
    dispute = make.approved_dispute(update.activity.commitment)

    resolve(dispute)

    for language in drawn(LANGUAGES, 1, key="resolved"):
        assert marked(client, update, language) == set()
        shown = read(client, pages(update, language)["commitment"]).text
        assert RESOLVED["resolution_es"] in shown
        assert TEXT in shown
    dispute.refresh_from_db()
    assert dispute.written_by != dispute.history.first().history_user


def test_the_list_of_the_agency_marks_it_until_it_is_resolved(client, update):
    dispute = make.approved_dispute(update)
    client.force_login(dispute.written_by)

    before = client.get(reverse("admin:attributions")).text
    resolve(dispute)
    after = client.get(reverse("admin:attributions")).text

    mark = "<strong>no reconocido</strong>"
    assert (before.count(mark), after.count(mark)) == (1, 0)


def test_a_focal_point_says_so_and_a_reviewer_approves(client, update):
    person, reviewer = (make.focal_point(agency=update.agency), make.reviewer())
    client.force_login(person)
    url = reverse("admin:attribution", args=["actividad", update.activity_id])
    every = records(update)
    listed = client.get(reverse("admin:attributions")).context["attributed"]
    client.post(url, {"text_es": TEXT})
    change = PendingChange.objects.get()
    client.force_login(reviewer)
    page = client.get(reverse("admin:approval", args=[change.pk]))
    client.post(reverse("admin:approval", args=[change.pk]), {"approve": "x"})

    dispute = RecordDispute.objects.get()
    assert [(each["kind"], each["record"].pk) for each in listed] == [
        (kind, record.pk) for kind, record in every.items()
    ]
    assert TEXT in dict(page.context["records"][0]["previews"])["es"]
    assert (dispute.activity, dispute.written_by) == (update.activity, person)
    assert dispute.signed_as == "titular"


def assert_may_not_dispute(client, person, every):
    client.force_login(person)
    for kind, record in every.items():
        url = reverse("admin:attribution", args=[kind, record.pk])
        assert client.get(url).status_code == 404, kind
        with pytest.raises(RefusedError):
            make.dispute(record, by=person)


def test_another_agency_finds_nothing_to_dispute(client, update):
    other = make.focal_point(agency=make.agency())

    assert_may_not_dispute(client, other, records(update))
    assert client.get(reverse("admin:attributions")).context["attributed"] == []


@pytest.mark.parametrize("provenance", ["plan", "reported"])
def test_what_plan_or_agency_state_is_not_disputed(client, provenance):
    activity = make.activity(provenance=provenance)
    person = make.focal_point(agency=activity.agency)

    assert_may_not_dispute(client, person, {"actividad": activity})


def test_what_came_to_another_agency_meanwhile_is_not_marked(update):
    change = make.dispute(update.activity)
    update.activity.agency = make.agency()
    update.activity.save()

    decided = workflow.approve(change, by=make.reviewer())

    assert decided.status == PendingChange.Status.OUTDATED
    assert RecordDispute.objects.count() == 0


def test_only_one_waits_and_only_one_stands(update):
    person = make.focal_point(agency=update.agency)
    make.dispute(update, by=person)

    with pytest.raises(workflow.AlreadyWaitingError):
        make.dispute(update, by=person, text_es="Otra razón.")


def test_neither_the_agency_nor_one_person_alone_resolves_it(client, update):
    dispute = make.approved_dispute(update)
    person, reviewer = make.focal_point(agency=update.agency), make.reviewer()

    with pytest.raises(RefusedError):
        make.change(dispute, by=person, **RESOLVED)
    dispute.refresh_from_db()
    change = make.change(dispute, by=reviewer, **RESOLVED)
    with pytest.raises(RefusedError):
        workflow.approve(change, by=reviewer)


def make_party(agency):
    """A reviewer with a mandate at the institution that disputes."""
    person = make.focal_point(agency=agency)
    person.groups.add(Group.objects.get(name=Role.REVIEWER))
    return person


@pytest.mark.parametrize("decide", [workflow.approve, workflow.decline])
@pytest.mark.parametrize("is_new", [True, False])
def test_nobody_decides_on_what_their_own_institution_disputes(update, is_new, decide):
    if is_new:
        change = make.dispute(update)
    else:
        dispute = make.approved_dispute(update)
        change = make.change(dispute, **RESOLVED)
    party = make_party(update.agency)
    reason = {"reason": "No."} if decide is workflow.decline else {}

    with pytest.raises(RefusedError):
        decide(change, by=party, **reason)

    change.refresh_from_db()
    assert change.is_waiting
    if not is_new:
        with pytest.raises(RefusedError):
            make.change(dispute, by=party, **RESOLVED)
    decided = decide(change, by=make_party(make.agency()), **reason)
    assert decided.decided_by is not None


def test_the_page_offers_no_step_to_a_party(client, update):
    change = make.dispute(update)
    page = reverse("admin:approval", args=[change.pk])

    def offered(person):
        client.force_login(person)
        return [form.step for form in client.get(page).context["step_forms"]]

    assert offered(make_party(update.agency)) == []
    assert offered(make_party(make.agency())) == ["approve", "decline"]


def test_what_a_later_record_supersedes_is_not_disputed(client, update):
    person = make.focal_point(agency=update.agency)
    newer = make.commitment(
        programme=update.activity.commitment.programme, lead=update.agency
    )
    newer.supersedes.add(update.activity.commitment)
    every = records(update)
    assert every.pop("cifra")  # nothing supersedes a figure

    assert_may_not_dispute(client, person, every)


def test_the_secretariat_cannot_change_what_the_agency_said(client, update):
    dispute = make.approved_dispute(update)
    client.force_login(make.reviewer())
    url = reverse("admin:strategic_areas_recorddispute_change", args=[dispute.pk])

    form = client.get(url).context["adminform"].form

    editable = {"outcome", "resolved_on", "resolution_es", "resolution_en"}
    assert set(form.fields) - {"seen_state"} == editable


def test_not_even_the_database_lets_its_words_be_changed(update):
    row = RecordDispute.objects.filter(pk=make.approved_dispute(update).pk)

    for name, value in {
        "text_es": "No fuimos solos.",
        "text_en": "Not alone.",
        "signed_as": "alternate",
        "written_at": "2020-01-01T00:00:00Z",
    }.items():
        with pytest.raises(IntegrityError), transaction.atomic():
            row.update(**{name: value})
    with pytest.raises(IntegrityError), transaction.atomic():
        row.delete()
    assert row.update(**RESOLVED) == 1


def test_a_purge_takes_it_back_from_every_page(client, update):
    phrase = "La señora de la esquina"
    dispute = make.approved_dispute(update, text_es=f"{phrase} lo hizo.")
    resolve(dispute, resolution_es=f"{phrase} no figura.")
    path = pages(update, "es")["update"]
    before = client.get(path).content.decode()

    make.purged(phrase)

    dispute.refresh_from_db()
    assert phrase in before
    assert phrase not in client.get(path).content.decode()
    assert {dispute.text_es, dispute.resolution_es} == {MARKER}
    assert purging.find_matches(purging.Phrases(phrase)) == []


def test_it_is_resolved_as_a_whole(update):
    dispute = make.approved_dispute(update)

    for left_out in RESOLVED:
        decided = {name: value for name, value in RESOLVED.items() if name != left_out}
        with pytest.raises(IntegrityError), transaction.atomic():
            RecordDispute.objects.filter(pk=dispute.pk).update(**decided)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("plan_commitments", "compromiso"),
        ("plan_updates", "compromiso"),
        ("plan_updates", "actividad"),
        ("plan_updates", "avance"),
    ],
)
def test_the_list_as_a_file_says_so_in_a_column_of_its_own(client, update, name, kind):
    path = public_path(name, update.plan.code, language="en")

    def told():
        text = client.get(path).content.decode("utf-8-sig")
        (row,) = csv.DictReader(io.StringIO(text))
        return [row["is_disputed"], row["provenance"]]

    before = told()
    dispute = make.approved_dispute(records(update)[kind])
    during = told()
    resolve(dispute)

    assert before == told() == ["false", before[1]]
    assert during == ["true", before[1]]


@pytest.mark.parametrize("page", ["frameworks", "area"])
def test_what_answers_a_target_is_marked(client, update, page):
    commitment = update.activity.commitment
    target = make.target()
    commitment.frameworks.add(target)
    frameworks = public_path("frameworks", update.plan.code)
    path = {**pages(update, "es"), "frameworks": frameworks}[page]

    def marks():
        html = client.get(path).content.decode()
        code = target_code(target)
        start = {"frameworks": f'id="{target.code}"', "area": f">{code}<"}[page]
        part = html.split(start)[1].split("</section>")[0].split("</article>")[0]
        return part.count('class="disputed"')

    before = marks()
    make.approved_dispute(commitment)

    assert (before, marks()) == (0, 1)


def test_withdrawn_content_is_not_brought_back_by_a_dispute(client, update):
    make.approved_dispute(update, text_es="Decía 37 detenidos.")
    workflow.withdraw(update, by=make.reviewer(), cause="error")

    page = client.get(pages(update, "es")["update"]).content.decode()

    assert "37 detenidos" not in page


def test_pages_cost_the_same_with_many_disputes(client, update):
    commitment = update.activity.commitment
    person, spent = make.focal_point(agency=update.agency), []
    for pairs in (1, SOME_ROWS):
        for _ in range(pairs):
            activity = make.activity(commitment=commitment, provenance="press")
            record = make.record_update(activity=activity)
            make.approved_dispute(activity, by=person)
            make.approved_dispute(record, by=person)
        spent.append(
            {
                name: count_queries(lambda path=path: client.get(path))
                for name, path in pages(update, "es").items()
            }
        )

    assert spent[0] == spent[1]
    assert max(spent[0].values()) <= MOST_QUERIES
