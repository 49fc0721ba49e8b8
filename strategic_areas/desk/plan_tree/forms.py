"""The form of one record of the tree, with a field for each column of its table."""

from datetime import date
from decimal import Decimal
from itertools import groupby

from django import forms
from django.db import models
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from agencies import numbers
from agencies.edit_conflicts import conflict_message
from agencies.fields import FieldKind
from strategic_areas.desk.inputs import VICTIM_QUESTIONS, VictimsField
from strategic_areas.desk.plan_tree.levels import (
    LEVEL_BY_TABLE,
    NESTED_LEVELS,
    PARTICIPATION,
    PLAN,
    free_area_slug,
    level_of,
    next_code,
    parent_of,
    url_key,
)
from strategic_areas.models import Plan, Provenance
from strategic_areas.models.drafts import DraftLine
from strategic_areas.plan_document.lines import with_defaults, with_due_date_provenance
from strategic_areas.plan_document.preview import value_in_words
from strategic_areas.plan_document.stored_plan import plain_number
from strategic_areas.plan_document.tables import EDITED_TABLES, comparable_value
from strategic_areas.plan_document.values import cell_value, digest

#: Slug field of an area → field of the name from which the slug is made.
SLUG_SOURCES = {"slug_es": "name_es", "slug_en": "name_en"}
#: Shown only for records that an approved plan itself states: an amendment stops or
#: resumes those.
STOP_COLUMNS = ("stopped", "stopped_on", "resumes_on")


