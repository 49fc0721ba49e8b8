from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Submit
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db.models import TextField
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.text import format_lazy
from django.utils.translation import gettext, gettext_lazy as _, ngettext

from agencies.fields import FieldKind
from agencies.numbers import NumberInput
from strategic_areas import disclosure, evidence
from strategic_areas.models import Plan, Source
from strategic_areas.models.records import is_official

#: In characters.
LONGEST_TEXT = 2000
#: Field of an activity → question about the people it counts or reaches.
VICTIM_QUESTIONS = {
    "counts_victims": _("Does its quantity count victims or survivors?"),
    "reaches_victims": _("Are the people it reaches victims or survivors?"),
}


#: The browser neither validates nor completes the form.
PLAIN_FORM_ATTRIBUTES = {"novalidate": "", "autocomplete": "off"}


def form_helper(form_class, *inputs, action="", **attributes):
    helper = FormHelper()
    helper.form_class, helper.form_action = form_class, action
    helper.attrs, helper.inputs = attributes, list(inputs)
    return helper


def one_button_helper(form_class, name, text, *, css_class="default", action=""):
    return form_helper(
        form_class, Submit(name, text, css_class=css_class), action=action
    )


class TextLengthValidator(MaxLengthValidator):
    """Counts a line end as one character, as the counter on the page does."""

    def clean(self, text):
        return len(text.replace("\r\n", "\n"))


class AnonymityField(forms.BooleanField):
    """The tick with which a reviewer confirms that nobody can be recognised."""

    def __init__(self, **options):
        super().__init__(label=_("Nobody can be recognised by this"), **options)

    @staticmethod
    def remove_unless_needed(form, examined):
        """
        Label the tick with the number of findings, or remove it if there are none.
        """
        if not examined.findings:
            del form.fields["checked"]
            return
        number = len(examined.findings)
        form.fields["checked"].label = ngettext(
            "Nobody can be recognised by this. I have read what the portal marked.",
            "Nobody can be recognised by this. I have read the %(number)d things that "
            "the portal marked.",
            number,
        ) % {"number": number}


class LongTextField(forms.CharField):
    widget = forms.Textarea

    def __init__(self, *, rows=3, **options):
        super().__init__(**options)
        self.widget.attrs["rows"] = rows
        limit_length(self)


def limit_length(*fields, max_length=LONGEST_TEXT):
    for field in fields:
        field.widget.attrs["data-most"] = max_length
        field.validators.append(TextLengthValidator(max_length))


class DocumentField(forms.FileField):
    """
    An uploaded file of an accepted kind; its value is a ``CleanFile``.

    Empty files are allowed here, as ``evidence.clean_evidence`` refuses them with a
    better message.
    """

    def __init__(self, *, readers="", **options):
        hint = format_lazy(
            "{} {}", _("PDF, JPG or PNG, of 10 MB at most."), evidence.SAVE_AS_PDF
        )
        attributes = {
            "accept": ",".join(f".{name}" for name in evidence.EXTENSIONS),
            "data-largest": evidence.FILE_BYTES,
            "data-heic": format_lazy("{} {}", evidence.IS_HEIC, evidence.TAKE_AS_JPG),
            "data-kind": _("Files of this kind are not taken."),
            "data-size": _("This file is larger than 10 MB."),
        }
        super().__init__(
            allow_empty_file=True,
            widget=forms.FileInput(attrs=attributes),
            help_text=format_lazy("{} {}", hint, readers) if readers else hint,
            **options,
        )

    def clean(self, data, initial=None):
        upload = super().clean(data, initial)
        try:
            return evidence.clean_evidence(upload) if upload else None
        except evidence.RefusedFileError as error:
            raise ValidationError(str(error), code="refused") from None


class VictimsField(forms.TypedChoiceField):
    """A question answered with yes or no, without a default."""

    def __init__(self, name):
        super().__init__(
            choices=[(True, _("Yes")), (False, _("No"))],
            coerce=lambda word: str(word) == "True",
            widget=forms.RadioSelect,
            label=VICTIM_QUESTIONS[name],
            help_text=_("If so, no report shows the public how many."),
        )


#: Label of a tick. A text about work with victims may name a number of people only if
#: the reviewer confirms this.
PRINTED_LABEL = _("An official source has printed these numbers of people")


class PrintedByField(forms.ModelChoiceField):
    def __init__(self):
        super().__init__(
            queryset=Source.objects.filter(is_official())
            .exclude(plan__status=Plan.Status.IN_PREPARATION)
            .order_by("title", "pk"),
            label=_("Which official source"),
            help_text=_(
                "The public reads it below the text. One that is not in the list is "
                "first added to the sources of the plan."
            ),
        )

    def label_from_instance(self, source):
        return ", ".join(filter(None, [source.title, source.publisher]))

    @staticmethod
    def remove_unless_needed(form, counts):
        """Remove tick and source from a form whose texts count no people."""
        if not counts:
            del form.fields["is_printed"], form.fields["printed_by"]


def add_protection_hint(fields, activity):
    hint = gettext("Victims or survivors: only staff read this number.")
    for name in fields.keys() & disclosure.VICTIM_FLAGS_OF.keys():
        if disclosure.is_for_staff(name, activity):
            fields[name].help_text = f"{fields[name].help_text} {hint}".strip()


class Checkboxes(forms.CheckboxSelectMultiple):
    """
    Checkboxes with Django's HTML, rendered without templates.

    A sheet has one for each row and province; templates took most of its time.
    """

    def render(self, name, value, attrs=None, renderer=None):
        attrs = self.build_attrs(self.attrs, attrs)
        group = attrs.pop("id", name)
        ticked = {str(each) for each in value or ()}
        boxes = format_html_join(
            "\n",
            '<div><label for="{0}_{1}"><input type="checkbox" name="{2}" value="{3}"'
            ' id="{0}_{1}"{4}{5}> {6}</label></div>',
            (
                (
                    group,
                    number,
                    name,
                    key,
                    " checked" if str(key) in ticked else "",
                    flatatt(attrs),
                    label,
                )
                for number, (key, label) in enumerate(self.choices)
            ),
        )
        return format_html('<div id="{}">\n{}\n</div>', group, boxes)


def widgets_for(fields):
    widgets = {
        FieldKind.LINKS: Checkboxes,
        FieldKind.WHOLE: NumberInput,
        FieldKind.DECIMAL: NumberInput,
    }
    return {f.name: widgets[f.kind] for f in fields if f.kind in widgets}


def text_widgets(fields):
    return {
        column: forms.TextInput
        if field.rows == 1
        else forms.Textarea(attrs={"rows": field.rows, "data-most": LONGEST_TEXT})
        for field in fields
        if isinstance(field.model_field, TextField)
        for column in field.columns
    }


class FieldGroup(Div):
    template = "portal/layout/group.html"


class FoldedFields(Div):
    """Fields that are folded unless ``is_open`` is set or a field has an error."""

    template = "portal/layout/fold.html"

    def __init__(self, title, *fields, is_open=False):
        super().__init__(*fields)
        self.title = title
        self.is_open = is_open

    def render(self, form, context, **kwargs):
        names = {pointer.name for pointer in self.get_field_names()}
        self.is_open = self.is_open or names & set(form.errors)
        return super().render(form, context, **kwargs)
