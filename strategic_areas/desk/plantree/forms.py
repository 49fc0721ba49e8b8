"""The forms of the tree: of each record the few fields that matter, then the others."""

from functools import cache
from itertools import groupby

from django import forms
from django.db.models import Exists, OuterRef, Q
from django.forms.models import ModelChoiceIterator
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from agencies import numbers
from agencies.models import Agency
from strategic_areas import workflow
from strategic_areas.desk.changes.amending import ApprovedForm, act_of
from strategic_areas.desk.inputs import QUESTIONS, VictimsField
from strategic_areas.desk.plantree.levels import (
    follow,
    free_word,
    key_of,
    level_of,
    next_code,
    over,
)
from strategic_areas.models import (
    Activity,
    Commitment,
    DueProvenance,
    Participation,
    Programme,
    Provenance,
    StrategicArea,
)

#: The word that each of an area's addresses is made of.
WORDS = {"slug_es": "name_es", "slug_en": "name_en"}
#: What matters first: the code, the title, who, when and the result.
SHOWN = {
    StrategicArea: ("code", "name_es", "outcome_es"),
    Programme: ("code", "name_es"),
    Commitment: ("code", "title_es", "lead", "due_on", "expected_result_es"),
    Activity: ("code", "title_es", "agency", "due_on", "expected_product_es"),
}
#: What only the page of the whole record asks for; an amendment stops and resumes.
LEFT = {
    *("plan", "sources", "frameworks", "places", "supersedes", "continues"),
    *("stopped", "stopped_on", "resumes_on"),
    *("budget", "budget_amount", "budget_currency", "budget_source"),
}
#: How many records are proposed at most together with a new one.
MOST_OTHERS = 40


class NodeForm(ApprovedForm):
    """
    One record of the tree. ``coded_anew`` are the records below whose codes follow.

    Where a second person approves, ``others`` are the forms of records that are
    proposed together with a new one.
    """

    #: The fields that stand open; the others are folded away.
    shown = ()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.level, self.plan = level_of(self.instance), self.instance.plan
        self.coded_anew = []
        self.was_coded = self.instance.code
        self.others, self.takes_others = [], False
        place = key_of(self.instance if self.instance.pk else over(self.instance))
        self.auto_id = f"{place}-{self.level.word}-%s"
        if self.plan.status == self.plan.Status.IN_PREPARATION:
            self.act = None
        elif self.act:
            self.act.auto_id = f"{place}-{self.level.word}-act-%s"
        if not self.instance.pk:
            self.initial["provenance"] = Provenance.PLAN
            self.fields.pop(self.level.above, None)
        if not self.instance.pk and not self.prefix:
            self.initial["code"] = next_code(self.level, self.plan, over(self.instance))
            self.takes_others = not workflow.applies_at_once(self.plan, ())
            self._read_others()
        for name in QUESTIONS.keys() & self.fields.keys():
            self.fields[name] = VictimsField(name)
        for name, field in self.fields.items():
            self._fit(name, field)

    def _fit(self, name, field):
        if name in WORDS:
            field.required = False
            field.help_text = _("Left empty, it is made of the name.")
        if name.endswith("_en"):
            field.required = False
            field.widget.attrs["lang"] = "en"
        if isinstance(field.widget, forms.Textarea):
            field.widget.attrs["rows"] = 3
        if isinstance(field, forms.DateField):
            # A date field of the browser writes dates as the browser's own language.
            field.widget = forms.DateInput(
                attrs={"placeholder": _("dd/mm/yyyy"), "inputmode": "numeric"}
            )
            field.help_text = _("From %(start)s to %(end)s.") % {
                "start": date_format(self.plan.starts_on, "SHORT_DATE_FORMAT"),
                "end": date_format(self.plan.ends_on, "SHORT_DATE_FORMAT"),
            }
        if isinstance(field, NamesAgencies):
            field.queryset = _agencies_of(self.plan)
            field.widget.attrs["data-picker"] = _("Find by acronym or name")
        if name == self.level.above and self.level.higher:
            field.queryset = self.level.higher.rows(self.plan)
            field.label_from_instance = _coded
            field.widget.attrs["data-picker"] = _("Find by code or name")
            field.help_text = _("Choosing another moves it there, with all below it.")

    @property
    def goes_on(self):
        """True while one more record is asked for; the act may be missing then."""
        return self.takes_others and "add" in self.data

    @property
    def level_of_others(self):
        return self.level.below or self.level

    def _read_others(self):
        asked = self.data.get("others", "")
        number = int(asked) if asked.isascii() and asked.isdecimal() else 0
        if self.takes_others:
            for place in range(min(number, MOST_OTHERS)):
                self.others.append(self._other(place, self.data, self.files))
        if self.goes_on and self.act:
            names = {name: self.act.add_prefix(name) for name in self.act.fields}
            typed = {name: self.data.get(key) for name, key in names.items()}
            self.act, auto_id = act_of(**typed), self.act.auto_id
            self.act.auto_id = auto_id

    def add_other(self):
        if len(self.others) < MOST_OTHERS:
            self.others.append(self._other(len(self.others)))

    def _other(self, place, *posted):
        level = self.level_of_others
        above = self.instance if self.level.below else over(self.instance)
        record = level.model(provenance=Provenance.PLAN, plan=self.plan)
        setattr(record, level.above, above)
        form = form_of(level.model)(
            *posted,
            instance=record,
            prefix=f"other-{place}",
            empty_permitted=True,
            use_required_attribute=False,
        )
        form.act = None
        if not posted:
            beside = [self, *self.others] if level is self.level else self.others
            codes = [each.instance.code for each in beside if each.instance.code]
            form.initial["code"] = next_code(level, self.plan, above, codes)
        return form

    def has_changed(self):
        return bool(self.typed_names() - {"code"})

    def is_valid(self):
        # The others are asked too where this one is wrong, to show all at once.
        return all([super().is_valid(), *(each.is_valid() for each in self.others)])

    @property
    def new_records(self):
        said = [each for each in self.others if each.has_changed()]
        return [(each.instance, each.links) for each in said]

    def clean(self):
        cleaned = super().clean()
        for word, name in WORDS.items():
            if cleaned.get(name) and word in self.fields and not cleaned.get(word):
                cleaned[word] = free_word(self.instance, word, cleaned[name])
        if "due_on" in self.changed_data:
            stated = cleaned.get("due_provenance") or DueProvenance.PLAN
            cleaned["due_provenance"] = stated if cleaned.get("due_on") else ""
        above = self.level.above
        if above in self.changed_data and "code" not in self.changed_data:
            cleaned["code"] = next_code(self.level, self.plan, cleaned.get(above))
        return cleaned

    def full_clean(self):
        super().full_clean()
        if not self.is_bound or (self.empty_permitted and not self.has_changed()):
            return
        self._refuse_taken_words()
        if self.instance.pk and not self.errors:
            self.coded_anew = follow(self.instance, self.was_coded)
        codes = {self.instance.code} if self.level_of_others is self.level else set()
        for each in self.others:
            each.full_clean()
            code = each.cleaned_data.get("code") if each.has_changed() else None
            if code in codes:
                each.add_error("code", _("This code stands twice in the proposal."))
            codes |= {code} - {None}
        for each in self.coded_anew:
            try:
                each.full_clean()
            except forms.ValidationError as error:
                told = f"{each}: {' '.join(error.messages)}"
                self.add_error("code", told)

    def _refuse_taken_words(self):
        """Refuse a code or an address word that another record of the plan has."""
        unique = {"plan", "code", *WORDS}
        fields = {field.name for field in self.instance._meta.concrete_fields}
        try:
            self.instance.validate_constraints(exclude=fields - unique)
        except forms.ValidationError as error:
            self.add_error("code", error.messages)

    @property
    def links(self):
        return {
            field.name: self.cleaned_data[field.name]
            for field in self._meta.model._meta.many_to_many
            if field.name in self.cleaned_data
        }

    @property
    def first(self):
        return [self[name] for name in self.shown if name in self.fields]

    @property
    def rest(self):
        return [each for each in self.visible_fields() if each.name not in self.shown]

    @property
    def is_unfolded(self):
        return any(each.errors for each in self.rest)


