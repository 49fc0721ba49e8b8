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
    LEVELS,
    PARTICIPATION,
    PLAN,
    free_slug,
    level_of,
    next_code,
    parent_of,
    url_key,
)
from strategic_areas.models import Plan, Provenance
from strategic_areas.models.drafts import DraftLine
from strategic_areas.plan_document.lines import with_defaults, with_due_date
from strategic_areas.plan_document.preview import value_in_words
from strategic_areas.plan_document.stored_plan import plain_number
from strategic_areas.plan_document.tables import STRUCTURE, as_read
from strategic_areas.plan_document.values import cell_value, digest

#: Slug field of an area → the name it is made from.
SLUG_SOURCES = {"slug_es": "name_es", "slug_en": "name_en"}
#: Only records that the plan itself states can be stopped and resumed.
STOP_COLUMNS = ("stopped", "stopped_on", "resumes_on")


class PlanNodeForm(forms.Form):
    """
    A record of the tree, or a new one of ``level`` below ``node``.

    Once valid, ``said`` are the plain values to set, and ``follows`` pairs of a record
    below and its new code.
    """

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *posted, tree, node, level):
        super().__init__(*posted, label_suffix="")
        self.tree, self.node, self.level = tree, node, level
        self.is_new = level is not node.level
        self.table, self.said, self.follows = STRUCTURE[level.table], {}, []
        is_public = tree.plan.status != Plan.Status.IN_PREPARATION
        is_official = getattr(node.record, "provenance", "") == Provenance.PLAN
        apart = () if is_public and is_official else STOP_COLUMNS
        self.columns = [x for x in self.table.all_columns if x.name not in apart]
        self.stands = self._stands()
        self.auto_id = f"{node.key}-{level.word}-%s"
        for column in self.columns:
            field = self.fields[column.name] = self._field(column)
            field.label = VICTIM_QUESTIONS.get(column.name, column.label)
            value = self.stands[column.name]
            # Dates and numbers are formatted for the user's language.
            if column.kind in (FieldKind.DATE, FieldKind.DECIMAL):
                value = cell_value(column, value, tree.stored)
            self.initial.setdefault(column.name, value)
            self._fit(column, field)
        self.initial["seen"] = self._seen()

    def _stands(self):
        stored, names = self.tree.stored, [column.name for column in self.columns]
        if not self.is_new:
            record = self.node.record
            said = {n: as_read(stored.plain(record, n)) for n in names}
            return said | self.tree.said_of(record)
        found = {name: stored.unset(self.table, name) for name in names}
        if "provenance" in found:
            found["provenance"] = Provenance.PLAN.value
        for name in self.level.above:
            if self.table.column(name).linked == self.node.level.table:
                found[name] = self.tree.key(self.node.record)
        if self.level.is_coded:
            found["code"] = self.next_code(self.node)
        return found

    def _seen(self):
        return "-".join(digest(self.stands[column.name]) for column in self.columns)

    def next_code(self, above, *others):
        """Return the next free code below a node, leaving out ``others``."""
        level, stored = self.level, self.tree.stored
        taken = {row.code for row in stored.tables[level.table].row_of_pk.values()}
        taken |= {each.code for each in self.tree.nodes(level)} | {*others}
        taken |= {
            part.after.get("code")
            for part in self.tree.waiting
            if part.model is level.model and part.object_id is None
        }
        beside = above.parts.get(level, [])
        if level not in LEVELS:
            beside = beside or self.tree.nodes(level)
        stem = f"{above.code}." if above.code else ""
        return next_code(stem, [*(each.code for each in beside), *others], taken)

    def _field(self, column):
        if column.name in VICTIM_QUESTIONS:
            return VictimsField(column.name)
        if column.linked:
            return self._choice(column)
        of_model = self.table.model._meta.get_field(column.name)
        is_address = isinstance(of_model, models.URLField)
        options = {"assume_scheme": "https"} if is_address else {}
        if column.name in SLUG_SOURCES or column.name.endswith("_en"):
            options["required"] = False
        return numbers.number_formfield(of_model, **options)

    def _choice(self, column):
        offered = self._offered(column)
        value, many = self.stands[column.name], column.kind is FieldKind.LINKS
        known = {key for _heading, key, _place, _label in offered}
        keys = value if isinstance(value, list) else [value]
        offered += [("", key, key, key) for key in keys if key and key not in known]
        key_of = {place: key for _heading, key, place, _label in offered}
        chosen = [place for place, key in key_of.items() if key in keys]
        self.initial[column.name] = chosen if many else next(iter(chosen), None)
        choices = [] if many else [("", "---------")]
        for heading, rows in groupby(offered, lambda row: row[0]):
            own = [(place, label) for _heading, _key, place, label in rows]
            choices += [(heading, own)] if heading else own
        kind = forms.TypedMultipleChoiceField if many else forms.TypedChoiceField
        return kind(choices=choices, coerce=key_of.get, required=column.is_required)

    def _offered(self, column):
        stored = self.tree.stored
        if column.is_earlier:
            rows = stored.earlier(column.linked)
            return [("", key, key, f"{key} {row.title}") for key, row in rows.items()]
        if column.linked == "agencies":
            return self._agencies()
        if level := LEVEL_BY_TABLE.get(column.linked):
            nodes = self.tree.nodes(level)
            records = [x.record for x in nodes if x is not self.node or self.is_new]
            return [
                ("", self.tree.key(x), url_key(x), code_and_name(x)) for x in records
            ]
        table = stored.tables[column.linked]
        return [
            ("", key, str(pk), str(table.row_of_pk[pk]))
            for pk, key in table.key_of_pk.items()
        ]

    def _agencies(self):
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

    def _fit(self, column, field):
        if column.name in SLUG_SOURCES:
            field.help_text = _("Left empty, it is made of the name.")
        if column.name.endswith("_en"):
            field.widget.attrs["lang"] = "en"
        if isinstance(field.widget, forms.Textarea):
            field.widget.attrs["rows"] = 3
        if isinstance(field, forms.DateField):
            # A browser's date field uses the browser's language, not the page's.
            field.widget = forms.DateInput(
                attrs={"placeholder": _("dd/mm/yyyy"), "inputmode": "numeric"}
            )
            if column.name in ("starts_on", "due_on") and self.level in LEVELS:
                field.help_text = _("From %(start)s to %(end)s.") % {
                    "start": date_format(self.tree.plan.starts_on, "SHORT_DATE_FORMAT"),
                    "end": date_format(self.tree.plan.ends_on, "SHORT_DATE_FORMAT"),
                }
        if column.linked == "agencies":
            field.widget.attrs["data-picker"] = _("Find by acronym or name")
        elif column.linked:
            field.widget.attrs["data-picker"] = _("Find by code or name")
        if column.name in self.level.above and self.level in LEVELS and not self.is_new:
            field.help_text = _("Choosing another moves it there, with all below it.")

    def clean(self):
        cleaned = super().clean()
        names = [column.name for column in self.columns]
        asked = {n: _as_plain(cleaned[n]) for n in names if n in cleaned}
        self._complete(asked)
        if self.is_new:
            self.said = with_defaults(self.table, asked)
            return cleaned
        seen = dict(zip(names, (cleaned.get("seen") or "").split("-"), strict=False))
        touched = [name for name in asked if seen.get(name) != digest(asked[name])]
        self.said = {n: asked[n] for n in touched if asked[n] != self.stands[n]}
        stale = [n for n in self.said if seen.get(n) != digest(self.stands[n])]
        if stale:
            self.data = self.data.copy()
            self.data["seen"] = self._seen()
            told = conflict_message(
                (
                    x.label,
                    value_in_words(x, self.stands[x.name], self.tree.stored) or "–",
                )
                for x in self.columns
                if x.name in stale
            )
            raise forms.ValidationError(told, code="conflict")
        self.said = with_due_date(self.table, self.said, self.stands)
        old, new = self.stands.get("code"), self.said.get("code")
        if self.level in LEVELS and old and new:
            # 1.2.1 below 1.2 becomes 1.4.1 when 1.2 becomes 1.4.
            self.follows = new_codes_below(self.tree, self.node.record, old, new)
        return cleaned

    def _complete(self, asked):
        for word, name in SLUG_SOURCES.items():
            if word in asked and not asked[word] and asked.get(name):
                rows = self.tree.stored.tables["areas"].row_of_pk.values()
                taken = {
                    getattr(row, word) for row in rows if row is not self.node.record
                }
                longest = self.table.field(word).max_length
                asked[word] = free_slug(asked[name], taken, longest)
        if "due_on" in asked and not asked["due_on"]:
            asked["due_provenance"] = None
        is_approved = self.tree.plan.status != Plan.Status.IN_PREPARATION
        end = asked.get("ends_on") if self.level is PLAN and is_approved else None
        # An approved plan may end later, never earlier.
        if end and end < self.stands["ends_on"]:
            self.add_error("ends_on", _("That is earlier than it ends already."))
        is_placed = self.level in LEVELS and not self.is_new
        for name in self.level.above if is_placed else ():
            is_moved = asked.get(name) not in (None, self.stands[name])
            if is_moved and asked.get("code") == self.stands["code"]:
                nodes = self.tree.nodes(LEVEL_BY_TABLE[self.table.column(name).linked])
                (above,) = [n for n in nodes if self.tree.key(n.record) == asked[name]]
                asked["code"] = self.next_code(above)

    @property
    def edits(self):
        """The edits of this record first, then of those below whose code follows."""
        keys = () if self.is_new else (self.node.record.pk, self.node.line)
        own = [make_edit(self.level, self.said, *keys)] if self.said else []
        return own + code_edits(self.follows)

    def tell(self, found):
        for place, faults in enumerate(found):
            for name, text in faults:
                if place:
                    record, _code = self.follows[place - 1]
                    name, text = "code", f"{record}: {text}"
                self.add_error(name if name in self.fields else None, text)

    @property
    def address(self):
        at = self.node
        return at.add_address(self.level) if self.is_new else at.address

    @property
    def name(self):
        if not self.is_new and self.node.record.pk:
            return str(self.node.record)
        said = self.stands | self.said
        names = dict.fromkeys(["code", f"{self.level.named}_es", *self.table.identity])
        return " ".join(str(said[name]) for name in names if said.get(name))

    @property
    def first(self):
        return [self[name] for name in self.level.first if name in self.fields]

    @property
    def stops(self):
        return _fold(self[name] for name in STOP_COLUMNS if name in self.fields)

    @property
    def rest(self):
        apart = {*self.level.first, *STOP_COLUMNS}
        return _fold(each for each in self.visible_fields() if each.name not in apart)

    @property
    def then_adds(self):
        return (self.level.below or self.level).then_adds


