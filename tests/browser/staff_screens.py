"""Every screen of staff: who sees it, where it stands, what is pressed to get there."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.contrib import admin
from django.urls import URLPattern, get_resolver, reverse

from agencies.access import STAFF_ROUTES
from agencies.models import Agency, FocalPoint
from strategic_areas import workflow
from strategic_areas.models import (
    ActivityUpdate,
    Commitment,
    Plan,
    ReportingPeriod,
)
from tests.browser.staff_world import NAME, WARNED
from tests.strategic_areas.filling import Book
from tests.strategic_areas.planbooks import PlanBook
from tests.uploads import make_pdf

MATRIX = Path(__file__).parent.parent / "strategic_areas/matrices/matriz-unica.xlsx"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Screen:
    """
    One screen as one role sees it.

    ``args`` are those of the address, from the world. ``press`` does on the page what
    leads to the screen, where opening its address is not enough.
    """

    name: str
    role: str
    args: Callable = lambda world: []
    query: str | Callable = ""
    press: Callable | None = None

    def address(self, world):
        query = self.query(world) if callable(self.query) else self.query
        return reverse(self.name, args=self.args(world)) + query


def sheet_of(world):
    return [world.period.pk, world.agency.slug]


def values_of(world):
    return [*sheet_of(world), world.indicator.pk]


def asked_of(world):
    return [*sheet_of(world), world.asked_for.pk]


def attributed(world):
    return ["actividad", world.attributed.pk]


def unfold(page, world):
    page.evaluate(
        "document.querySelectorAll('details').forEach(d => { d.open = true })"
    )


def save_what_is_wrong(page, world):
    """A row with errors, among them one of the guard."""
    row = page.locator(f"#fila-{world.waiting.pk}")
    text = row.locator("textarea[name=narrative_es]").first
    text.fill("Se atendió a 001-1234567-8.")
    row.locator(".row-save input[name=save]").click()
    row.get_by_role("alert").wait_for()


def save_a_practice(page, world):
    """The page to send from, with something ready."""
    page.locator(".breadcrumbs a").last.click()
    form = page.locator("[data-row][open] .row-form--no_news")
    form.locator("input[name=no_news_reason_es]").fill("Se espera el servidor.")
    form.locator("input[type=submit]").click()
    page.locator("[data-row] .saved").first.wait_for()
    page.locator(".tally .button").click()
    page.locator(".send-form").wait_for()


def send_a_practice(page, world):
    """The receipt of a practice."""
    save_a_practice(page, world)
    page.locator(".send-form input[type=submit]").click()
    page.locator(".receipt").wait_for()


def attach_nothing(page, world):
    fold = page.locator(f"#fila-{world.draft.activity.pk} [data-evidence]")
    fold.locator("summary").click()
    fold.locator("input[name=attach]").click()
    fold.locator("[aria-invalid=true]").first.wait_for()


def bring_a_workbook(page, world):
    """What a workbook would change, with an error and a warning among it."""
    address = reverse("admin:workbook", args=sheet_of(world))
    book = Book(page.request.get(address).body())
    book.fill(world.waiting, execution="in_progress", narrative_es=WARNED)
    book.fill(world.draft.activity, percent=101)
    upload(page, book.content)
    page.locator(".preview-counts").wait_for()


def bring_another_file(page, world):
    upload(page, b"%PDF-")
    page.locator(".fold--workbook .errorlist").wait_for()


def upload(page, content):
    page.locator(".fold--workbook > summary").click()
    page.locator(".fold--workbook input[type=file]").set_input_files(
        {"name": "hoja.xlsx", "mimeType": XLSX, "buffer": content}
    )
    page.locator(".fold--workbook input[name=upload]").click()


def bring_a_plan(page, world):
    """What a plan's workbook would change, with the act that it asks for."""
    book = take_plan(page, world)
    code = world.draft.activity.code
    book.fill("activities", code, title_es="Otro título", unit_es="talleres")
    bring_book(page, book)
    page.locator("#id_deciding_act_es").wait_for()


