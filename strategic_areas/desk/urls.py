"""URLs of the desk, inside the admin site."""

from itertools import chain

from django.urls import path, register_converter
from django.urls.converters import StringConverter
from django.views.generic import RedirectView

from agencies.routes import LazyViews, shown_on_page
from strategic_areas.desk import first_steps, letters, people, purges, training
from strategic_areas.desk.changes import (
    agency_statements,
    amendment_forms,
    decisions,
    hideable_records,
    views as changes,
)
from strategic_areas.desk.plan_tree import approval, views as plan_tree
from strategic_areas.desk.report import views as report
from strategic_areas.desk.review import views as review
from strategic_areas.desk.rounds import editions, opening, views as rounds
from strategic_areas.desk.sheet import agency_activities, views as sheets
from strategic_areas.desk.sheet_workbook import views as workbook
from strategic_areas.desk.values import views as values
from strategic_areas.workflow.questions import QUESTION_BY_MODEL

#: Loaded on first use, since it needs readers of plan files.
plan_workbook = LazyViews("strategic_areas.desk.plan_workbook.views")


class RecordKeyConverter(StringConverter):
    """The key of a record, or "n" and the key of a draft line."""

    regex = "n?[0-9]{1,18}"


register_converter(RecordKeyConverter, "place")

SHEET = ("admin:sheet", "period", "agency")
LETTER = ("admin:letter", "pk")
CONFIRMATION = ("admin:letter_confirm", "pk")
PURGE = ("admin:purge", "pk")
PLANBOOK = ("admin:planbook", "plan")
REVIEW = ("admin:review", "kind", "pk")
#: URL that takes a form or returns a file → page with its button.
BUTTON_PAGES = {
    "workbook": SHEET,
    "workbook_save": SHEET,
    "sheet_reopen": SHEET,
    **{
        f"practice_{step}": ("admin:practice",)
        for step in ("row", "row_attach", "delete")
    },
    **{
        f"sheet_{question.url_name}{step}": SHEET
        for question in QUESTION_BY_MODEL.values()
        for step in ("", "_attach", "_detach", "_recall")
    },
    "letter_send": LETTER,
    **{
        f"letter_{question.url_name}": LETTER for question in QUESTION_BY_MODEL.values()
    },
    "letter_confirmed": CONFIRMATION,
    "letter_contested": CONFIRMATION,
    "purge_confirm": PURGE,
    "purge_cancel": PURGE,
    "planbook_file": PLANBOOK,
    "planbook_save": PLANBOOK,
    "matrix": PLANBOOK,
    "review_publish": REVIEW,
    "review_return": REVIEW,
    "value_recall": ("admin:value_receipt", "pk"),
    "round_remind": ("admin:round", "pk"),
    "round_remind_all": ("admin:round", "pk"),
    "round_workbook": ("admin:round_state", "pk"),
    "round_document": ("admin:round_report", "pk"),
    "plan_node_step": ("admin:plan_tree", "plan"),
}


def _with_button_page(name, view):
    return shown_on_page(*BUTTON_PAGES[name])(view) if name in BUTTON_PAGES else view


SHEET_ROUTE = "hoja/<int:period>/<slug:agency>/"


def _of_rows(question):
    row = f"{question.url_prefix}<int:{question.name}>/"
    sheet, name = f"{SHEET_ROUTE}{row}", f"sheet_{question.url_name}"
    detach = f"{sheet}evidencia/<int:item>/quitar/"
    return [
        (sheet, sheets.save_sheet_row, name),
        (f"{sheet}recobrar/", sheets.recall_update, f"{name}_recall"),
        (f"{sheet}evidencia/", sheets.attach_evidence, f"{name}_attach"),
        (detach, sheets.remove_evidence, f"{name}_detach"),
        (
            f"cartas/<int:pk>/{row}",
            letters.save_letter_row,
            f"letter_{question.url_name}",
        ),
    ]


