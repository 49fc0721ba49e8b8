"""Pages of a plan's workbook: download, upload, preview and save."""

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.db import transaction
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from agencies.access import RefusedError
from agencies.audit import record_download
from strategic_areas import workflow
from strategic_areas.desk.changes.amendment_forms import ProposeAmendmentForm
from strategic_areas.desk.changes.decisions import redirect_to_change
from strategic_areas.desk.changes.protection import describe_differences
from strategic_areas.desk.inputs import one_button_helper
from strategic_areas.desk.plan_workbook.comparison import (
    STORED_CODE,
    WORKBOOK_FORMAT,
    compare_plan_workbook,
)
from strategic_areas.desk.plan_workbook.matrix import (
    ColumnNamingForm,
    MatrixQuestionForm,
    UploadedMatrix,
    build_matrix_tree,
    proposed_naming,
    save_naming,
)
from strategic_areas.desk.plan_workbook.matrix_lines import MatrixLines
from strategic_areas.desk.screens import plan_or_404, render_screen
from strategic_areas.desk.sheet.sheet_page import UploadWorkbookForm
from strategic_areas.desk.sheet_workbook.signed_preview import (
    SavePreviewForm,
    StalePreviewError,
    read_signed,
    sign,
)
from strategic_areas.evidence import RefusedFileError
from strategic_areas.models import Amendment, Plan
from strategic_areas.plan_document import records
from strategic_areas.plan_document.lines import LineState, PlanLine
from strategic_areas.plan_document.preview import build_preview
from strategic_areas.plan_document.stored_plan import StoredPlanObjects
from strategic_areas.plan_document.tables import EDITED_TABLES, PLAN_TABLE
from strategic_areas.plan_document.values import record_digests
from strategic_areas.views.files import WORKBOOK, as_file
from strategic_areas.workbooks.reading import (
    DIGEST_COLUMN,
    lines_below,
    read_metadata,
    read_worksheets,
    too_large_error,
)


def sign_preview(preview, absent, plan, *, by):
    lines = [
        [
            *(line.table.name, line.number, line.key, line.stored_key, line.values),
            {name: place for name, place in line.places.items() if name in line.values},
            line.compared_digests,
        ]
        for line in (each.line for each in preview.records_to_save)
    ]
    return sign({"lines": lines, "absent": absent}, _signed_for(plan, by))


def load_signed_preview(signed, plan, *, by):
    """
    Return the preview of signed lines against locked records, and the absent records.

    ``StalePreviewError`` if a record changed since.
    """
    # Previews that were signed before ``absent`` was kept hold the lines alone.
    signed_lines, absent = (
        (content["lines"], content["absent"])
        if isinstance(content := read_signed(signed, _signed_for(plan, by)), dict)
        else (content, [])
    )
    lines = [
        PlanLine(
            EDITED_TABLES[table],
            number,
            key,
            LineState.CHANGED if stored_key else LineState.NEW,
            *(stored_key, values, places, digests),
        )
        for table, number, key, stored_key, values, places, digests in signed_lines
    ]
    records.lock_records(plan, lines)
    stored = StoredPlanObjects(plan.code)
    for line in lines:
        record = stored.tables[line.table.name].row_of_key.get(
            line.stored_key or line.key
        )
        if bool(line.stored_key) != (record is not None):
            raise StalePreviewError
        if (
            record
            and record_digests(line.table, record, stored) != line.compared_digests
        ):
            raise StalePreviewError
    return build_preview(stored, lines, with_checks=False), absent


def _signed_for(plan, user):
    return [user.pk, "plan", plan.pk]


def _matrix_signed_for(plan, user):
    """Differs from ``_signed_for``, so that a signed matrix is never read as lines."""
    return [user.pk, "matrix", plan.pk]


class ProposeWorkbookForm(ProposeAmendmentForm):
    signed_lines = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args, action, label, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = one_button_helper("step-form", "save", label, action=action)


@require_safe
def download_plan_workbook(request, plan):
    from strategic_areas.desk.plan_workbook.writer import write_plan_workbook

    plan = plan_or_404(request, plan)
    if request.method == "GET":
        record_download(request, plan, agency=None, kind="planbook")
    return as_file(write_plan_workbook(plan), f"plan-{plan.code}.xlsx", WORKBOOK)


@require_http_methods(["GET", "HEAD", "POST"])
def upload_plan_workbook(request, plan):
    plan = plan_or_404(request, plan)
    if request.method != "POST":
        return _page(
            request, plan, UploadWorkbookForm(action=_address("planbook", plan))
        )
    upload = UploadWorkbookForm(
        request.POST, request.FILES, action=_address("planbook", plan)
    )
    preview_context = {}
    if upload.is_valid():
        file = upload.cleaned_data["workbook"]
        try:
            worksheets = read_worksheets(file)
            # A workbook that the portal did not write has no metadata: it is a matrix.
            if not read_metadata(worksheets):
                return _naming_page(request, plan, UploadedMatrix.of(file))
            stored = StoredPlanObjects(plan.code)
            lines = compare_plan_workbook(stored, read_plan_workbook(worksheets, plan))
            preview_context = _preview_context(plan, stored, lines, request.user)
        except RefusedFileError as error:
            upload.add_error("workbook", str(error))
    return _page(request, plan, upload, **preview_context)