def bring_a_wrong_plan(page, world):
    book = take_plan(page, world)
    book.add("areas", code="9", name_es=WARNED)
    book.add("programmes", code="9.1", area="no", name_es="Otro")
    bring_book(page, book)
    page.locator(".answer .notice--errors").first.wait_for()


def bring_a_matrix(page, world):
    page.locator("input[name=workbook]").set_input_files(MATRIX)
    page.locator("input[name=upload]").click()
    page.locator(".matrix-columns").first.wait_for()


def name_a_matrix(page, world):
    """The plan that comes out, with what is asked of its cells."""
    bring_a_matrix(page, world)
    page.locator("button[name=name]").click()
    page.locator(".matrix-branch").first.wait_for()


def take_plan(page, world):
    address = reverse("admin:planbook_file", args=plan_of(world))
    return PlanBook(page.request.get(address).body())


def bring_book(page, book):
    page.locator("input[name=workbook]").set_input_files(
        {"name": "plan.xlsx", "mimeType": XLSX, "buffer": book.content}
    )
    page.locator("input[name=upload]").click()
    page.locator(".preview-counts").wait_for()


def send_empty(page, world):
    """The form that is the page's own, as it comes back; the browser asks nothing."""
    page.evaluate("[...document.forms].forEach(form => { form.noValidate = true })")
    page.locator("#content form [type=submit]").last.click()
    page.locator(".errorlist, [aria-invalid=true]").first.wait_for(state="attached")


def hand_in_a_wrong_one(page, world):
    page.locator("input[name$='-value']").first.fill("-1")
    send_empty(page, world)


def plan_of(world):
    return [world.plan.code]


def drafted_plan_of(world):
    """Of a plan in force, which the person would change."""
    commitment = world.commitment
    workflow.save_draft_line(
        *(world.plan, "commitments", {"title_es": "Otro título"}),
        by=world.reviewer,
        record=commitment.pk,
        seen={"title_es": commitment.title_es},
    )
    return plan_of(world)


def prepared_plan_of(world):
    return [world.prepared.plan.code]


def node_of(world):
    return [*prepared_plan_of(world), "compromiso", world.prepared.pk]


def place_of(world):
    return [*prepared_plan_of(world), "actividad", world.prepared.pk]


def preview_of(world):
    return [*prepared_plan_of(world), "compromiso", world.prepared.pk]


def area_preview_of(world):
    return [*prepared_plan_of(world), "eje", world.prepared.programme.area_id]


def open_a_node(page, world):
    page.locator(f"#compromiso-{world.commitment.pk} > summary").click()
    page.locator(".node-form").wait_for()
    unfold(page, world)


def save_no_title(page, world):
    page.locator(".node-form [name=title_es]").fill("")
    page.evaluate("[...document.forms].forEach(form => { form.noValidate = true })")
    page.locator(".node-form [name=save]").click()
    page.locator("[aria-invalid=true]").first.wait_for()


def publish_together(page, world):
    page.locator(".queue-buttons button").click()
    page.locator("[name=checked]").wait_for(state="attached")


def return_without_reason(page, world):
    page.evaluate("[...document.forms].forEach(form => { form.noValidate = true })")
    form = page.locator("form", has=page.locator("#return_reason"))
    form.locator("input[type=submit]").click()
    page.locator("#return_reason[aria-invalid=true]").wait_for()


def record_a_letter(page, world):
    page.locator("#id_upload").set_input_files(
        {"name": "Oficio.pdf", "mimeType": "application/pdf", "buffer": make_pdf()}
    )
    send_empty(page, world)


def ask_for_a_purge(page, world):
    page.locator("#id_phrases").fill(NAME)
    page.locator(".step-form [type=submit]").click()
    page.locator(".purge-places").first.wait_for()


