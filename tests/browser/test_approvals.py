"""What two people decide, as they and the public see it."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils.translation import override
from playwright.sync_api import expect

from agencies.models import Agency
from strategic_areas import workflow
from strategic_areas.desk.plan_tree.levels import node_key
from strategic_areas.models import Activity, Commitment, PendingChange
from strategic_areas.models.drafts import DraftLine
from tests import make
from tests.browser.windows import approve
from tests.make.plans import close_structure
from tests.strategic_areas.test_purging import columns_that_hold

pytestmark = pytest.mark.django_db(transaction=True)


BEFORE, AFTER = "Atiende de lunes a viernes.", "Atiende todos los días del año."


def test_a_help_line_changes_once_another_approves(page, make_page):
    line = make.help_line(label_es="Línea de prueba", scope_es=BEFORE)
    first = make_page(make.reviewer())

    first.goto(reverse("admin:strategic_areas_helpline_change", args=[line.pk]))
    first.locator("#id_scope_es").fill(AFTER)
    first.locator("input[name=_save]").click()

    expect(first.locator(".changed-fields ins").first).to_be_visible()
    expect(first.locator("input[name=approve]")).to_have_count(0)
    page.goto("/ayuda/")
    expect(page.locator("main")).to_contain_text(BEFORE)
    approve(make_page(make.reviewer()), AFTER)
    page.goto("/ayuda/")
    expect(page.locator("main")).to_contain_text(AFTER)
    assert PendingChange.objects.get().status == PendingChange.Status.APPROVED


def test_a_line_of_a_proposal_goes_back_and_the_others_apply(make_page):
    activity = make.activity(code="1.1", due_on="2026-03-31", title_es="Talleres")
    commitment, plan = activity.commitment, activity.commitment.plan
    close_structure()
    plan.ends_on, activity.due_on = date(2029, 12, 31), date(2029, 6, 30)
    commitment.title_es = "Otro resultado"
    with override("es"):
        change = workflow.propose_records(
            [(plan, {}), (commitment, {}), (activity, {})],
            by=make.reviewer(),
            amendment=make.act(plan),
        )
    page = make_page(make.reviewer(), reverse("admin:approval", args=[change.pk]))

    line = page.locator(".return-line").first
    line.locator("summary").click()
    line.locator("input").check()
    line.locator("textarea").fill("No consta en el acta.")
    page.locator("#approve_checked").check()
    page.locator("input[name=approve]").click()
    expect(page.locator("#approve-form")).to_contain_text("Talleres")
    expect(page.locator("#approve-form")).to_be_in_viewport()
    page.locator("input[name=approve]").click()

    expect(page.locator(".messagelist")).to_be_visible()
    commitment.refresh_from_db()
    assert commitment.title_es == "Otro resultado"
    assert list(DraftLine.objects.values_list("table", flat=True)) == [
        *("plans", "activities")
    ]


REASON = "El presupuesto se aprobó tarde."
ACT = {"deciding_act_es": "12-2026", "decided_on": "2026-03-01", "reason_es": REASON}


@pytest.fixture
def activity():
    """Of an approved plan, which the database keeps."""
    made = make.activity(
        plan=make.plan(code="2025-2028"),
        agency=make.agency(acronym="UNO"),
        code="1.1.1",
        title_es="Talleres en la frontera",
        due_on="2026-03-31",
        due_provenance="plan",
    )
    make.agency(acronym="DOS")
    close_structure()
    return made


def fill(page, values, prefix="id_"):
    for name, value in values.items():
        field = page.locator(f"#{prefix}{name}")
        if field.evaluate("each => each.tagName") == "SELECT":
            field.select_option(label=value)
        else:
            field.fill(value)


def open_node(page, record):
    page.locator(f"#{node_key(record)} > summary").click()
    return page.locator(f"#{node_key(record)} .node-form")


def propose(page, act):
    """The draft is proposed by an act, which is stated once."""
    page.get_by_role("link", name="Ver lo que propone").click()
    fill(page, {"act": act, **ACT})
    page.locator("input[name=propose]").click()


def decide(page, proposer):
    """The proposer finds no button to approve with; another person presses it."""
    expect(proposer.locator(".said")).to_contain_text(REASON)
    expect(proposer.locator("input[name=approve]")).to_have_count(0)
    approve(page, "12-2026")


def test_a_date_moves_and_the_old_one_stays_beside_it(page, make_page, activity):
    first, second = make_page(make.reviewer()), make_page(make.reviewer())
    address = reverse("admin:strategic_areas_activity_change", args=[activity.pk])
    public = activity.commitment.get_absolute_url("es")

    first.goto(address)
    first.get_by_role("link", name="Editarlo en el árbol").click()
    form = first.locator(".node-form")
    form.locator("[name=due_on]").fill("30/06/2026")
    form.locator("input[name=save]").click()
    expect(first.locator(".draft-line")).to_be_visible()
    propose(first, "Resolución")
    page.goto(public)
    expect(page.locator("main")).not_to_contain_text(REASON)
    decide(second, first)

    for path in (public, "/2025-2028/modificaciones/"):
        page.goto(path)
        told = page.locator(".plan-change").first
        expect(told.locator("del")).to_have_text("31/03/2026")
        expect(told.locator("ins")).to_have_text("30/06/2026")
        expect(page.locator("main")).to_contain_text(REASON)
        expect(page.locator("main")).to_contain_text("Resolución 12-2026")


def test_an_activity_is_divided_between_two_agencies(page, make_page, activity):
    first, second = make_page(make.reviewer()), make_page(make.reviewer())

    first.goto("/gestion/planes/2025-2028/")
    open_node(first, activity)
    first.get_by_role("button", name="Dividir en dos").click()
    expect(first.locator(".draft-line")).to_be_visible()
    for code, title, agency, line in (
        ("1.1.1.a", "Talleres del UNO", "UNO", 0),
        ("1.1.1.b", "Talleres del DOS", "DOS", 1),
    ):
        pk = DraftLine.objects.order_by("pk")[line].pk
        first.locator(f"#actividad-n{pk} > summary").click()
        form = first.locator(f"#actividad-n{pk} .node-form")
        form.locator("[name=code]").fill(code)
        form.locator("[name=title_es]").fill(title)
        chosen = Agency.objects.get(acronym=agency).pk
        form.locator("[name=agency]").select_option(str(chosen))
        form.locator("input[name=save]").click()
        expect(first.locator(".node-form")).to_have_count(0)
    propose(first, "Decreto")
    decide(second, first)

    page.goto("/2025-2028/modificaciones/")
    main = page.locator("main")
    expect(main).to_contain_text("Decreto 12-2026")
    for title in ("Talleres del UNO", "Talleres del DOS", "Talleres en la frontera"):
        expect(main).to_contain_text(title)
    page.goto(activity.commitment.get_absolute_url("es"))
    expect(page.locator("main table.rows tbody tr")).to_have_count(2)
    standing = Activity.objects.not_superseded().order_by("code")
    assert [each.agency.acronym for each in standing] == ["UNO", "DOS"]


def test_a_commitment_is_cancelled_and_is_asked_no_more(page, make_page, activity):
    make.round(plan=activity.plan, starts_on="2025-01-01", ends_on="2026-06-30")
    agency = make_page(make.focal_point(agency=activity.agency))
    first, second = make_page(make.reviewer()), make_page(make.reviewer())
    commitment = activity.commitment

    agency.goto("/gestion/")
    expect(agency.locator("#content")).to_contain_text(activity.title_es)
    first.goto("/gestion/planes/2025-2028/")
    form = open_node(first, commitment)
    form.get_by_text("Suspender, cancelar o reanudar").click()
    form.locator("[name=stopped]").select_option("cancelled")
    form.locator("[name=stopped_on]").fill("01/01/2026")
    form.locator("input[name=save]").click()
    propose(first, "Ley")
    decide(second, first)

    agency.goto("/gestion/")
    expect(agency.locator("#content")).not_to_contain_text(activity.title_es)
    page.goto(commitment.get_absolute_url("es"))
    main = page.locator("main")
    expect(main.locator(".standing")).to_contain_text("cancelado")
    expect(main).to_contain_text("Cancelación por una modificación del plan")
    expect(main).to_contain_text("Ley 12-2026")
    expect(main).to_contain_text(REASON)
    assert Commitment.objects.get().stopped == "cancelled"


NAME = "Juana Pérez Zapata"


def test_one_requests_another_confirms_and_the_name_is_nowhere(page, make_page):
    update = make.published_update(narrative_es=f"Se atendió a {NAME} ayer.")
    make.submitted_update(activity=update.activity, narrative_es=f"Y a {NAME}.")
    first, second = make.reviewer(), make.reviewer()
    history = reverse("admin:strategic_areas_activityupdate_history", args=[update.pk])
    page.goto(update.get_absolute_url())
    expect(page.get_by_role("main")).to_contain_text(NAME)

    asking = make_page(first, "/gestion/")
    asking.get_by_role("link", name="Retirar un texto para proteger").click()
    asking.get_by_role("link", name="Pedir una purga").click()
    asking.locator("#id_phrases").fill(NAME)
    asking.get_by_role("button", name="Ocultar ahora y pedir la purga").click()
    expect(asking.locator(".purge-places li")).not_to_have_count(0)
    page.reload()
    expect(page.get_by_role("main")).not_to_contain_text("Juana")
    expect(asking.get_by_role("button", name="Retirar en todas partes")).to_have_count(
        0
    )
    assert "Juana" not in asking.url

    confirming = make_page(second, "/gestion/")
    confirming.get_by_role("link", name="Retirar un texto para proteger").click()
    confirming.get_by_role("row").get_by_role("link", name="Purga").click()
    confirming.get_by_role("button", name="Retirar en todas partes").click()
    expect(confirming.locator(".messagelist .success")).to_be_visible()

    page.reload()  # its address has a fragment: going there again would load nothing
    expect(page.get_by_text("Se retiró un texto para proteger").first).to_be_visible()
    expect(page.get_by_role("main")).not_to_contain_text("Juana")
    confirming.goto(history)
    expect(confirming.locator("body")).not_to_contain_text("Juana")
    assert columns_that_hold("Juana") == []
