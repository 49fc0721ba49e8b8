"""
Typed numbers, with comma or point as the decimal mark. An ambiguous one is refused.

``static/numbers.js`` applies the same rules. Number fields of staff forms come from
``formfield``.
"""

import re
from decimal import Decimal

from django import forms
from django.db import models
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.translation import gettext as _

MAX_LENGTH = 40
BLANK = re.compile(r"[\s\u00a0\u2009\u202f]+")
#: Digits in a row, with an optional fraction after comma or point.
PLAIN = re.compile(r"([-+]?)(\d+)(?:[.,](\d+))?", re.ASCII)
#: The same, with digits in groups of three.
GROUPED = re.compile(
    r"([-+]?)(\d{1,3}(?:([ .,'])\d{3})(?:\3\d{3})*)(?:(?!\3)[.,](\d+))?", re.ASCII
)
#: A mark before three digits may separate thousands or thousandths.
AMBIGUOUS = re.compile(r"([-+]?)([1-9]\d{0,2})[.,](\d{3})", re.ASCII)


class UnclearValueError(ValueError):
    """
    A typed number or day that is invalid or ambiguous.

    The message is for the person who typed it.
    """


def parse_number(text):
    """
    Parse a typed number; ``UnclearValueError`` if it is no number or ambiguous.

    >>> parse_number("2,5"), parse_number("1.250,50"), parse_number("12 500")
    (Decimal('2.5'), Decimal('1250.5'), Decimal('12500'))
    """
    typed = BLANK.sub(" ", text).strip().replace("\u2212", "-").replace("’", "'")
    if len(typed) > MAX_LENGTH:
        raise UnclearValueError(_("Write a number such as 12 or 12.5."))
    if found := AMBIGUOUS.fullmatch(typed):
        sign, first, three = found.groups()
        raise UnclearValueError(
            _("“%(text)s” can mean %(many)s or %(few)s. Write the one that you mean.")
            % {
                "text": typed,
                "many": f"{sign}{first}{three}",
                "few": number_text(Decimal(f"{sign}{first}.{three}")),
            }
        )
    if found := PLAIN.fullmatch(typed):
        sign, whole, fraction = found.groups()
    elif found := GROUPED.fullmatch(typed):
        sign, whole, separator, fraction = found.groups()
        whole = whole.replace(separator, "")
    else:
        raise UnclearValueError(_("Write a number such as 12 or 12.5."))
    return Decimal(_without_trailing_zeros(f"{sign}{whole}.{fraction or 0}"))


def parse_whole_number(text):
    number = parse_number(text)
    if number != number.to_integral_value():
        raise UnclearValueError(_("Write a whole number, such as 12."))
    return int(number)


def number_text(number):
    """
    A number as text from which ``parse_number`` returns the same number.

    Thousandths get another zero: "2.125" could mean two thousand.

    >>> number_text(Decimal("2.500")), number_text(Decimal("2.125")), number_text(1250)
    ('2.5', '2.1250', '1250')
    """
    text = _without_trailing_zeros(format(Decimal(str(number)), "f"))
    return f"{text}0" if AMBIGUOUS.fullmatch(text) else text


def _without_trailing_zeros(text):
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


class NumberInput(forms.TextInput):
    """
    A text box that shows how the typed number was understood.

    A browser's own number box treats the comma as the browser's language does.
    """

    def __init__(self, attrs=None):
        super().__init__({"inputmode": "decimal", **(attrs or {})})

    def render(self, name, value, attrs=None, renderer=None):
        text_box = super().render(name, value, attrs, renderer)
        note = interpretation_note(value)
        return (
            format_html('{}<span class="read-as">{}</span>', text_box, note)
            if note
            else text_box
        )


def interpretation_note(text):
    try:
        number = parse_number(text) if isinstance(text, str) and text.strip() else None
    except UnclearValueError:
        return ""
    if number is None or text == number_text(number):
        return ""
    return _("Read as %(number)s.") % {"number": number_format(format(number, "f"))}


class NumberFieldMixin:
    def prepare_value(self, value):
        return value if value is None or isinstance(value, str) else number_text(value)

    def to_python(self, value):
        if not isinstance(value, str) or value.strip() in self.empty_values:
            return super().to_python(value)
        try:
            return super().to_python(type(self).parse(value))
        except UnclearValueError as error:
            raise forms.ValidationError(str(error), code="invalid") from None


class DecimalField(NumberFieldMixin, forms.DecimalField):
    widget, parse = NumberInput, parse_number


class WholeField(NumberFieldMixin, forms.IntegerField):
    widget, parse = NumberInput, parse_whole_number


#: The form field of a column that holds a number.
FORM_FIELDS = {models.DecimalField: DecimalField, models.IntegerField: WholeField}


def formfield(column, **options):
    """The form field of any column; for a number, ours."""
    matching = (
        kind for kind in FORM_FIELDS if isinstance(column, kind) and not column.choices
    )
    if kind := next(matching, None):
        options["form_class"] = FORM_FIELDS[kind]
        if not isinstance(options.get("widget"), NumberInput):
            options["widget"] = NumberInput
    return column.formfield(**options)