def ask_without_a_day(page, world):
    page.locator("#id_due_on").fill("")
    page.locator("[name=ask]").click()
    page.locator(".errorlist").wait_for()


def invite(page, world):
    """The page that shows the link and the code, this once."""
    page.locator("#id_email").fill("nueva@example.org")
    page.locator("#id_role").select_option("reviewer")
    page.locator("input[name=_save]").click()
    page.wait_for_load_state()


def save_empty(page, world):
    page.locator("input[name=_save]").click()
    page.locator(".errornote").wait_for()


DESK = [
    Screen("admin:index", "focal_point"),
    Screen("admin:index", "reviewer"),
    Screen("admin:index", "administrator"),
    Screen("admin:sheet", "focal_point", sheet_of),
    Screen("admin:sheet", "focal_point", sheet_of, press=unfold),
    Screen("admin:sheet", "focal_point", sheet_of, press=save_what_is_wrong),
    Screen(
        "admin:sheet",
        "focal_point",
        sheet_of,
        lambda world: f"?fila={world.draft.activity.pk}",
        press=attach_nothing,
    ),
    Screen("admin:sheet_check", "focal_point", sheet_of),
    Screen("admin:sheet", "focal_point", sheet_of, press=bring_a_workbook),
    Screen("admin:sheet", "focal_point", sheet_of, press=bring_another_file),
    Screen("admin:sheet_off_plan", "focal_point", sheet_of),
    Screen("admin:sheet_off_plan", "focal_point", sheet_of, press=send_empty),
    Screen("admin:sheet_propose", "focal_point", sheet_of, press=send_empty),
    Screen(
        "admin:sheet_row_rename",
        "focal_point",
        lambda world: [*sheet_of(world), world.off_plan.activity.pk],
    ),
    Screen("admin:practice", "focal_point"),
    Screen("admin:practice", "focal_point", press=unfold),
    Screen("admin:practice_check", "focal_point", press=save_a_practice),
    Screen("admin:practice_check", "focal_point", press=send_a_practice),
    Screen("guide", "focal_point", lambda world: ["punto-focal"]),
    Screen("guide", "reviewer", lambda world: ["coordinacion"]),
    Screen("guide", "administrator", lambda world: ["administracion"]),
    Screen("admin:receipt", "focal_point", lambda world: [world.receipt.pk]),
    Screen("admin:values", "focal_point", sheet_of),
    Screen("admin:exact_agency", "reviewer", lambda world: [world.agency.slug]),
    Screen("admin:exact_indicator", "reviewer", lambda world: [world.indicator.pk]),
    Screen("admin:value_new", "focal_point", values_of, press=unfold),
    Screen("admin:value_new", "focal_point", values_of, press=send_empty),
    Screen(
        "admin:value_new",
        "focal_point",
        values_of,
        lambda world: f"?desde={world.mended.pk}",
    ),
    Screen("admin:value_grid", "focal_point", asked_of),
    Screen("admin:value_grid", "focal_point", asked_of, press=hand_in_a_wrong_one),
    Screen("admin:value_receipt", "focal_point", lambda world: [world.counted.pk]),
    Screen("admin:proposal", "reviewer", lambda world: [world.proposal.pk]),
    Screen("admin:agency_comment", "focal_point", sheet_of),
    Screen("admin:attributions", "focal_point"),
    Screen("admin:attribution", "focal_point", attributed),
    Screen("admin:attribution", "focal_point", attributed, press=send_empty),
    Screen("admin:letter_confirm", "focal_point", lambda world: [world.sent.letter.pk]),
    Screen("admin:handover", "focal_point", lambda world: [world.agency.slug]),
    Screen("admin:reminders", "focal_point"),
]
REVIEW = [
    Screen("admin:index", "reviewer", query="?todas=1", press=publish_together),
    Screen("admin:review_many", "reviewer"),
    Screen("admin:review", "reviewer", lambda world: ["avance", world.warned.pk]),
    Screen(
        "admin:review",
        "reviewer",
        lambda world: ["avance", world.submitted.pk],
        press=return_without_reason,
    ),
    Screen("admin:review", "reviewer", lambda w: ["declaracion", w.declared.pk]),
    Screen("admin:translation", "reviewer", lambda w: ["avance", w.published.pk]),
    Screen("admin:index", "administrator", query="?que=ajenas"),
    Screen("admin:approval", "reviewer", lambda world: [world.change.pk]),
    Screen("admin:hide_by_address", "administrator", query="?address=zanahoria"),
    Screen(
        "admin:hide_by_address",
        "reviewer",
        query=lambda w: f"?address={w.published.subject.commitment.get_absolute_url()}",
    ),
    Screen(
        "admin:hide",
        "reviewer",
        lambda world: ["helpline", world.change.records.get().object_id],
        press=send_empty,
    ),
    Screen("admin:hidden", "reviewer", lambda world: [world.hidden.pk]),
    Screen("admin:stand_ins", "reviewer", press=send_empty),
    Screen("admin:stand_ins", "administrator"),
    Screen("admin:stand_in", "administrator", lambda world: [world.stand_in.pk]),
    Screen("admin:account_change", "reviewer", lambda world: [world.account_change.pk]),
    Screen("admin:plan_editions", "reviewer", plan_of, press=send_empty),
    Screen("admin:edition_proposal", "reviewer", lambda world: [world.edition.pk]),
    Screen("admin:plan_list", "reviewer"),
    Screen("admin:plan_tree", "reviewer", plan_of, press=open_a_node),
    Screen("admin:plan_tree", "reviewer", prepared_plan_of),
    Screen("admin:plan_draft", "reviewer", drafted_plan_of, press=send_empty),
    Screen("admin:plan_approval", "reviewer", prepared_plan_of, press=send_empty),
    Screen("admin:plan_node", "reviewer", node_of, press=unfold),
    Screen("admin:plan_node", "reviewer", node_of, press=save_no_title),
    Screen("admin:plan_node_new", "reviewer", place_of, press=save_no_title),
    Screen("admin:plan_preview", "reviewer", preview_of),
    Screen("admin:plan_preview", "reviewer", area_preview_of),
    Screen("admin:planbook", "reviewer", plan_of),
    Screen("admin:planbook", "reviewer", plan_of, press=bring_a_plan),
    Screen("admin:planbook", "reviewer", plan_of, press=bring_a_wrong_plan),
    Screen("admin:planbook", "reviewer", plan_of, press=bring_a_matrix),
    Screen("admin:planbook", "reviewer", plan_of, press=name_a_matrix),
    Screen("admin:values_recorded", "reviewer"),
    Screen(
        "admin:value_recorded",
        "reviewer",
        lambda world: [world.indicator.pk],
        press=send_empty,
    ),
    Screen("admin:value", "reviewer", lambda world: [world.counted.pk]),
    Screen("admin:value", "reviewer", lambda world: [world.told.pk]),
    Screen("admin:letters", "reviewer"),
    Screen("admin:letter_new", "reviewer"),
    Screen("admin:letter_new", "reviewer", press=record_a_letter),
    Screen("admin:letter", "colleague", lambda world: [world.transcribed.letter.pk]),
    Screen("admin:purges", "reviewer"),
    Screen("admin:purge_new", "reviewer"),
    Screen("admin:purge_new", "reviewer", press=ask_for_a_purge),
    Screen("admin:purge", "reviewer", lambda world: [world.purge.pk]),
    Screen("admin:rounds", "reviewer"),
    Screen("admin:round", "reviewer", lambda world: [world.period.pk]),
    Screen("admin:round", "reviewer", lambda world: [world.closed.pk]),
    Screen("admin:round_take_back", "reviewer", lambda world: [world.period.pk]),
    Screen(
        "admin:round_take_back",
        "reviewer",
        lambda world: [world.empty.pk],
        press=send_empty,
    ),
    Screen("admin:round_report", "reviewer", lambda world: [world.period.pk]),
    Screen("admin:round_report", "reviewer", lambda world: [world.compared.pk]),
    Screen("admin:report_words", "reviewer", lambda world: [world.compared.pk]),
    Screen("admin:round_state", "reviewer", lambda world: [world.period.pk]),
    Screen("admin:round_open", "reviewer", lambda world: [world.plan.code]),
    Screen(
        "admin:round_open",
        "reviewer",
        lambda world: [world.plan.code],
        press=ask_without_a_day,
    ),
]
ADMINISTRATION = [
    Screen("admin:access_review", "administrator"),
    Screen("admin:invite_many", "administrator"),
    Screen(
        "admin:hand_over",
        "administrator",
        lambda world: [world.focal_point.mandates.get().pk],
    ),
    Screen("admin:agencies_invitation_add", "administrator", press=invite),
    Screen("admin:agencies_invitation_add", "administrator", press=save_empty),
    Screen("admin:strategic_areas_plan_add", "reviewer", press=save_empty),
    Screen(
        "admin:strategic_areas_activityupdate_change",
        "focal_point",
        lambda world: [world.returned.pk],
    ),
    Screen(
        "admin:strategic_areas_activityupdate_change",
        "reviewer",
        lambda world: [world.submitted.pk],
    ),
    Screen(
        "admin:strategic_areas_commitmentupdate_change",
        "reviewer",
        lambda world: [world.declared.pk],
    ),
    Screen(
        "admin:strategic_areas_activity_change",
        "focal_point",
        lambda world: [world.waiting.pk],
    ),
    Screen("admin:strategic_areas_activity_changelist", "focal_point"),
    Screen("admin:app_list", "reviewer", lambda world: ["strategic_areas"]),
    Screen("admin:app_list", "administrator", lambda world: ["agencies"]),
]
ACCOUNT = [
    Screen("account_login", "anonymous"),
    Screen("account_login", "anonymous", press=send_empty),
    Screen("account_invitation", "anonymous"),
    Screen("account_inactive", "anonymous"),
    Screen("account_signup", "anonymous"),
    Screen("account_reset_password", "anonymous"),
    Screen("account_reset_password_done", "anonymous"),
    Screen(
        "account_reset_password_from_key", "anonymous", lambda world: world.forgetful
    ),
    Screen("account_reset_password_from_key_done", "anonymous"),
    Screen("mfa_authenticate", "half"),
    Screen("account_index", "focal_point"),
    Screen("account_index", "administrator"),
    Screen("account_change_password", "focal_point"),
    Screen("account_change_password", "focal_point", press=send_empty),
    Screen("usersessions_list", "focal_point"),
    Screen("account_reauthenticate", "focal_point"),
    Screen("mfa_index", "focal_point"),
    Screen("mfa_activate_totp", "focal_point"),
    Screen("mfa_activate_totp", "focal_point", press=send_empty),
    Screen("mfa_add_webauthn", "focal_point"),
    Screen("mfa_index", "locked"),
    Screen("mfa_reauthenticate", "locked"),
    Screen("mfa_deactivate_totp", "locked"),
    Screen("mfa_view_recovery_codes", "locked"),
    Screen("mfa_generate_recovery_codes", "locked"),
    Screen("mfa_list_webauthn", "locked"),
    Screen("mfa_edit_webauthn", "locked", lambda world: [world.key.pk]),
    Screen("mfa_remove_webauthn", "locked", lambda world: [world.key.pk]),
    Screen("mfa_reauthenticate_webauthn", "locked"),
    Screen("account_logout", "focal_point"),
]

