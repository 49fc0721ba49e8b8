"""Many boxes to tick, written in one go."""

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join


class Ticks(forms.CheckboxSelectMultiple):
    """
    Boxes as Django writes them, without a template for each of them.

    Those were most of the time that a sheet took: every row has one for each province.
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
