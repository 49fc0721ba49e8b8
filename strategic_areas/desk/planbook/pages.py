"""A plan's workbook: take it, bring it back, preview it, save what was shown."""

from collections import Counter
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from agencies.access import RefusedError, only_reviewers
from agencies.audit import take_out
from agencies.fields import Kind
from strategic_areas import workflow
from strategic_areas.desk.changes.amending import ActForm
from strategic_areas.desk.inputs import one_button
from strategic_areas.desk.planbook import checking, records
from strategic_areas.desk.planbook.columns import (
    FORMAT,
    OF_PLAN,
    ORIGIN,
    SEEN,
    SHEETS,
    called,
    digests,
    for_cell,
)
from strategic_areas.desk.planbook.comparing import Row, State, compare
from strategic_areas.desk.screens import screen
from strategic_areas.desk.sheet.sheet_page import UploadForm
from strategic_areas.desk.workbook.signed_preview import StaleError, read_signed, sign
from strategic_areas.evidence import RefusedFileError
from strategic_areas.importing.stored import StoredObjects
from strategic_areas.models import Amendment, Plan
from strategic_areas.views.files import WORKBOOK, as_file
from strategic_areas.workbooks.reading import (
    Change,
    Fault,
    line_of,
    marks_in,
    pages_of,
    rows_of_names,
    too_much,
)
from strategic_areas.workflow import guard

#: What bringing the workbook back would write.
KEPT = (State.NEW, State.CHANGED)


@dataclass(frozen=True)
class Shown:
    """One row as the page shows it; ``moves`` if its public address changes."""

    row: Row
    name: str
    state: State
    changes: tuple = ()
    faults: tuple = ()
    warnings: tuple = ()
    moves: bool = False


@dataclass(frozen=True)
class Preview:
    """
    What bringing the workbook back would do.

    ``sheets`` are pairs of a title and the rows that change; ``absent`` of a title and
    the keys of records that the workbook has not.
    """

    sheets: list
    counts: Counter
    drafts: list
    absent: list

    @property
    def is_whole(self):
        """A plan is changed as a whole, or not at all."""
        return not (self.counts[State.REFUSED] or self.counts[State.STALE])

    @property
    def replaces(self):
        """Whether any of its records takes the place of another one."""
        return any(draft.links.get("supersedes") for draft in self.drafts)


def preview_of(stored, rows, *, is_checked=False):
    """The ``Preview`` of compared rows; ``stored`` is then as they would leave it."""
    absent = [] if is_checked else _absent(stored, rows)
    # What is refused is checked too, as far as it was read: all that is wrong is told.
    asked = [row for row in rows if row.said]
    stood = {id(row): _shown_values(stored, row) for row in asked}
    drafts = records.build(stored, asked)
    found = [[] for _draft in drafts]
    if not is_checked:
        found = checking.faults(stored, drafts)
        found = checking.with_dependants(stored, drafts, found)
    shown = {}
    for draft, faults in zip(drafts, found, strict=True):
        shown[id(draft.row)] = _shown(stored, draft, faults, stood[id(draft.row)])
    sheets = {}
    counts = Counter()
    for row in rows:
        each = shown.get(id(row)) or Shown(row, row.name, row.state, faults=row.faults)
        counts[each.state] += 1
        if each.state is not State.UNCHANGED:
            sheets.setdefault(row.sheet.title, []).append(each)
    kept = [draft for draft in drafts if draft.row.state in KEPT]
    return Preview(list(sheets.items()), counts, kept, absent)


def _shown_values(stored, row):
    if not row.origin:
        return {}
    record = stored.tables[row.sheet.name].rows[row.origin]
    return row.sheet.plain(stored, record)


def _shown(stored, draft, faults, stood):
    row = draft.row
    columns = {column.name: column for column in row.sheet.columns}
    changes = tuple(
        Change(
            columns[name].label,
            in_words(columns[name], stood.get(name), stored),
            in_words(columns[name], value, stored),
            row.places.get(name, ""),
        )
        for name, value in row.said.items()
    )
    if any(not fault.header for fault in row.faults):
        # It has no place as a whole: what its cells say is judged once it has one.
        faults = []
    unread = {fault.place for fault in row.faults}
    told = row.faults + tuple(
        Fault(
            row.places.get(name, ""),
            columns[name].label if name in columns else "",
            message,
        )
        for name, message in faults
        if row.places.get(name) not in unread
    )
    is_public = stored.plan.status != Plan.Status.IN_PREPARATION
    return Shown(
        row,
        row.name if told else str(draft.record),
        State.REFUSED if told and row.state in KEPT else row.state,
        changes,
        told,
        tuple(guard.found_warnings(type(draft.record), row.said)),
        bool(row.origin) and is_public and not {"code", "slug_es"}.isdisjoint(row.said),
    )