class AgenciesByPart(ModelChoiceIterator):
    """Lists agencies in the plan first, then the others, each under a heading."""

    def __iter__(self):
        if getattr(self.field, "empty_label", None) is not None:
            yield ("", self.field.empty_label)
        groups = {True: _("They take part in the plan"), False: _("Others")}
        for takes_part, rows in groupby(self.queryset, lambda row: row.takes_part):
            yield (groups[takes_part], [self.choice(row) for row in rows])


class NamesAgencies:
    iterator = AgenciesByPart

    def label_from_instance(self, obj):
        return f"{obj.acronym} · {obj.name}"


class AgencyField(NamesAgencies, forms.ModelChoiceField):
    """One agency."""


class AgenciesField(NamesAgencies, forms.ModelMultipleChoiceField):
    """Several agencies."""


def _agencies_of(plan):
    taking_part = Participation.objects.filter(plan=plan, agency=OuterRef("pk"))
    return (
        Agency.objects.filter(
            Q(dissolved_on__isnull=True) | Q(dissolved_on__gt=plan.starts_on)
        )
        .annotate(takes_part=Exists(taking_part))
        .order_by("-takes_part", "acronym")
    )


def _coded(record):
    return f"{record.code} · {level_of(record).name_of(record)}"


@cache
def form_of(model):
    names = [
        name
        for field in model.fields
        if field.name not in LEFT and field.model_field.editable
        for name in field.columns
    ]
    fields = {field.name: field.model_field for field in model.fields}
    classes = {
        name: AgenciesField if fields[name].many_to_many else AgencyField
        for name in names
        if name in fields and fields[name].related_model is Agency
    }
    made = forms.modelform_factory(
        model,
        form=NodeForm,
        fields=names,
        field_classes=classes,
        formfield_callback=numbers.formfield,
    )
    made.shown = SHOWN[model]
    return made