class PlanNodeForm(forms.Form):
    """
    The form of a node's record, or of a new record of ``level`` below the node.

    Once valid, ``new_values`` are the plain values to set, and ``new_codes`` are pairs
    of a record below and its new code, which follows from that of its parent.
    """

    seen_digests = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *posted, tree, node, level):
        super().__init__(*posted, label_suffix="")
        self.tree, self.node, self.level = tree, node, level
        self.is_new = level is not node.level
        self.table, self.new_values, self.new_codes = EDITED_TABLES[level.table], {}, []
        is_public = tree.plan.status != Plan.Status.IN_PREPARATION
        is_stated_by_plan = getattr(node.record, "provenance", "") == Provenance.PLAN
        hidden = () if is_public and is_stated_by_plan else STOP_COLUMNS
        self.columns = [x for x in self.table.tree_columns if x.name not in hidden]
        self.current_values = self._current_values()
        self.auto_id = f"{node.key}-{level.slug}-%s"
        for column in self.columns:
            field = self.fields[column.name] = self._field(column)
            field.label = VICTIM_QUESTIONS.get(column.name, column.label)
            value = self.current_values[column.name]
            # Dates and numbers are formatted for the user's language.
            if column.kind in (FieldKind.DATE, FieldKind.DECIMAL):
                value = cell_value(column, value, tree.stored)
            self.initial.setdefault(column.name, value)
            self._adjust_widget(column, field)
        self.initial["seen_digests"] = self._current_digests()

    def _current_values(self):
        stored, names = self.tree.stored, [column.name for column in self.columns]
        if not self.is_new:
            record = self.node.record
            values = {n: comparable_value(stored.plain(record, n)) for n in names}
            return values | self.tree.drafted_values(record)
        values = {name: stored.default_value(self.table, name) for name in names}
        if "provenance" in values:
            values["provenance"] = Provenance.PLAN.value
        for name in self.level.parent_links:
            if self.table.column(name).linked_table == self.node.level.table:
                values[name] = self.tree.document_key(self.node.record)
        if self.level.is_coded:
            values["code"] = self.next_code(self.node)
        return values

    def _current_digests(self):
        return "-".join(
            digest(self.current_values[column.name]) for column in self.columns
        )

    def next_code(self, parent, *others):
        """Return the next free code below a node; ``others`` are in use too."""
        level, stored = self.level, self.tree.stored
        used_codes = {row.code for row in stored.tables[level.table].row_of_pk.values()}
        used_codes |= {each.code for each in self.tree.nodes(level)} | {*others}
        used_codes |= {
            each.after.get("code")
            for each in self.tree.pending_record_changes
            if each.model is level.model and each.object_id is None
        }
        siblings = parent.children.get(level, [])
        if level not in NESTED_LEVELS:
            # Codes of indicators are numbered over the whole plan.
            siblings = siblings or self.tree.nodes(level)
        stem = f"{parent.code}." if parent.code else ""
        return next_code(stem, [*(each.code for each in siblings), *others], used_codes)

    def _field(self, column):
        if column.name in VICTIM_QUESTIONS:
            return VictimsField(column.name)
        if column.linked_table:
            return self._choice_field(column)
        model_field = self.table.model._meta.get_field(column.name)
        is_address = isinstance(model_field, models.URLField)
        options = {"assume_scheme": "https"} if is_address else {}
        if column.name in SLUG_SOURCES or column.name.endswith("_en"):
            options["required"] = False
        return numbers.formfield(model_field, **options)

    def _choice_field(self, column):
        options = self._link_options(column)
        value = self.current_values[column.name]
        is_many = column.kind is FieldKind.LINKS
        known = {key for _heading, key, _url_key, _label in options}
        keys = value if isinstance(value, list) else [value]
        options += [("", key, key, key) for key in keys if key and key not in known]
        key_by_url_key = {url_key: key for _heading, key, url_key, _label in options}
        chosen = [url_key for url_key, key in key_by_url_key.items() if key in keys]
        self.initial[column.name] = chosen if is_many else next(iter(chosen), None)
        choices = [] if is_many else [("", "---------")]
        for heading, rows in groupby(options, lambda row: row[0]):
            group = [(url_key, label) for _heading, _key, url_key, label in rows]
            choices += [(heading, group)] if heading else group
        kind = forms.TypedMultipleChoiceField if is_many else forms.TypedChoiceField
        return kind(
            choices=choices, coerce=key_by_url_key.get, required=column.is_required
        )

    def _link_options(self, column):
        """Return tuples of heading, key in the document, key in URLs, and label."""
        stored = self.tree.stored
        if column.links_to_other_plan:
            rows = stored.records_of_other_plans(column.linked_table)
            return [("", key, key, f"{key} {row.title}") for key, row in rows.items()]
        if column.linked_table == "agencies":
            return self._agency_options()
        if level := LEVEL_BY_TABLE.get(column.linked_table):
            nodes = self.tree.nodes(level)
            records = [x.record for x in nodes if x is not self.node or self.is_new]
            return [
                ("", self.tree.document_key(x), url_key(x), code_and_name(x))
                for x in records
            ]
        table = stored.tables[column.linked_table]
        return [
            ("", key, str(pk), str(table.row_of_pk[pk]))
            for pk, key in table.key_of_pk.items()
        ]

    def _agency_options(self):
        members = {each.record.agency_id for each in self.tree.nodes(PARTICIPATION)}
        start = self.tree.plan.starts_on
        rows = self.tree.stored.tables["agencies"].row_of_pk.values()
        rows = sorted(rows, key=lambda row: (row.pk not in members, row.acronym))
        titles = {True: _("They take part in the plan"), False: _("Others")}
        return [
            (
                titles[each.pk in members],
                *(each.acronym, str(each.pk), f"{each.acronym} · {each.name}"),
            )
            for each in rows
            if not each.dissolved_on or each.dissolved_on > start
        ]

    def _adjust_widget(self, column, field):
        if column.name in SLUG_SOURCES:
            field.help_text = _("Left empty, it is made of the name.")
        if column.name.endswith("_en"):
            field.widget.attrs["lang"] = "en"
        if isinstance(field.widget, forms.Textarea):
            field.widget.attrs["rows"] = 3
        if isinstance(field, forms.DateField):
            # A browser's own date field ignores the language of the page.
            field.widget = forms.DateInput(
                attrs={"placeholder": _("dd/mm/yyyy"), "inputmode": "numeric"}
            )
            if column.name in ("starts_on", "due_on") and self.level in NESTED_LEVELS:
                field.help_text = _("From %(start)s to %(end)s.") % {
                    "start": date_format(self.tree.plan.starts_on, "SHORT_DATE_FORMAT"),
                    "end": date_format(self.tree.plan.ends_on, "SHORT_DATE_FORMAT"),
                }
        if column.linked_table == "agencies":
            field.widget.attrs["data-picker"] = _("Find by acronym or name")
        elif column.linked_table:
            field.widget.attrs["data-picker"] = _("Find by code or name")
        if (
            column.name in self.level.parent_links
            and self.level in NESTED_LEVELS
            and not self.is_new
        ):
            field.help_text = _("Choosing another moves it there, with all below it.")

    def clean(self):
        cleaned = super().clean()
        names = [column.name for column in self.columns]
        values = {n: _as_plain(cleaned[n]) for n in names if n in cleaned}
        self._complete(values)
        if self.is_new:
            self.new_values = with_defaults(self.table, values)
            return cleaned
        current = self.current_values
        is_approved = self.tree.plan.status != Plan.Status.IN_PREPARATION
        end = values.get("ends_on") if self.level is PLAN and is_approved else None
        # An approved plan may end later, never earlier.
        if end and end < current["ends_on"]:
            self.add_error("ends_on", _("That is earlier than it ends already."))
        seen_digests = dict(
            zip(names, (cleaned.get("seen_digests") or "").split("-"), strict=False)
        )
        edited = [n for n in values if seen_digests.get(n) != digest(values[n])]
        self.new_values = {n: values[n] for n in edited if values[n] != current[n]}
        stale = [
            n for n in self.new_values if seen_digests.get(n) != digest(current[n])
        ]
        if stale:
            self.data = self.data.copy()
            self.data["seen_digests"] = self._current_digests()
            text = conflict_message(
                (x.label, value_in_words(x, current[x.name], self.tree.stored) or "–")
                for x in self.columns
                if x.name in stale
            )
            raise forms.ValidationError(text, code="conflict")
        self.new_values = with_due_date_provenance(self.table, self.new_values, current)
        old, new = current.get("code"), self.new_values.get("code")
        if self.level in NESTED_LEVELS and old and new:
            # 1.2.1 below 1.2 becomes 1.4.1 when 1.2 becomes 1.4.
            self.new_codes = new_codes_below(self.tree, self.node.record, old, new)
        return cleaned

    def _complete(self, values):
        """Set values that follow from others: slug, code, and provenance of a date."""
        for slug, name in SLUG_SOURCES.items():
            if slug in values and not values[slug] and values.get(name):
                rows = self.tree.stored.tables["areas"].row_of_pk.values()
                used_slugs = {
                    getattr(row, slug) for row in rows if row is not self.node.record
                }
                longest = self.table.model_field(slug).max_length
                values[slug] = free_area_slug(values[name], used_slugs, longest)
        if "due_on" in values and not values["due_on"]:
            values["due_provenance"] = None
        may_move = self.level in NESTED_LEVELS and not self.is_new
        for name in self.level.parent_links if may_move else ():
            is_moved = values.get(name) not in (None, self.current_values[name])
            if is_moved and values.get("code") == self.current_values["code"]:
                nodes = self.tree.nodes(
                    LEVEL_BY_TABLE[self.table.column(name).linked_table]
                )
                (new_parent,) = [
                    each
                    for each in nodes
                    if self.tree.document_key(each.record) == values[name]
                ]
                values["code"] = self.next_code(new_parent)

    @property
    def edits(self):
        """The edits of this record, then of records below whose code follows."""
        keys = () if self.is_new else (self.node.record.pk, self.node.draft_line_pk)
        own = [make_edit(self.level, self.new_values, *keys)] if self.new_values else []
        return own + code_edits(self.new_codes)

    def add_problems(self, problems_of_edits):
        for index, problems in enumerate(problems_of_edits):
            for name, text in problems:
                if index:
                    record, _code = self.new_codes[index - 1]
                    name, text = "code", f"{record}: {text}"
                self.add_error(name if name in self.fields else None, text)

    @property
    def address(self):
        node = self.node
        return node.add_address(self.level) if self.is_new else node.address

    @property
    def name(self):
        if not self.is_new and self.node.record.pk:
            return str(self.node.record)
        values = self.current_values | self.new_values
        name_field = f"{self.level.name_field}_es"
        names = dict.fromkeys(["code", name_field, *self.table.identity])
        return " ".join(str(values[name]) for name in names if values.get(name))

    @property
    def main_fields(self):
        return [self[name] for name in self.level.main_columns if name in self.fields]

    @property
    def stop_fields(self):
        return _collapsible(self[name] for name in STOP_COLUMNS if name in self.fields)

    @property
    def other_fields(self):
        shown = {*self.level.main_columns, *STOP_COLUMNS}
        return _collapsible(
            each for each in self.visible_fields() if each.name not in shown
        )

    @property
    def save_and_add_label(self):
        return (self.level.next_level or self.level).save_and_add_label


