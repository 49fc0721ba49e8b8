"""An agency's comment on itself: written by its focal point, approved by a reviewer."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from agencies.access import RefusedError
from strategic_areas import workflow
from strategic_areas.desk.changes.agency_statements import rounds_to_comment
from strategic_areas.models import AgencyComment, PendingChange
from strategic_areas.public_paths import public_path
from tests import make
from tests.costs import costs

pytestmark = pytest.mark.django_db

TEXT = "Este trimestre la institución cambió de sede."


class World:
    def __init__(self, **fields):
        self.plan = make.plan()
        self.agency = make.agency()
        make.activity(plan=self.plan, agency=self.agency)
        self.period = make.round(plan=self.plan, **fields)
        self.user = make.focal_point(
            agency=self.agency, first_name="Berenice", last_name="Quezada"
        )

    @property
    def address(self):
        args = [self.period.pk, self.agency.slug]
        return reverse("admin:agency_comment", args=args)

    def comment(self, **fields):
        fields = {"text_es": TEXT, **fields}
        return make.agency_comment(self.agency, self.period, self.user, **fields)

    def propose(self, **fields):
        return workflow.propose(self.comment(**fields), by=self.user)

    def read(self, client):
        page = public_path("agency", self.plan.code, self.agency.slug)
        return client.get(page).content.decode()


@pytest.fixture(scope="module")
def world(lasting):
    return World()


def test_a_focal_point_sends_a_comment_and_nothing_is_published_yet(client, world):
    client.force_login(world.user)

    response = client.post(world.address, {"text_es": TEXT})

    change = PendingChange.objects.get()
    assert response.url == reverse("admin:index")
    assert change.records.get().after == {
        "agency": world.agency.pk,
        "period": world.period.pk,
        "text_es": TEXT,
        "signed_as": "titular",
    }
    assert TEXT not in world.read(client)


def test_an_approved_comment_is_signed_by_a_role_and_by_no_person(client, world):
    change = world.propose()

    workflow.approve(change, by=make.reviewer(first_name="Altagracia"))

    page, stored = world.read(client), AgencyComment.objects.get()
    assert TEXT in page
    assert (stored.written_by, stored.written_at) == (world.user, change.proposed_at)
    for name in ("Berenice", "Quezada", "Altagracia", world.user.username):
        assert name not in page


def test_a_later_comment_on_the_round_takes_the_place_of_the_first(client, world):
    workflow.approve(world.propose(), by=make.reviewer())
    client.force_login(world.user)

    client.post(world.address, {"text_es": "Otra cosa."})
    workflow.approve(PendingChange.objects.waiting().get(), by=make.reviewer())

    assert AgencyComment.objects.get().text_es == "Otra cosa."


def test_only_one_comment_waits_and_the_second_text_stays_on_screen(client, world):
    world.propose()
    other = make.focal_point(agency=world.agency)
    client.force_login(other)

    response = client.post(world.address, {"text_es": "Otro texto."})

    assert PendingChange.objects.count() == 1
    assert "Otro texto." in response.content.decode()


def test_an_alternate_signs_as_one(client, world):
    client.force_login(make.focal_point(agency=world.agency))

    client.post(world.address, {"text_es": TEXT})

    assert PendingChange.objects.get().records.get().after["signed_as"] == "alternate"


def test_a_reviewer_with_a_mandate_does_not_approve_her_own(world):
    reviewer = make.reviewer()
    reviewer.groups.add(world.user.groups.get())
    make.mandate(user=reviewer, agency=world.agency, kind="alternate")
    reviewer = type(reviewer).objects.get(pk=reviewer.pk)
    change = workflow.propose(world.comment(), by=reviewer)

    with pytest.raises(RefusedError):
        workflow.approve(change, by=reviewer)

    assert AgencyComment.objects.count() == 0


@pytest.mark.parametrize("which", ["to come", "of another plan", "record"])
def test_a_round_that_does_not_ask_the_agency_has_no_page(client, which, world):
    later = timezone.localdate() + timedelta(days=5)
    period = {
        "to come": lambda: make.round(plan=world.plan, opens_on=later),
        "of another plan": make.round,
        "record": lambda: make.period(plan=world.plan),
    }[which]()
    client.force_login(world.user)
    url = reverse("admin:agency_comment", args=[period.pk, world.agency.slug])

    assert client.get(url).status_code == 404


def test_personal_data_is_refused_beside_its_field(client, world):
    client.force_login(world.user)

    response = client.post(world.address, {"text_es": "Llame al 809-555-1234."})

    assert set(response.context["form"].errors) == {"text_es"}
    assert PendingChange.objects.count() == 0


def test_the_approver_reads_it_as_the_public_will(client, reviewer, world):
    change = world.propose(text_en="The institution moved.")

    context = client.get(reverse("admin:approval", args=[change.pk])).context

    spanish, english = (html for _, html in context["records"][0]["previews"])
    assert TEXT in spanish
    assert "The institution moved." in english


def test_a_comment_on_a_demonstration_is_marked_as_one(client):
    world = World(is_demonstration=True)

    workflow.approve(world.propose(), by=make.reviewer())

    assert "entry--demonstration" in world.read(client)


def test_the_desk_lists_the_rounds_of_ones_own_agency_and_no_other(client, world):
    World()
    client.force_login(world.user)

    listed = client.get(reverse("admin:index")).context["rounds_to_comment"]

    assert [(each.period, each.agency, each.has_comment) for each in listed] == [
        (world.period, world.agency, False)
    ]
    assert rounds_to_comment(make.reviewer()) == []


def test_the_desk_lists_the_last_rounds_of_each_plan(world):
    other = make.activity(plan=make.plan(), agency=world.agency).plan
    rounds = [make.round(plan=plan) for plan in [*[world.plan] * 3, other]]

    listed = [each.period for each in rounds_to_comment(world.user)]

    assert listed == [world.period, *rounds[:2], rounds[3]]


def test_the_database_keeps_one_comment_per_agency_and_round(world):
    workflow.approve(world.propose(), by=make.reviewer())

    with pytest.raises(IntegrityError), transaction.atomic():
        world.comment().save()


@pytest.mark.sqlite
def test_the_desk_and_the_page_cost_the_same_at_any_number(client, world):
    client.force_login(world.user)
    public = public_path("agency", world.plan.code, world.agency.slug)

    def grow():
        comment = world.comment()
        comment.period = make.round(plan=world.plan)
        comment.save()

    for read in (lambda: client.get(public), lambda: rounds_to_comment(world.user)):
        few, many = costs(read, grow)

        assert few == many


def test_who_writes_a_comment_reads_the_warnings_first(client, world):
    client.force_login(world.user)
    posted = {"text_es": "Este trimestre se atendió a dos niñas."}

    asked = client.post(world.address, posted)
    kept = PendingChange.objects.count()
    sent = client.post(world.address, {**posted, "warnings_read": "on"})

    form = asked.context["form"]
    assert [warned.excerpt for warned in form.warnings] == [posted["text_es"]]
    assert (list(form.errors), kept) == (["warnings_read"], 0)
    assert (sent.status_code, PendingChange.objects.count()) == (302, 1)