@require_POST
def name_matrix_columns(request, plan):
    """Ask what a matrix's columns are, and show the plan that results."""
    plan = plan_or_404(request, plan)
    try:
        matrix = UploadedMatrix.from_signed(
            request.POST.get("matrix", ""), _matrix_signed_for(plan, request.user)
        )
        # The button "columns" leads back to the naming form, which the button
        # "name_columns" posts.
        if matrix.naming is None or "columns" in request.POST:
            is_posted = "name_columns" in request.POST
            return _naming_page(request, plan, matrix, is_posted=is_posted)
        return _matrix_page(request, plan, matrix)
    except (RefusedError, RefusedFileError) as error:
        messages.error(request, str(error))
    return redirect("admin:planbook", plan.code)


def _naming_page(request, plan, matrix, *, is_posted=False):
    layout = matrix.layout
    naming = matrix.naming or proposed_naming(plan, layout)
    form = ColumnNamingForm(
        request.POST if is_posted else None, layout=layout, naming=naming
    )
    if is_posted and form.is_valid():
        matrix.naming = form.updated_naming()
        return _matrix_page(request, plan, matrix)
    matrix.naming = None
    return render_screen(
        request,
        "desk/matrix_naming.html",
        status=422 if form.errors else 200,
        title=_("What is each column?"),
        plan=plan,
        matrix=matrix,
        signed=matrix.signed(_matrix_signed_for(plan, request.user)),
        form=form,
    )


def _matrix_page(request, plan, matrix):
    result = matrix.read()
    question_form = MatrixQuestionForm(result)
    if "answer" in request.POST:
        plan_lines = MatrixLines(
            StoredPlanObjects(plan.code), result, matrix.replacements
        )
        has_errors = matrix.take_answers(
            plan_lines, MatrixQuestionForm(result, request.POST)
        )
        result = matrix.read()
        question_form = MatrixQuestionForm(result, request.POST if has_errors else None)
    save_naming(plan, matrix.naming)
    stored = StoredPlanObjects(plan.code)
    plan_lines = MatrixLines(stored, result, matrix.replacements)
    if len(plan_lines.lines) > MAX_RECORDS:
        raise too_large_error()
    preview_context = {}
    if not (
        question_form.open_questions or matrix.texts_that_prevent_saving(plan_lines)
    ):
        # A matrix has no row for the plan itself.
        preview_context = _preview_context(
            *(plan, stored, plan_lines.lines, request.user), has_plan_row=False
        )
    return render_screen(
        request,
        "desk/matrix.html",
        status=422 if question_form.has_errors else 200,
        title=_("The plan that comes out of your matrix"),
        plan=plan,
        matrix=matrix,
        signed=matrix.signed(_matrix_signed_for(plan, request.user)),
        counts=[
            (table.title, len(own))
            for name, table in EDITED_TABLES.items()
            if (own := result.of(name))
        ],
        result=result,
        question_form=question_form,
        plan_lines=plan_lines,
        suspected_texts=matrix.suspected_texts_with_ticks(plan_lines),
        given_answers=list(matrix.given_answers),
        tree=build_matrix_tree(result),
        may_add_agencies=request.user.has_perm("agencies.add_agency"),
        **preview_context,
    )


def _page(request, plan, upload, **preview_context):
    form = preview_context.get("save_form")
    return render_screen(
        request,
        "desk/planbook.html",
        status=422 if (upload.errors or form is not None and form.errors) else 200,
        title=_("Plan %(plan)s as a workbook") % {"plan": plan.code},
        plan=plan,
        # True if the plan is in preparation and nobody has proposed its approval.
        saves_at_once=workflow.needs_no_approval(plan, ()),
        upload=upload,
        **preview_context,
    )


def _address(name, plan):
    return reverse(f"admin:{name}", args=[plan.code])


def _preview_context(plan, stored, lines, user, *, has_plan_row=True):
    preview = build_preview(stored, lines)
    context = {
        "preview": preview,
        "absent": _absent_records(stored, lines, has_plan_row=has_plan_row),
    }
    if preview.records_to_save and not preview.has_problems:
        context["save_form"] = _form(
            plan,
            preview,
            initial={
                "signed_lines": sign_preview(preview, context["absent"], plan, by=user)
            },
        )
        context["effects"] = _effects(plan, preview, user)
    return context