def in_words(column, value, stored):
    if value in (None, "", []):
        return ""
    if column.kind is Kind.DATE:
        return f"{for_cell(column, value, stored):%d/%m/%Y}"
    if column.kind in (Kind.LINK, Kind.LINKS):
        keys = value if isinstance(value, list) else [value]
        return "; ".join(_called(column, key, stored) for key in keys)
    return str(for_cell(column, value, stored))


def _called(column, key, stored):
    code = called(column, key, stored)
    if column.linked not in SHEETS or column.is_earlier:
        return code
    record = stored.tables[column.linked].rows[key]
    return code if record.code == code else str(record)


def _absent(stored, rows):
    found = []
    for name, sheet in SHEETS.items():
        known = stored.tables[name].key_of_pk
        listed = {row.origin or row.name for row in rows if row.sheet.name == name}
        keys = [known[row.pk] for row in sheet.rows(stored)]
        missing = [key for key in keys if key not in listed]
        found += [(sheet.title, missing)] if missing else []
    return found


def stage(preview, plan, *, by):
    rows = [
        [row.sheet.name, row.number, row.name, *_said(row)]
        for row in (draft.row for draft in preview.drafts)
    ]
    return sign(rows, _owner(plan, by))


def _said(row):
    places = {name: place for name, place in row.places.items() if name in row.said}
    return row.origin, row.said, places, row.stood


def unstage(signed, plan, *, by):
    """
    The preview of what was signed, of records as they stand now, which are locked.

    ``StaleError`` if one of them changed since.
    """
    signed_rows = read_signed(signed, _owner(plan, by))
    rows = [
        Row(
            SHEETS[sheet],
            number,
            name,
            State.CHANGED if origin else State.NEW,
            *(origin, said, places, stood),
        )
        for sheet, number, name, origin, said, places, stood in signed_rows
    ]
    for name in {row.sheet.name for row in rows}:
        model = SHEETS[name].table.model
        field = {"indicators": "introduced_by", OF_PLAN: "pk"}.get(name, "plan")
        list(model.objects.select_for_update().filter(**{field: plan.pk}).values("pk"))
    stored = StoredObjects(plan.code)
    for row in rows:
        record = stored.tables[row.sheet.name].rows.get(row.origin or row.name)
        if bool(row.origin) != (record is not None):
            raise StaleError
        if record and stood_of(row.sheet, stored, record) != row.stood:
            raise StaleError
    return preview_of(stored, rows, is_checked=True)


def stood_of(sheet, stored, record):
    return "-".join(digests(sheet, sheet.plain(stored, record), stored))


def _owner(plan, user):
    return [user.pk, "plan", plan.pk]


class KeepForm(forms.Form):
    staged = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args, action, label, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.helper = one_button("step-form", "save", label, action=action)


class ActOfBookForm(ActForm):
    staged = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args, plan, action, label, **kwargs):
        super().__init__(*args, instance=Amendment(plan=plan), **kwargs)
        self.helper = one_button("step-form", "save", label, action=action)


def _plan(request, code):
    only_reviewers(request)
    return get_object_or_404(Plan.objects.visible_to(request.user), code=code)


@require_safe
def planbook_file(request, plan):
    from strategic_areas.desk.planbook.writing import write

    plan = _plan(request, plan)
    if request.method == "GET":
        take_out(request, plan, agency=None, kind="planbook")
    return as_file(write(plan), f"plan-{plan.code}.xlsx", WORKBOOK)


@require_http_methods(["GET", "HEAD", "POST"])
def planbook(request, plan):
    """The workbook of a plan to take; uploaded, what it would change."""
    plan = _plan(request, plan)
    if request.method != "POST":
        return _page(request, plan, UploadForm(action=_address("planbook", plan)))
    upload = UploadForm(request.POST, request.FILES, action=_address("planbook", plan))
    shown = {}
    if upload.is_valid():
        try:
            shown = _preview(plan, upload.cleaned_data["workbook"], request.user)
        except RefusedFileError as error:
            upload.add_error("workbook", str(error))
    return _page(request, plan, upload, **shown)


def _page(request, plan, upload, **shown):
    form = shown.get("keep")
    has_errors = upload.errors or form is not None and form.errors
    return screen(
        request,
        "desk/planbook.html",
        status=422 if has_errors else 200,
        title=_("Plan %(plan)s as a workbook") % {"plan": plan.code},
        plan=plan,
        is_open=workflow.applies_at_once(plan, ()),
        upload=upload,
        **shown,
    )


def _address(name, plan):
    return reverse(f"admin:{name}", args=[plan.code])


