"""Addresses of the desk inside the admin site, which guards them."""

from itertools import chain

from django.urls import path, register_converter
from django.urls.converters import StringConverter
from django.views.generic import RedirectView

from agencies.routes import Later, held_by
from strategic_areas.desk import first_steps, letters, people, purges, training
from strategic_areas.desk.changes import (
    agency_statements,
    amendment_forms,
    decisions,
    hideable_records,
)
from strategic_areas.desk.changes import views as changes
from strategic_areas.desk.plan_tree import approval
from strategic_areas.desk.plan_tree import views as plan_tree
from strategic_areas.desk.report import views as report
from strategic_areas.desk.review import views as review
from strategic_areas.desk.rounds import editions, opening
from strategic_areas.desk.rounds import views as rounds
from strategic_areas.desk.sheet import agency_activities
from strategic_areas.desk.sheet import views as sheets
from strategic_areas.desk.sheet_workbook import views as workbook
from strategic_areas.desk.values import views as values
from strategic_areas.workflow.questions import BY_MODEL

#: A whole plan as a workbook: it needs what reads plan files.
plan_workbook = Later("strategic_areas.desk.plan_workbook.views")


class PlaceConverter(StringConverter):
    """The key of a record, or after an n that of a new one's line in a draft."""

    regex = "n?[0-9]{1,18}"


register_converter(PlaceConverter, "place")