def patterns(site):
    sheet = SHEET_ROUTE
    node = "planes/<slug:plan>/<slug:kind>/"
    record = "revision/<slug:kind>/<int:pk>/"
    return [
        path(route, _with_button_page(name, site.admin_view(view)), name=name)
        for route, view, name in [
            (sheet, sheets.reporting_sheet, "sheet"),
            (f"{sheet}enviar/", sheets.check_sheet, "sheet_check"),
            ("practica/", training.practice, "practice"),
            ("practica/enviar/", training.check_practice, "practice_check"),
            ("practica/borrar/", training.delete_practice, "practice_delete"),
            ("practica/<int:number>/", training.save_practice_row, "practice_row"),
            (
                "practica/<int:number>/evidencia/",
                training.attach_practice_evidence,
                "practice_row_attach",
            ),
            (f"{sheet}libro/", workbook.sheet_workbook, "workbook"),
            (f"{sheet}libro/guardar/", workbook.save_sheet_workbook, "workbook_save"),
            (
                f"{sheet}fuera-del-plan/",
                agency_activities.report_off_plan,
                "sheet_off_plan",
            ),
            (f"{sheet}proponer/", agency_activities.propose_activity, "sheet_propose"),
            (f"{sheet}reabrir/", sheets.request_reopening, "sheet_reopen"),
            (f"{sheet}cifras/", values.value_list, "values"),
            (f"{sheet}cifras/<int:indicator>/", values.value_new, "value_new"),
            (f"{sheet}cifras/<int:indicator>/tabla/", values.value_grid, "value_grid"),
            ("cifras/nuevas/", values.choose_indicator, "values_recorded"),
            ("cifras/nuevas/<int:indicator>/", values.record_value, "value_recorded"),
            ("cifras/<int:pk>/", review.review_value, "value"),
            ("cifras/<int:pk>/recobrar/", values.value_recall, "value_recall"),
            ("cifras/<int:pk>/constancia/", values.value_receipt, "value_receipt"),
            # The files of raw values; "exact" stays in their addresses.
            (
                "cifras/exactas/<slug:agency>/",
                values.raw_values_of_agency,
                "raw_values_of_agency",
            ),
            (
                "cifras/exactas/indicador/<int:indicator>/",
                values.raw_values_of_indicator,
                "raw_values_of_indicator",
            ),
            ("propuestas/<int:pk>/", decisions.activity_proposal, "proposal"),
            (
                f"{sheet}<int:activity>/nombre/",
                agency_activities.edit_off_plan,
                "sheet_row_rename",
            ),
            *chain.from_iterable(map(_of_rows, QUESTION_BY_MODEL.values())),
            ("recibo/<int:pk>/", sheets.receipt_detail, "receipt"),
            ("decisiones/", RedirectView.as_view(url="../#decisiones"), "decisions"),
            ("invitaciones/lista/", first_steps.invite_many, "invite_many"),
            ("aprobaciones/<int:pk>/", changes.change_detail, "approval"),
            ("modificaciones/", plan_tree.redirect_to_plan_tree, "amendment_kinds"),
            (
                "modificaciones/<slug:plan>/<slug:kind>/",
                plan_tree.redirect_to_plan_tree,
                "amend",
            ),
            ("planes/", plan_tree.plan_list, "plan_list"),
            ("planes/<slug:plan>/", plan_tree.plan_tree, "plan_tree"),
            ("planes/<slug:plan>/aprobar/", approval.plan_approval, "plan_approval"),
            (
                "planes/<slug:plan>/vista/<slug:kind>/<int:pk>/",
                approval.plan_preview,
                "plan_preview",
            ),
            ("planes/<slug:plan>/borrador/", plan_tree.plan_draft, "plan_draft"),
            (f"{node}<place:pk>/", plan_tree.plan_node, "plan_node"),
            (f"{node}<place:pk>/paso/", plan_tree.plan_node_step, "plan_node_step"),
            (f"{node}<slug:above>/nuevo/", plan_tree.plan_node_new, "plan_node_new"),
            ("actos/<int:pk>/", amendment_forms.act_file, "act_file"),
            (
                "planes/<slug:plan>/libro/",
                plan_workbook.upload_plan_workbook,
                "planbook",
            ),
            ("planes/<slug:plan>/matriz/", plan_workbook.name_matrix_columns, "matrix"),
            (
                "planes/<slug:plan>/libro/archivo/",
                plan_workbook.download_plan_workbook,
                "planbook_file",
            ),
            (
                "planes/<slug:plan>/libro/guardar/",
                plan_workbook.save_plan_workbook,
                "planbook_save",
            ),
            ("retirar/", hideable_records.hide_by_address, "hide_by_address"),
            ("retirar/<slug:kind>/<int:pk>/", changes.hide_record, "hide"),
            ("retirado/<int:pk>/", changes.takedown_detail, "hidden"),
            ("suplencias/", people.stand_in_list, "stand_ins"),
            ("suplencias/<int:pk>/", people.stand_in_detail, "stand_in"),
            ("cuentas/<int:pk>/", people.account_change_detail, "account_change"),
            ("cartas/", letters.letter_list, "letters"),
            ("cartas/nueva/", letters.letter_new, "letter_new"),
            ("cartas/<int:pk>/", letters.letter_sheet, "letter"),
            ("cartas/<int:pk>/archivo/", letters.download_letter, "letter_file"),
            ("cartas/<int:pk>/enviar/", letters.send_letter, "letter_send"),
            (
                "cartas/<int:pk>/confirmar/",
                letters.confirm_letter_page,
                "letter_confirm",
            ),
            ("cartas/<int:pk>/confirmada/", letters.confirm_letter, "letter_confirmed"),
            ("cartas/<int:pk>/objetada/", letters.contest_letter, "letter_contested"),
            ("purga/", purges.purge_list, "purges"),
            ("purga/nueva/", purges.purge_new, "purge_new"),
            ("purga/<int:pk>/", purges.purge_detail, "purge"),
            ("purga/<int:pk>/confirmar/", purges.confirm_purge, "purge_confirm"),
            ("purga/<int:pk>/cancelar/", purges.cancel_purge, "purge_cancel"),
            (
                "traducciones/<slug:kind>/<int:pk>/",
                changes.translate_record,
                "translation",
            ),
            (
                "comentario/<int:period>/<slug:agency>/",
                agency_statements.agency_comment,
                "agency_comment",
            ),
            ("atribuciones/", agency_statements.attribution_list, "attributions"),
            (
                "atribuciones/<slug:kind>/<int:pk>/",
                agency_statements.attribution_detail,
                "attribution",
            ),
            ("ediciones/<slug:plan>/", editions.plan_editions, "plan_editions"),
            (
                "ediciones/propuestas/<int:pk>/",
                editions.edition_proposal,
                "edition_proposal",
            ),
            ("rondas/abrir/<slug:plan>/", opening.open_round, "round_open"),
            ("rondas/<int:pk>/", rounds.round_detail, "round"),
            ("rondas/<int:pk>/retirar/", rounds.take_round_back, "round_take_back"),
            ("rondas/<int:pk>/estado/", report.report_statuses, "round_state"),
            (
                "rondas/<int:pk>/estado/xlsx/",
                report.download_report_statuses,
                "round_workbook",
            ),
            ("rondas/<int:pk>/recordar/", rounds.remind_agencies, "round_remind_all"),
            (
                "rondas/<int:pk>/recordar/<slug:agency>/",
                rounds.remind_agencies,
                "round_remind",
            ),
            ("rondas/<int:pk>/informe/", report.show_round_report, "round_report"),
            (
                "rondas/<int:pk>/informe/docx/",
                report.download_document,
                "round_document",
            ),
            (
                "rondas/<int:pk>/informe/palabras/",
                report.edit_secretariat_texts,
                "report_words",
            ),
            (
                "revision/",
                RedirectView.as_view(url="../?que=reportes#decisiones"),
                "review_queue",
            ),
            ("revision/publicar/", review.decide_many, "review_many"),
            (record, review.review_record, "review"),
            (f"{record}publicar/", review.publish_item, "review_publish"),
            (f"{record}devolver/", review.return_item, "review_return"),
        ]
    ]