def _preview(plan, file, user):
    stored = StoredObjects(plan.code)
    book = read(file, plan)
    preview = preview_of(stored, compare(stored, book))
    shown = {"preview": preview}
    if preview.drafts and preview.is_whole:
        staged = stage(preview, plan, by=user)
        shown["keep"] = _form(plan, preview, initial={"staged": staged})
        shown["outlook"] = records.outlook(plan, preview.drafts, by=user)
    return shown


def _form(plan, preview, *posted, **kwargs):
    kwargs |= {"action": _address("planbook_save", plan)}
    count = len(preview.drafts)
    if records.apply_at_once(plan, preview.drafts):
        label = ngettext("Save %(count)d record", "Save %(count)d records", count)
        return KeepForm(*posted, label=label % {"count": count}, **kwargs)
    kwargs["label"] = _("Send for approval")
    if not records.needs_act(preview.drafts):
        form = KeepForm(*posted, **kwargs)
        form.concerns_another = plan.status == Plan.Status.IN_PREPARATION
        return form
    if preview.replaces and "initial" in kwargs:
        kwargs["initial"]["act"] = Amendment.Act.OFFICIAL_DOCUMENT
    return ActOfBookForm(*posted, plan=plan, **kwargs)


@require_POST
def planbook_save(request, plan):
    plan = _plan(request, plan)
    try:
        return _keep(request, plan)
    except RefusedError as error:
        text = str(error)
    except IntegrityError:
        text = _("Nothing was saved: two records would be known by the same code.")
    messages.error(request, text)
    return redirect("admin:planbook", plan.code)


@transaction.atomic
def _keep(request, plan):
    plan = Plan.objects.select_for_update().get(pk=plan.pk)
    preview = unstage(request.POST.get("staged", ""), plan, by=request.user)
    form = _form(plan, preview, request.POST, request.FILES)
    if isinstance(form, ActOfBookForm):
        pairs = [(draft.record, draft.links) for draft in preview.drafts]
        change = form.is_valid() and form.propose_with(pairs, by=request.user)
        if not change:
            upload = UploadForm(action=_address("planbook", plan))
            return _page(request, plan, upload, preview=preview, keep=form)
        return _sent(request, change)
    if records.apply_at_once(plan, preview.drafts):
        records.save(plan, preview.drafts, by=request.user)
        count = len(preview.drafts)
        text = ngettext(
            "%(count)d record is saved.", "%(count)d records are saved.", count
        )
        messages.success(request, text % {"count": count})
        return redirect("admin:planbook", plan.code)
    return _sent(request, records.propose(preview.drafts, by=request.user))


def _sent(request, change):
    messages.success(request, _("Kept. It applies when another person approves it."))
    return redirect("admin:approval", pk=change.pk)


#: Several times as many as a plan has; each takes some hundredths of a second to check.
MOST_RECORDS = 1_500


@dataclass(frozen=True)
class Book:
    """An uploaded workbook: the code of its plan, and its filled rows by sheet."""

    plan: str
    lines: dict


def read(upload, plan):
    """
    The ``Book`` of an upload; ``RefusedFileError`` where the plan cannot take it.

    A plan in preparation takes the workbook of another plan too, to start from it.
    """
    pages = pages_of(upload)
    marks = marks_in(pages)
    if marks.get("format") != FORMAT:
        raise RefusedFileError(
            "not_ours",
            _("This is not the workbook of a plan, or one of an older version."),
            _again(),
        )
    if marks.get("plan") != plan.code and plan.status != Plan.Status.IN_PREPARATION:
        raise RefusedFileError(
            "another_plan",
            _("This workbook is of the plan %(plan)s, not of this one.")
            % {"plan": marks.get("plan")},
            _again(),
        )
    lines = {name: list(_lines(sheet, pages)) for name, sheet in SHEETS.items()}
    if sum(map(len, lines.values())) > MOST_RECORDS:
        raise too_much()
    return Book(marks.get("plan", ""), lines)


def _lines(sheet, pages):
    rows, start, columns = _find_names(sheet, pages)
    for number, row in enumerate(rows[start:], start + 1):
        line = line_of(number, row, columns)
        is_header = line.text(SEEN) == SEEN
        if not is_header and any(line.text(each.name) for each in sheet.columns):
            yield line


def _find_names(sheet, pages):
    """The rows of a sheet, where its lines begin, and name → place of its columns."""
    names = [SEEN, ORIGIN, *(column.name for column in sheet.columns)]
    for found in rows_of_names(pages, {f"{sheet.name}.{name}": name for name in names}):
        if len(found[2]) == len(names):
            return found
    raise RefusedFileError(
        "missing_column",
        _("Of the sheet “%(sheet)s” the hidden first row or a column is missing.")
        % {"sheet": sheet.title},
        _again(),
    )


def _again():
    return _("Download the workbook of this plan and copy into it what you filled.")