#: No screen: what stands there instead.
NO_SCREEN = {
    "a press, by POST alone": {
        *("language", "admin:planbook_save", "admin:workbook_save", "admin:matrix"),
        *("admin:sheet_row", "admin:sheet_row_attach"),
        *("admin:practice_row", "admin:practice_row_attach", "admin:practice_delete"),
        *("admin:sheet_row_detach", "admin:sheet_declaration"),
        *(
            "admin:sheet_row_recall",
            "admin:sheet_declaration_recall",
            "admin:sheet_reopen",
        ),
        *("admin:sheet_declaration_attach", "admin:sheet_declaration_detach"),
        *("admin:letter_send", "admin:letter_confirmed", "admin:letter_contested"),
        *("admin:letter_row", "admin:letter_declaration"),
        *("admin:purge_confirm", "admin:purge_cancel", "admin:value_recall"),
        *(
            "admin:review_publish",
            "admin:review_return",
            "admin:round_remind",
            "admin:round_remind_all",
        ),
        "admin:plan_node_step",
        *("admin:agencies_invitation_send", "admin:agencies_invitation_code"),
        *("admin:agencies_invitation_revoke", "admin:agencies_factorreset_approve"),
        "admin:agencies_factorreset_refuse",
        *(
            f"admin:strategic_areas_{model}_{step}"
            for model in ("activityupdate", "commitmentupdate")
            for step in ("withdraw", "explain", "correct")
        ),
    },
    "a file": {
        *("staff_evidence", "admin:workbook", "admin:planbook_file"),
        *("admin:letter_file", "admin:act_file"),
        *("admin:agencies_invitation_letter", "mfa_totp_picture"),
        *("admin:round_document", "admin:round_workbook"),
    },
    "data or a script for a page": {
        *("admin:autocomplete", "admin:jsi18n", "mfa_login_webauthn"),
    },
    "leads to another page": {
        *("admin:login", "admin:logout", "admin:view_on_site"),
        *("admin:password_change", "admin:password_change_done"),
        *("admin:amendment_kinds", "admin:amend"),
        *("admin:review_queue", "admin:decisions"),
    },
}
#: Whose pages of history stand for all: one template each, fed by the same code.
WITH_HISTORY = [Agency, FocalPoint, ActivityUpdate, Commitment, ReportingPeriod, Plan]


