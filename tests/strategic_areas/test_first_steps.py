"""The first steps of a portal, and the people who are invited by one pasted list."""

import pytest
from django.urls import reverse
from django.utils import timezone

from agencies.access import Role
from agencies.invitations import Invitation
from agencies.mail import Mail
from agencies.models import Agency, User
from strategic_areas.desk.first_steps import (
    MAX_LINES,
    first_steps,
    parse_invitation_line,
)
from strategic_areas.models import Participation
from tests import make
from tests.costs import costs
from tests.make.plans import propose_plan

pytestmark = pytest.mark.django_db

PAGE = reverse("admin:invite_many")
DESK = reverse("admin:index")


@pytest.fixture
def both(client, settings):
    """Signed in as somebody who reviews and administers, with a mail server."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    user = make.reviewer()
    user.groups.add(*make.administrator().groups.all())
    client.force_login(user)
    return user


@pytest.fixture
def plan():
    return make.plan(status="in_preparation")


def send(client, *lines):
    return client.post(PAGE, {"line": lines, "send": ""})


@pytest.mark.parametrize(
    "line",
    [
        "MT\tMinisterio de Trabajo\tLeo Paz\tleo@example.org\tsuplente",
        "Leo Paz; MT; leo@example.org; Suplente; Ministerio de Trabajo",
        "leo@example.org, MT, alternate, Ministerio de Trabajo, Leo Paz",
    ],
)
def test_the_cells_of_a_line_may_stand_in_any_order(line):
    said, acronym, names = parse_invitation_line(line)

    assert (said["email"], said["kind"], acronym) == (
        "leo@example.org",
        "alternate",
        "MT",
    )
    assert max(names, key=len) == "Ministerio de Trabajo"


def test_until_it_is_sent_a_list_changes_nothing(client, both, plan):
    page = client.post(PAGE, {"line": "MT; Ministerio de Trabajo; Leo; l@example.org"})

    assert len(page.context["good"]) == 1
    assert not Agency.objects.exists()
    assert not Invitation.objects.exists()
    assert not Mail.objects.exists()


def test_what_needs_a_hand_stays_and_holds_back_nobody_else(client, both, plan):
    known = make.agency(acronym="CONI")
    make.agency(acronym="MT")

    page = send(
        client,
        "XX; Sin Nombre; a@example.org",
        "MT; Leo; leo@",
        "CONI; Iván Sanz; ivan@example.org",
        "CONI; Otra Persona; otra@example.org",
    )

    assert list(Invitation.objects.values_list("email", "agency")) == [
        ("ivan@example.org", known.pk)
    ]
    wrong = [row["line"].partition(";")[0] for row in page.context["wrong"]]
    assert wrong == ["XX", "MT", "CONI"]
    assert page.content.decode().count('name="line" value=') == 3


def test_a_line_that_needs_a_hand_makes_no_agency(client, both, plan):
    wrong = "MT; Ministerio de Trabajo; Leo; leo@example"

    page = send(client, wrong, "CONI; Consejo de la Niñez; Ana; ana@example.org")

    assert [row["line"] for row in page.context["wrong"]] == [wrong]
    assert Agency.objects.get().acronym == "CONI"


def test_of_a_list_that_is_too_long_no_line_is_lost(client, both, plan):
    lines = [f"A{n}; Agencia {n}; Ana; a{n}@example.org" for n in range(MAX_LINES + 1)]

    page = send(client, *lines)

    assert (page.context["good"], page.context["wrong"]) == ([], [])
    assert all(line in page.content.decode() for line in lines)
    assert not Agency.objects.exists()


def test_a_new_agency_takes_part_in_the_plan_in_preparation(client, both, plan):
    send(client, "MT; Ministerio de Trabajo; Leo Paz; leo@example.org; preside")

    agency = Agency.objects.get()
    told = (agency.acronym, agency.name_es, agency.slug, agency.kind)
    assert told == ("MT", "Ministerio de Trabajo", "mt", "ministry")
    part = Participation.objects.get()
    assert (part.plan, part.agency, part.role) == (plan, agency, "chair")


@pytest.mark.parametrize("status", ["approved", "waits"])
def test_no_list_adds_an_agency_to_an_approved_plan(client, both, status):
    plan = make.plan(status="in_preparation" if status == "waits" else status)
    if status == "waits":
        propose_plan(plan)

    send(client, "MT; Ministerio de Trabajo; Leo Paz; leo@example.org")

    assert not Agency.objects.exists()
    assert not Participation.objects.exists()
    assert not Invitation.objects.exists()


def test_who_administers_alone_adds_no_agency_to_a_plan(client, plan):
    client.force_login(make.administrator())

    page = send(client, "MT; Ministerio de Trabajo; Leo Paz; leo@example.org")

    assert len(page.context["wrong"]) == 1
    assert not Agency.objects.exists()


def test_who_administers_alone_invites_for_an_agency_that_is_known(client, plan):
    make.agency(acronym="MT")
    client.force_login(make.administrator())

    send(client, "MT; Leo Paz; leo@example.org")

    assert [each.email for each in Invitation.objects.all()] == ["leo@example.org"]
    assert not Participation.objects.exists()


def test_who_has_no_mail_gets_a_letter_that_is_shown_once(client, both, plan):
    make.agency(acronym="GUACO")

    page = send(client, "GUACO; Pablo Díaz", "GUACO; suplente; Eva; eva@example.org")

    (letter,) = page.context["printed_invitations"]
    assert letter["code"] in page.content.decode()
    assert [mail.to for mail in Mail.objects.all()] == ["eva@example.org"]
    assert letter["code"] not in client.get(PAGE).content.decode()


# The list of steps


def test_the_list_is_for_who_reviews_or_administers(client):
    for maker, sees in (
        (make.focal_point, False),
        (make.reviewer, True),
        (make.administrator, True),
    ):
        client.force_login(maker())
        assert bool(client.get(DESK).context["first"]) is sees


def test_a_step_leads_only_who_may_take_it(client):
    make.plan(status="in_preparation")
    make.reviewer()
    led = []
    for maker in (make.reviewer, make.administrator):
        client.force_login(maker())
        first = client.get(DESK).context["first"]
        (step,) = [each for each in first["steps"] if each.get("is_next")]
        led.append((step["is_own"], client.get(step["address"]).status_code))

    assert led == [(True, 200), (False, 404)]


@pytest.mark.parametrize("is_demonstration", [False, True])
def test_the_list_goes_once_a_report_is_published(client, reviewer, is_demonstration):
    period = make.round(is_demonstration=is_demonstration)
    make.published_update(period=period, activity=make.activity(plan=period.plan))

    first = client.get(DESK).context["first"]

    assert bool(first) is is_demonstration


def test_the_list_takes_the_same_queries_for_any_plan():
    user, plan = make.reviewer(), make.plan(status="in_preparation")

    def grow():
        make.participation(plan=plan, agency=make.activity(plan=plan).agency)

    few, many = costs(
        lambda: first_steps(User.objects.get(pk=user.pk), timezone.localdate())[
            "steps"
        ],
        grow,
    )

    assert few == many


# A guide for each role, which anybody may read and the invitation leads to

#: Role → the word of its guide.
GUIDES = {
    Role.FOCAL_POINT: "punto-focal",
    Role.REVIEWER: "coordinacion",
    Role.ADMINISTRATOR: "administracion",
}


def test_nobody_has_to_sign_in_to_read_one_of_the_guides(client):
    answers = [
        client.get(reverse("guide", args=[w])) for w in (*GUIDES.values(), "base")
    ]

    assert [answer.status_code for answer in answers] == [200] * len(GUIDES) + [404]


@pytest.mark.parametrize("role", Role)
def test_an_invitation_leads_to_the_guide_of_its_role(role, settings):
    fields = {} if role == Role.FOCAL_POINT else {"agency": None, "kind": ""}

    make.invitation(email="ana@example.org", role=role, **fields)

    text = Mail.objects.get(kind="invitation").text
    assert settings.SITE_URL + reverse("guide", args=[GUIDES[role]]) in text
