"""Every screen of staff: who sees it, where it stands, what is pressed to get there."""

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path

from django.contrib import admin
from django.urls import URLPattern, get_resolver, reverse

from agencies.access import STAFF_ROUTES
from agencies.models import Agency, FocalPoint
from strategic_areas import workflow
from strategic_areas.models import ActivityUpdate, Commitment, Plan, ReportingPeriod
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

    ``args`` are those of the address: names of records of the world, and plain words.
    ``press`` does on the page what leads to the screen, where opening its address does
    not.
    """

    name: str
    role: str
    args: str | Callable = ""
    query: str | Callable = ""
    press: Callable | None = None

    def address(self, world):
        query = self.query(world) if callable(self.query) else self.query
        path = reverse(self.name, args=args_of(self.args, world))
        return path + query.format(world=world)


#: The sheet of the agency in its open round, and values on it.
SHEET = "period agency.slug"
VALUES, ASKED = f"{SHEET} indicator", f"{SHEET} asked_for"
#: A commitment of a plan in preparation.
NODE = "prepared.plan.code compromiso prepared"


def args_of(said, world):
    if callable(said):
        return said(world)
    return [_arg(word, world) for word in said.split()]


def _arg(word, world):
    """The key of a record that the world names so, or a word of it; else the word."""
    if not hasattr(world, word.partition(".")[0]):
        return word
    found = attrgetter(word)(world)
    return getattr(found, "pk", found)


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
    address = reverse("admin:workbook", args=args_of(SHEET, world))
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
    page.locator("button[name=name_columns]").click()
    page.locator(".matrix-branch").first.wait_for()


def take_plan(page, world):
    address = reverse("admin:planbook_file", args=[world.plan.code])
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


def drafted_plan_of(world):
    """Of a plan in force, which the person would change."""
    commitment = world.commitment
    workflow.save_draft_line(
        *(world.plan, "commitments", {"title_es": "Otro título"}),
        by=world.reviewer,
        record_pk=commitment.pk,
        values_before={"title_es": commitment.title_es},
    )
    return [world.plan.code]


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


def take_an_invitation(page, world):
    """The form by which whoever was invited makes an account."""
    page.get_by_label("El código de la hoja").fill(world.invited)
    page.get_by_role("button", name="Continuar").click()
    page.locator("#id_first_name").wait_for()


DESK = [
    Screen("admin:index", "focal_point"),
    Screen("admin:index", "reviewer"),
    Screen("admin:index", "administrator"),
    Screen("admin:sheet", "focal_point", SHEET),
    Screen("admin:sheet", "focal_point", SHEET, press=unfold),
    Screen("admin:sheet", "focal_point", SHEET, press=save_what_is_wrong),
    Screen(
        "admin:sheet",
        "focal_point",
        SHEET,
        "?fila={world.draft.activity.pk}",
        press=attach_nothing,
    ),
    Screen("admin:sheet_check", "focal_point", SHEET),
    Screen("admin:sheet", "focal_point", SHEET, press=bring_a_workbook),
    Screen("admin:sheet", "focal_point", SHEET, press=bring_another_file),
    Screen("admin:sheet_off_plan", "focal_point", SHEET),
    Screen("admin:sheet_off_plan", "focal_point", SHEET, press=send_empty),
    Screen("admin:sheet_propose", "focal_point", SHEET, press=send_empty),
    Screen("admin:sheet_row_rename", "focal_point", f"{SHEET} off_plan.activity"),
    Screen("admin:practice", "focal_point"),
    Screen("admin:practice", "focal_point", press=unfold),
    Screen("admin:practice_check", "focal_point", press=save_a_practice),
    Screen("admin:practice_check", "focal_point", press=send_a_practice),
    Screen("guide", "focal_point", "punto-focal"),
    Screen("guide", "reviewer", "coordinacion"),
    Screen("guide", "administrator", "administracion"),
    Screen("admin:receipt", "focal_point", "receipt"),
    Screen("admin:values", "focal_point", SHEET),
    Screen("admin:raw_values_of_agency", "reviewer", "agency.slug"),
    Screen("admin:raw_values_of_indicator", "reviewer", "indicator"),
    Screen("admin:value_new", "focal_point", VALUES, press=unfold),
    Screen("admin:value_new", "focal_point", VALUES, press=send_empty),
    Screen("admin:value_new", "focal_point", VALUES, "?desde={world.mended.pk}"),
    Screen("admin:value_grid", "focal_point", ASKED),
    Screen("admin:value_grid", "focal_point", ASKED, press=hand_in_a_wrong_one),
    Screen("admin:value_receipt", "focal_point", "counted"),
    Screen("admin:proposal", "reviewer", "proposal"),
    Screen("admin:agency_comment", "focal_point", SHEET),
    Screen("admin:attributions", "focal_point"),
    Screen("admin:attribution", "focal_point", "actividad attributed"),
    Screen(
        "admin:attribution", "focal_point", "actividad attributed", press=send_empty
    ),
    Screen("admin:letter_confirm", "focal_point", "sent.letter"),
    Screen("admin:handover", "focal_point", "agency.slug"),
    Screen("admin:reminders", "focal_point"),
]
REVIEW = [
    Screen("admin:index", "reviewer", query="?todas=1", press=publish_together),
    Screen("admin:review_many", "reviewer"),
    Screen("admin:review", "reviewer", "avance warned"),
    Screen("admin:review", "reviewer", "avance submitted", press=return_without_reason),
    Screen("admin:review", "reviewer", "declaracion declared"),
    Screen("admin:translation", "reviewer", "avance published"),
    Screen("admin:index", "administrator", query="?que=ajenas"),
    Screen("admin:approval", "reviewer", "change"),
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
    Screen("admin:hidden", "reviewer", "hidden"),
    Screen("admin:stand_ins", "reviewer", press=send_empty),
    Screen("admin:stand_ins", "administrator"),
    Screen("admin:stand_in", "administrator", "stand_in"),
    Screen("admin:account_change", "reviewer", "account_change"),
    Screen("admin:plan_editions", "reviewer", "plan.code", press=send_empty),
    Screen("admin:edition_proposal", "reviewer", "edition"),
    Screen("admin:plan_list", "reviewer"),
    Screen("admin:plan_tree", "reviewer", "plan.code", press=open_a_node),
    Screen("admin:plan_tree", "reviewer", "prepared.plan.code"),
    Screen("admin:plan_draft", "reviewer", drafted_plan_of, press=send_empty),
    Screen("admin:plan_approval", "reviewer", "prepared.plan.code", press=send_empty),
    Screen("admin:plan_node", "reviewer", NODE, press=unfold),
    Screen("admin:plan_node", "reviewer", NODE, press=save_no_title),
    Screen(
        "admin:plan_node_new",
        "reviewer",
        "prepared.plan.code actividad prepared",
        press=save_no_title,
    ),
    Screen("admin:plan_preview", "reviewer", NODE),
    Screen(
        "admin:plan_preview",
        "reviewer",
        "prepared.plan.code eje prepared.programme.area",
    ),
    Screen("admin:planbook", "reviewer", "plan.code"),
    Screen("admin:planbook", "reviewer", "plan.code", press=bring_a_plan),
    Screen("admin:planbook", "reviewer", "plan.code", press=bring_a_wrong_plan),
    Screen("admin:planbook", "reviewer", "plan.code", press=bring_a_matrix),
    Screen("admin:planbook", "reviewer", "plan.code", press=name_a_matrix),
    Screen("admin:values_recorded", "reviewer"),
    Screen("admin:value_recorded", "reviewer", "indicator", press=send_empty),
    Screen("admin:value", "reviewer", "counted"),
    Screen("admin:value", "reviewer", "told"),
    Screen("admin:letters", "reviewer"),
    Screen("admin:letter_new", "reviewer"),
    Screen("admin:letter_new", "reviewer", press=record_a_letter),
    Screen("admin:letter", "colleague", "transcribed.letter"),
    Screen("admin:purges", "reviewer"),
    Screen("admin:purge_new", "reviewer"),
    Screen("admin:purge_new", "reviewer", press=ask_for_a_purge),
    Screen("admin:purge", "reviewer", "purge"),
    Screen("admin:rounds", "reviewer"),
    Screen("admin:round", "reviewer", "period"),
    Screen("admin:round", "reviewer", "closed"),
    Screen("admin:round_take_back", "reviewer", "period"),
    Screen("admin:round_take_back", "reviewer", "empty", press=send_empty),
    Screen("admin:round_report", "reviewer", "period"),
    Screen("admin:round_report", "reviewer", "compared"),
    Screen("admin:report_words", "reviewer", "compared"),
    Screen("admin:round_state", "reviewer", "period"),
    Screen("admin:round_open", "reviewer", "plan.code"),
    Screen("admin:round_open", "reviewer", "plan.code", press=ask_without_a_day),
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
    Screen("admin:strategic_areas_activityupdate_change", "focal_point", "returned"),
    Screen("admin:strategic_areas_activityupdate_change", "reviewer", "submitted"),
    Screen("admin:strategic_areas_commitmentupdate_change", "reviewer", "declared"),
    Screen("admin:strategic_areas_activity_change", "focal_point", "waiting"),
    Screen("admin:strategic_areas_activity_changelist", "focal_point"),
    Screen("admin:app_list", "reviewer", "strategic_areas"),
    Screen("admin:app_list", "administrator", "agencies"),
]
ACCOUNT = [
    Screen("account_login", "anonymous"),
    Screen("account_login", "anonymous", press=send_empty),
    Screen("account_invitation", "anonymous"),
    Screen("account_invitation", "anonymous", press=take_an_invitation),
    Screen("account_inactive", "anonymous"),
    Screen("account_signup", "anonymous"),
    Screen("account_reset_password", "anonymous"),
    Screen("account_set_password", "focal_point"),
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
    Screen("mfa_edit_webauthn", "locked", "key"),
    Screen("mfa_remove_webauthn", "locked", "key"),
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
        *("admin:sheet_row_recall", "admin:sheet_declaration_recall"),
        *("admin:sheet_declaration_attach", "admin:sheet_declaration_detach"),
        *("admin:letter_send", "admin:letter_confirmed", "admin:letter_contested"),
        *("admin:letter_row", "admin:letter_declaration"),
        *("admin:purge_confirm", "admin:purge_cancel", "admin:value_recall"),
        *("admin:review_publish", "admin:review_return", "admin:sheet_reopen"),
        *("admin:round_remind", "admin:round_remind_all", "admin:plan_node_step"),
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
        *("admin:autocomplete", "admin:jsi18n", "mfa_login_webauthn")
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