def table_screens(requests):
    """
    List, form and new form of every table, by the role that may do most with it.

    ``requests`` are a request of each role.
    """
    screens = []
    for model, table in admin.site._registry.items():
        roles = [r for r in requests if table.has_view_permission(requests[r])]
        adding = [r for r in roles if table.has_add_permission(requests[r])]
        role = (adding or roles)[0]
        own = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        screens.append(Screen(f"{own}_changelist", role))
        screens.append(Screen(f"{own}_change", role, _row_of(model)))
        screens += [Screen(f"{own}_add", role) for role in adding[:1]]
        if model in WITH_HISTORY:
            screens += _history(own, role, model)
    return screens


def _row_of(model):
    return lambda world: [world.row(model).pk]


def _history(own, role, model):
    def of_row(world):
        row = world.row(model)
        return [row.pk, row.history.latest().pk]

    yield Screen(f"{own}_history", role, _row_of(model))
    yield Screen(f"{own}_simple_history", role, of_row)


def staff_names():
    """The name of every address under the staff's two folders."""
    return {
        name
        for name, route in _addresses(get_resolver().url_patterns)
        if route.startswith(STAFF_ROUTES) and name
    }


def _addresses(patterns, prefix="", space=""):
    for pattern in patterns:
        route = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLPattern):
            yield pattern.name and f"{space}{pattern.name}", route
        else:
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _addresses(pattern.url_patterns, route, inner)


def without_screen(requests):
    """Names that need no entry, among them what nobody may do in a table."""
    names = set().union(*NO_SCREEN.values())
    for model, table in admin.site._registry.items():
        own = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        allowed = {
            "add": table.has_add_permission,
            "delete": table.has_delete_permission,
        }
        for word, may in allowed.items():
            if not any(may(request) for request in requests.values()):
                names.add(f"{own}_{word}")
        if model not in WITH_HISTORY:
            names |= {f"{own}_history", f"{own}_simple_history"}
    return names
