"""Texts of some lines on forms: how long they may be; a script counts what is left."""

from django import forms
from django.core.validators import MaxLengthValidator

#: How many characters a text may have that staff write on a page of their own.
LONGEST_TEXT = 2000


class Fits(MaxLengthValidator):
    """Counts the end of a line as one character, as the counter on the page does."""

    def clean(self, text):
        return len(text.replace("\r\n", "\n"))


class LongText(forms.CharField):
    """A text of some lines."""

    widget = forms.Textarea

    def __init__(self, *, rows=3, **options):
        super().__init__(**options)
        self.widget.attrs["rows"] = rows
        limit(self)


def limit(*fields, most=LONGEST_TEXT):
    """Limit the texts of these form fields."""
    for field in fields:
        field.widget.attrs["data-most"] = most
        field.validators.append(Fits(most))
