"""The inputs with which a report is filled in: boxes of text, numbers, checkboxes."""

from django import forms
from django.db.models import TextField
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join

from agencies.fields import Kind
from strategic_areas.desk.texts import LONGEST_TEXT


class Checkboxes(forms.CheckboxSelectMultiple):
    """
    Checkboxes with Django's own HTML, written without a template for each.

    The templates took most of the time of a sheet: every row has a checkbox for each
    province.
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


def widgets(fields):
    """Column → widget, for the numbers and links of a report."""
    found = {}
    for field in fields:
        if field.kind is Kind.LINKS:
            found[field.name] = Checkboxes
        elif field.kind in {Kind.WHOLE, Kind.DECIMAL}:
            least, most = field.bounds
            limits = {} if most is None else {"max": most}
            found[field.name] = forms.NumberInput(attrs={"min": least, **limits})
    return found


def text_boxes(fields):
    """Column → text widget of the height that the field declares."""
    return {
        column: forms.TextInput
        if field.rows == 1
        else forms.Textarea(attrs={"rows": field.rows, "data-most": LONGEST_TEXT})
        for field in fields
        if isinstance(field.model_field, TextField)
        for column in field.columns
    }