def _fold(fields):
    fields = list(fields)
    return {"fields": fields, "is_open": any(each.errors for each in fields)}


def replacement_edits(tree, nodes, number):
    """
    Return edits for ``number`` new activities that replace those of ``nodes``.

    Each copies the first one. It counts or reaches victims if any of them does.
    """
    above = tree.node_of(parent_of(nodes[0].record))
    form = PlanNodeForm(tree=tree, node=above, level=nodes[0].level)
    stored, record = tree.stored, nodes[0].record
    own = {"code", "supersedes", "continues", *STOP_COLUMNS}
    said = {
        column.name: as_read(stored.plain(record, column.name))
        for column in form.columns
        if column.name not in own
    } | {
        name: any(getattr(each.record, name) for each in nodes)
        for name in VICTIM_QUESTIONS
    }
    said["supersedes"] = sorted(tree.key(each.record) for each in nodes)
    said = {name: value for name, value in said.items() if value not in (None, [])}
    codes = []
    for _each in range(number):
        codes.append(form.next_code(above, *codes))
    return [make_edit(form.level, said | {"code": code}) for code in codes]


def new_codes_below(tree, record, old, new):
    """
    Return pairs of each record below whose code begins with ``old``, and its new code.

    Superseded records are included.
    """
    above, found = {id(record)}, []
    for level in LEVELS[LEVELS.index(level_of(record)) + 1 :]:
        rows = [each for each in tree.records[level] if id(parent_of(each)) in above]
        above = {id(each) for each in rows}
        found += [each for each in rows if each.code.startswith(f"{old}.")]
    return [(each, f"{new}.{each.code.removeprefix(f'{old}.')}") for each in found]


def code_edits(pairs):
    return [
        make_edit(level_of(each), {"code": code}, each.pk, each.pk or each.draft_line)
        for each, code in pairs
    ]


def make_edit(level, said, record=None, line=None):
    return DraftLine(
        table=level.table, said=said, record=record, pk=None if record else line
    )


def _as_plain(value):
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return sorted(value)
    return plain_number(value) if isinstance(value, Decimal) else as_read(value)


def code_and_name(record):
    return f"{record.code} · {getattr(record, level_of(record).named)}"
