"""The first Monday: from an empty server to a first published report, by browser."""

import io
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from lxml import html

from agencies.models import Agency, User
from strategic_areas.admin.plan import CODE_HELP
from strategic_areas.models import ActivityUpdate, PendingChange, Plan, ReportingPeriod
from tests import make

pytestmark = pytest.mark.django_db

DESK = reverse("admin:index")
INVITE = reverse("admin:invite_many")
NEW = "cuatro caballos azules corren"


def fill_in(client, page, number=-1, **typed):
    """Send a form of the page as a browser would, with what is typed."""
    document = html.fromstring(page.content.decode())
    forms = [x for x in document.forms if x.get("action") != reverse("language")]
    forms = [x for x in forms if "logout" not in (x.get("action") or "")]
    form = forms[number]
    data = {}
    for name, value in form.form_values():
        data.setdefault(name, []).append(value)
    address = form.get("action") or page.request["PATH_INFO"]
    return client.post(address, data | typed, follow=True)


@pytest.fixture
def no_mail_server(settings):
    settings.EMAIL_BACKEND = "agencies.mail.FileBackend"


@pytest.fixture
def people(no_mail_server):
    """The two people whom the command makes, each signed in."""
    call_command(
        "make_first_people",
        "Ana Pérez <ana@example.org>",
        "Luis Mar <luis@example.org>",
        stdout=io.StringIO(),
    )
    return [make.browser(user) for user in User.objects.order_by("username")]


def following(client):
    """The number of the next step on the desk, and the page that it leads to."""
    steps = client.get(DESK).context["first"]["steps"]
    (number,) = [n for n, step in enumerate(steps, start=1) if step.get("is_next")]
    return number, steps[number - 1]["address"]


def go(client, number):
    """The page to which the next step, which is this one, leads."""
    found, address = following(client)
    assert found == number
    page = client.get(address, follow=True)
    assert page.status_code == 200
    return page


def test_two_people_come_from_nothing_to_a_published_report(people):
    ana, luis = people
    today = timezone.localdate()

    # The commission and its plan.
    page = go(ana, 2)
    fill_in(
        ana,
        page,
        code="plan-nuevo",
        title_es="Plan nuevo",
        starts_on=f"{today.year}-01-01",
        ends_on=f"{today.year + 3}-12-31",
        commission_es="la Comisión de ejemplo",
    )

    # The institutions, by one list.
    page = go(ana, 3)
    seen = fill_in(
        ana,
        page,
        line="MIREX; Ministerio de Relaciones Exteriores; Eva Ríos; preside\n"
        "MT; Ministerio de Trabajo; Leo Paz; leo@example.org",
    )
    assert not Agency.objects.exists()
    sent = fill_in(ana, seen, 0, send="")
    codes = [each["code"] for each in sent.context["printed_invitations"]]
    typed = {"username": "eva.rios", "first_name": "Eva", "last_name": "Ríos"}
    typed |= {"codigo": codes[0], "password1": NEW, "password2": NEW}
    Client().post(reverse("account_invitation"), typed)
    account = User.objects.latest("pk")
    change = account.account_changes.get()
    assert list(make.browser(account).get(DESK).context["unconfirmed"]) == [change]
    confirmed = reverse("admin:account_change", args=[change.pk])
    assert "Ministerio de Relaciones Exteriores" in luis.get(confirmed).content.decode()
    luis.post(confirmed, {"approve": "1"})
    assert not make.browser(account).get(DESK).context["unconfirmed"]

    # The plan, as it comes out of a matrix; commitments alone lead on to the tree.
    plan = Plan.objects.get()
    assert following(ana) == (4, reverse("admin:planbook", args=[plan.code]))
    chair = Agency.objects.get(acronym="MIREX")
    make.commitment(plan=plan, lead=chair)
    assert following(ana) == (4, reverse("admin:plan_tree", args=[plan.code]))
    activity = make.activity(plan=plan, agency=chair)

    # Sent by one, approved by the other.
    page = go(ana, 5)
    typed = {"no_act": "on", "no_launch_date": "on", "plan_read": "on"}
    fill_in(ana, page, **typed)
    approve(luis, **typed)
    plan.refresh_from_db()
    assert plan.status == Plan.Status.APPROVED

    # The first round, as its calendar proposes it; the other opens it.
    page = go(ana, 6)
    day = {"opens_on": today, "due_on": today + timedelta(days=9)}
    fill_in(ana, page, **day, closes_on=today + timedelta(days=20), ask="")
    approve(luis)

    # The first report.
    go(luis, 8)
    period = ReportingPeriod.objects.get()
    update = make.submitted_update(activity=activity, period=period, by=account)
    page = ana.get(reverse("admin:review", args=["avance", update.pk]))
    assert page.status_code == 200
    ana.post(
        reverse("admin:review_publish", args=["avance", update.pk]),
        {"seen_version": update.version},
    )

    assert ActivityUpdate.objects.get().published_at
    assert ana.get(DESK).context["first"] is None


def test_of_a_person_who_stands_twice_one_line_is_emptied(people):
    ana, _luis = people
    line = "MT; Ministerio de Trabajo; Leo Paz; leo@example.org"
    make.plan(status="in_preparation")
    seen = ana.post(INVITE, {"line": f"{line}\n{line}"})

    mended = ana.post(INVITE, {"line": [line, ""], "send": ""})

    (wrong,) = seen.context["wrong"]
    told = gettext("This person is on the list twice: empty this line.")
    assert wrong["wrong"] == [told]
    assert [mended.context["wrong"], len(mended.context["good"])] == [[], 1]


def approve(client, **typed):
    """Approve the one change that waits, on its page."""
    change = PendingChange.objects.get(status="pending")
    page = client.get(reverse("admin:approval", args=[change.pk]))
    form = page.context["step_forms"][0]
    names = {"seen_digest"} & form.initial.keys()
    typed |= {name: form.initial[name] for name in names}
    client.post(reverse("admin:approval", args=[change.pk]), {"approve": "1", **typed})
    change.refresh_from_db()
    assert change.status == "approved"


def test_a_code_with_a_space_is_refused_in_plain_words(people):
    ana, _luis = people
    page = go(ana, 2)

    refused = fill_in(ana, page, code="PNA 2026-2029")

    told = refused.context["adminform"].form.errors["code"]
    assert told == [CODE_HELP]
    assert not Plan.objects.exists()