SHEET = ("admin:sheet", "period", "agency")
LETTER = ("admin:letter", "pk")
CONFIRMATION = ("admin:letter_confirm", "pk")
PURGE = ("admin:purge", "pk")
PLANBOOK = ("admin:planbook", "plan")
REVIEW = ("admin:review", "kind", "pk")
#: Address that only takes a form or hands out a file → the page with its button.
BUTTON_PAGES = {
    "workbook": SHEET,
    "workbook_save": SHEET,
    "sheet_reopen": SHEET,
    **{
        f"practice_{step}": ("admin:practice",)
        for step in ("row", "row_attach", "delete")
    },
    **{
        f"sheet_{question.url}{step}": SHEET
        for question in BY_MODEL.values()
        for step in ("", "_attach", "_detach", "_recall")
    },
    "letter_send": LETTER,
    **{f"letter_{question.url}": LETTER for question in BY_MODEL.values()},
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
    return held_by(*BUTTON_PAGES[name])(view) if name in BUTTON_PAGES else view


SHEET_ROUTE = "hoja/<int:period>/<slug:agency>/"


def _of_rows(question):
    """The addresses of the rows of a question, on a sheet and on a letter's."""
    row = f"{question.path}<int:{question.name}>/"
    sheet, name = f"{SHEET_ROUTE}{row}", f"sheet_{question.url}"
    detach = f"{sheet}evidencia/<int:item>/quitar/"
    return [
        (sheet, sheets.save_row, name),
        (f"{sheet}recobrar/", sheets.recall, f"{name}_recall"),
        (f"{sheet}evidencia/", sheets.attach, f"{name}_attach"),
        (detach, sheets.detach, f"{name}_detach"),
        (f"cartas/<int:pk>/{row}", letters.save_row, f"letter_{question.url}"),
    ]


def patterns(site):
    sheet = SHEET_ROUTE
    node = "planes/<slug:plan>/<slug:kind>/"
    record = "revision/<slug:kind>/<int:pk>/"
    return [
        path(route, _with_button_page(name, site.admin_view(view)), name=name)
        for route, view, name in [
            (sheet, sheets.sheet, "sheet"),
            (f"{sheet}enviar/", sheets.check, "sheet_check"),
            ("practica/", training.practice, "practice"),
            ("practica/enviar/", training.check, "practice_check"),
            ("practica/borrar/", training.delete, "practice_delete"),
            ("practica/<int:number>/", training.save_row, "practice_row"),
            (
                "practica/<int:number>/evidencia/",
                training.attach,
                "practice_row_attach",
            ),
            (f"{sheet}libro/", workbook.workbook, "workbook"),
            (f"{sheet}libro/guardar/", workbook.save_workbook, "workbook_save"),
            (f"{sheet}fuera-del-plan/", agency_activities.report, "sheet_off_plan"),
            (f"{sheet}proponer/", agency_activities.propose, "sheet_propose"),
            (f"{sheet}reabrir/", sheets.ask, "sheet_reopen"),
            (f"{sheet}cifras/", values.values, "values"),
            (f"{sheet}cifras/<int:indicator>/", values.value_new, "value_new"),
            (f"{sheet}cifras/<int:indicator>/tabla/", values.value_grid, "value_grid"),
            ("cifras/nuevas/", values.values_recorded, "values_recorded"),
            ("cifras/nuevas/<int:indicator>/", values.value_recorded, "value_recorded"),
            ("cifras/<int:pk>/", review.value_page, "value"),
            ("cifras/<int:pk>/recobrar/", values.value_recall, "value_recall"),
            ("cifras/<int:pk>/constancia/", values.value_receipt, "value_receipt"),
            ("cifras/exactas/<slug:agency>/", values.exact_agency, "exact_agency"),
            (
                "cifras/exactas/indicador/<int:indicator>/",
                values.exact_indicator,
                "exact_indicator",
            ),
            ("propuestas/<int:pk>/", decisions.proposal, "proposal"),
            (
                f"{sheet}<int:activity>/nombre/",
                agency_activities.rename,
                "sheet_row_rename",
            ),
            *chain.from_iterable(map(_of_rows, BY_MODEL.values())),
            ("recibo/<int:pk>/", sheets.receipt, "receipt"),
            ("decisiones/", RedirectView.as_view(url="../#decisiones"), "decisions"),
            ("invitaciones/lista/", first_steps.invite_many, "invite_many"),
            ("aprobaciones/<int:pk>/", changes.approval, "approval"),
            ("modificaciones/", plan_tree.amendments_moved, "amendment_kinds"),
            (
                "modificaciones/<slug:plan>/<slug:kind>/",
                plan_tree.amendments_moved,
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
            ("planes/<slug:plan>/libro/", plan_workbook.planbook, "planbook"),
            ("planes/<slug:plan>/matriz/", plan_workbook.matrix, "matrix"),
            (
                "planes/<slug:plan>/libro/archivo/",
                plan_workbook.planbook_file,
                "planbook_file",
            ),
            (
                "planes/<slug:plan>/libro/guardar/",
                plan_workbook.planbook_save,
                "planbook_save",
            ),
            ("retirar/", hideable_records.hide_by_address, "hide_by_address"),
            ("retirar/<slug:kind>/<int:pk>/", changes.hide, "hide"),
            ("retirado/<int:pk>/", changes.hidden, "hidden"),
            ("suplencias/", people.stand_ins, "stand_ins"),
            ("suplencias/<int:pk>/", people.stand_in, "stand_in"),
            ("cuentas/<int:pk>/", people.account_change, "account_change"),
            ("cartas/", letters.letter_list, "letters"),
            ("cartas/nueva/", letters.new, "letter_new"),
            ("cartas/<int:pk>/", letters.sheet, "letter"),
            ("cartas/<int:pk>/archivo/", letters.download, "letter_file"),
            ("cartas/<int:pk>/enviar/", letters.send, "letter_send"),
            ("cartas/<int:pk>/confirmar/", letters.confirmation, "letter_confirm"),
            ("cartas/<int:pk>/confirmada/", letters.confirm, "letter_confirmed"),
            ("cartas/<int:pk>/objetada/", letters.contest, "letter_contested"),
            ("purga/", purges.purge_list, "purges"),
            ("purga/nueva/", purges.new, "purge_new"),
            ("purga/<int:pk>/", purges.detail, "purge"),
            ("purga/<int:pk>/confirmar/", purges.confirm, "purge_confirm"),
            ("purga/<int:pk>/cancelar/", purges.cancel, "purge_cancel"),
            (
                "traducciones/<slug:kind>/<int:pk>/",
                changes.translation,
                "translation",
            ),
            (
                "comentario/<int:period>/<slug:agency>/",
                agency_statements.agency_comment,
                "agency_comment",
            ),
            ("atribuciones/", agency_statements.attributions, "attributions"),
            (
                "atribuciones/<slug:kind>/<int:pk>/",
                agency_statements.attribution,
                "attribution",
            ),
            ("ediciones/<slug:plan>/", editions.plan_editions, "plan_editions"),
            (
                "ediciones/propuestas/<int:pk>/",
                editions.edition_proposal,
                "edition_proposal",
            ),
            ("rondas/abrir/<slug:plan>/", opening.open_round, "round_open"),
            ("rondas/<int:pk>/", rounds.round_page, "round"),
            ("rondas/<int:pk>/retirar/", rounds.take_back, "round_take_back"),
            ("rondas/<int:pk>/estado/", report.state_page, "round_state"),
            ("rondas/<int:pk>/estado/xlsx/", report.state_workbook, "round_workbook"),
            ("rondas/<int:pk>/recordar/", rounds.remind, "round_remind_all"),
            (
                "rondas/<int:pk>/recordar/<slug:agency>/",
                rounds.remind,
                "round_remind",
            ),
            ("rondas/<int:pk>/informe/", report.report, "round_report"),
            ("rondas/<int:pk>/informe/docx/", report.document, "round_document"),
            ("rondas/<int:pk>/informe/palabras/", report.words, "report_words"),
            (
                "revision/",
                RedirectView.as_view(url="../?que=reportes#decisiones"),
                "review_queue",
            ),
            ("revision/publicar/", review.publish_many, "review_many"),
            (record, review.record_page, "review"),
            (f"{record}publicar/", review.publish, "review_publish"),
            (f"{record}devolver/", review.give_back, "review_return"),
        ]
    ]