def _effects(plan, preview, user):
    effects = records.preview_effects(plan, preview.records_to_save, by=user)
    return effects | {"lines": describe_differences(effects["public"])}


def _absent_records(stored, lines, *, has_plan_row):
    """Return pairs of a table's title and the keys of records without a row."""
    absent = []
    for name, table in EDITED_TABLES.items():
        key_of_pk = stored.tables[name].key_of_pk
        listed = {line.stored_key or line.key for line in lines if line.table is table}
        missing = [
            key
            for row in table.editable_records(stored)
            if (key := key_of_pk[row.pk]) not in listed
            and (has_plan_row or name != PLAN_TABLE)
        ]
        absent += [(table.title, missing)] if missing else []
    return absent


def _form(plan, preview, *posted, **kwargs):
    kwargs |= {"action": _address("planbook_save", plan)}
    count = len(preview.records_to_save)
    if records.none_needs_approval(plan, preview.records_to_save):
        return SavePreviewForm(
            *posted,
            label=ngettext("Save %(count)d record", "Save %(count)d records", count)
            % {"count": count},
            **kwargs,
        )
    kwargs["label"] = _("Send for approval")
    # No act orders that an official matrix supersedes a reconstruction. The field
    # ``act`` then names the document that is cited instead.
    if preview.supersedes_any and "initial" in kwargs:
        kwargs["initial"]["act"] = Amendment.Act.OFFICIAL_DOCUMENT
    form = ProposeWorkbookForm(
        *posted, plan=plan, records_to_save=preview.records_to_save, **kwargs
    )
    # If the plan alone needs no approval, a line concerns another plan too.
    form.touches_another_plan = workflow.needs_no_approval(plan, ())
    return form


@require_POST
def save_plan_workbook(request, plan):
    plan = plan_or_404(request, plan)
    try:
        return _save_preview(request, plan)
    except RefusedError as error:
        messages.error(request, str(error))
        return redirect("admin:planbook", plan.code)


@transaction.atomic
def _save_preview(request, plan):
    plan = Plan.objects.select_for_update().get(pk=plan.pk)
    preview, absent = load_signed_preview(
        request.POST.get("signed_lines", ""), plan, by=request.user
    )
    form = _form(plan, preview, request.POST, request.FILES)
    if records.none_needs_approval(plan, preview.records_to_save):
        records.save_uploaded_records(plan, preview.records_to_save, by=request.user)
        count = len(preview.records_to_save)
        messages.success(
            request,
            ngettext(
                "%(count)d record is saved.", "%(count)d records are saved.", count
            )
            % {"count": count},
        )
        return redirect("admin:plan_tree", plan.code)
    if form.is_valid() and (change := form.propose(by=request.user)):
        return redirect_to_change(request, change)
    return _page(
        request,
        plan,
        UploadWorkbookForm(action=_address("planbook", plan)),
        preview=preview,
        absent=absent,
        save_form=form,
        effects=_effects(plan, preview, request.user),
    )


#: Several times a plan's size. Checking a record takes some hundredths of a second.
MAX_RECORDS = 1_500


@dataclass(frozen=True)
class UploadedPlanWorkbook:
    """The plan code of an uploaded workbook, and the filled lines of each table."""

    plan: str
    lines: dict


def read_plan_workbook(worksheets, plan):
    """
    Return the ``UploadedPlanWorkbook``; ``RefusedFileError`` if the plan refuses it.

    A plan in preparation also accepts the workbook of another plan, to copy it.
    """
    metadata = read_metadata(worksheets)
    if metadata.get("format") != WORKBOOK_FORMAT:
        raise RefusedFileError(
            "not_ours",
            _("This is not the workbook of a plan, or one of an older version."),
            _download_again_hint(),
        )
    if metadata.get("plan") != plan.code and plan.status != Plan.Status.IN_PREPARATION:
        raise RefusedFileError(
            "another_plan",
            _("This workbook is of the plan %(plan)s, not of this one.")
            % {"plan": metadata.get("plan")},
            _download_again_hint(),
        )
    lines = {name: _lines(table, worksheets) for name, table in EDITED_TABLES.items()}
    if sum(map(len, lines.values())) > MAX_RECORDS:
        raise too_large_error()
    return UploadedPlanWorkbook(metadata.get("plan", ""), lines)


def _lines(table, worksheets):
    names = [DIGEST_COLUMN, STORED_CODE, *(column.name for column in table.columns)]
    found, lines = lines_below(
        worksheets, {f"{table.name}.{name}": name for name in names}
    )
    if len(found) < len(names):
        raise RefusedFileError(
            "missing_column",
            _("Of the sheet “%(sheet)s” the hidden first row or a column is missing.")
            % {"sheet": table.title},
            _download_again_hint(),
        )
    return [line for line in lines if any(map(line.text, names[2:]))]


def _download_again_hint():
    return _("Download the workbook of this plan and copy into it what you filled.")