def _collapsible(fields):
    fields = list(fields)
    return {"fields": fields, "is_open": any(each.errors for each in fields)}


def replacement_edits(tree, nodes, number):
    """
    Return edits for ``number`` new activities that replace those of ``nodes``.

    Each is a copy of the first one, and counts or reaches victims if any of them does.
    """
    parent = tree.node_of(parent_of(nodes[0].record))
    form = PlanNodeForm(tree=tree, node=parent, level=nodes[0].level)
    stored, record = tree.stored, nodes[0].record
    not_copied = {"code", "supersedes", "continues", *STOP_COLUMNS}
    values = {
        column.name: comparable_value(stored.plain(record, column.name))
        for column in form.columns
        if column.name not in not_copied
    } | {
        name: any(getattr(each.record, name) for each in nodes)
        for name in VICTIM_QUESTIONS
    }
    values["supersedes"] = sorted(tree.document_key(each.record) for each in nodes)
    values = {name: value for name, value in values.items() if value not in (None, [])}
    codes = []
    for _each in range(number):
        codes.append(form.next_code(parent, *codes))
    return [make_edit(form.level, values | {"code": code}) for code in codes]


def new_codes_below(tree, record, old, new):
    """
    Return pairs of each record below whose code begins with ``old``, and its new code.

    Superseded records are included.
    """
    parents, found = {id(record)}, []
    for level in NESTED_LEVELS[NESTED_LEVELS.index(level_of(record)) + 1 :]:
        rows = [each for each in tree.records[level] if id(parent_of(each)) in parents]
        parents = {id(each) for each in rows}
        found += [each for each in rows if each.code.startswith(f"{old}.")]
    return [(each, f"{new}.{each.code.removeprefix(f'{old}.')}") for each in found]


def code_edits(pairs):
    return [
        # Records that the draft leaves alone have no ``draft_line_pk``.
        make_edit(
            level_of(each),
            {"code": code},
            each.pk,
            getattr(each, "draft_line_pk", None),
        )
        for each, code in pairs
    ]


def make_edit(level, values, record_pk=None, line_pk=None):
    """
    New values as an unsaved draft line, also for a plan that is edited without a draft.

    The line of a stored record is found without ``line_pk``.
    """
    return DraftLine(
        table=level.table,
        new_values=values,
        record=record_pk,
        pk=None if record_pk else line_pk,
    )


def _as_plain(value):
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return sorted(value)
    return (
        plain_number(value) if isinstance(value, Decimal) else comparable_value(value)
    )


def code_and_name(record):
    return f"{record.code} · {getattr(record, level_of(record).name_field)}"
