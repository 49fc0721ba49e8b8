"""Numbers are read with comma and point, and never guessed."""

from decimal import Decimal

import pytest
from django import forms
from django.contrib.admin.sites import site
from django.utils import translation
from hypothesis import given, strategies as st

from agencies import numbers
from agencies.numbers import (
    UnclearValueError,
    number_text,
    parse_number,
    parse_whole_number,
)
from plan_portal.roles import ADD, CHANGE, PERMISSIONS

NUMBERS = tuple(numbers.FORM_FIELDS)
#: The tables that some role adds to or changes in the admin.
CHANGED = {
    table
    for rights in PERMISSIONS.values()
    for table, may in rights.items()
    if {ADD, CHANGE} & {*may}
}


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("2,5", "2.5"),
        ("2.5", "2.5"),
        ("45,5", "45.5"),
        (" 12 ", "12"),
        ("0,125", "0.125"),
        ("0.125", "0.125"),
        ("1250", "1250"),
        ("1250,5", "1250.5"),
        ("1234,567", "1234.567"),
        ("2,1250", "2.125"),
        ("1.250,50", "1250.5"),
        ("1,250.50", "1250.5"),
        ("1.250.000", "1250000"),
        ("1,250,000.5", "1250000.5"),
        ("1 250", "1250"),
        ("1\u00a0250,5", "1250.5"),
        ("1'250", "1250"),
        ("-2,5", "-2.5"),
        ("\u22122,5", "-2.5"),
        ("+3", "3"),
        ("007", "7"),
    ],
)
def test_a_number_is_read_with_comma_and_point(text, number):
    assert parse_number(text) == Decimal(number)


@pytest.mark.parametrize(
    ("text", "many", "few"),
    [
        ("1.250", "1250", "1.25"),
        ("1,250", "1250", "1.25"),
        ("12,345", "12345", "12.3450"),
        ("-1.500", "-1500", "-1.5"),
    ],
)
def test_what_could_be_two_numbers_is_asked_back(text, many, few):
    with translation.override("en"), pytest.raises(UnclearValueError) as refused:
        parse_number(text)

    assert str(refused.value) == (
        f"“{text}” can mean {many} or {few}. Write the one that you mean."
    )
    assert {parse_number(many), parse_number(few)} == {
        Decimal(text.replace(",", "").replace(".", "")),
        Decimal(text.replace(",", ".")),
    }


@pytest.mark.parametrize(
    "text",
    [
        *("", "x", "12 %", "1.2.3", "1,2,3", "1.25.000", "1,250,00", "2,", ",5", "1e3"),
        *(
            "12a",
            "--2",
            "1 25",
            "1.250 000",
            "٣",
            "½",
            "nan",
            "inf",
            "9" * 41,
            "1,250,",
        ),
    ],
)
def test_what_is_no_number_is_refused(text):
    with pytest.raises(UnclearValueError):
        parse_number(text)


@pytest.mark.parametrize("text", ["2,5", "0.1", "1250,5"])
def test_a_part_is_no_whole_number(text):
    with pytest.raises(UnclearValueError):
        parse_whole_number(text)


def test_a_whole_number_may_be_written_with_zeros():
    assert (parse_whole_number("12,0"), parse_whole_number("1.250.000")) == (
        12,
        1250000,
    )


@given(st.decimals(-(10**12), 10**12, places=3))
def test_what_is_written_is_read_again(number):
    assert parse_number(number_text(number)) == number


def test_a_box_tells_how_a_number_was_read():
    box = numbers.NumberInput()

    with translation.override("en"):
        told = [box.render("n", text) for text in ("2,5", "2.5", "12", "x", "1.250")]

    assert told[0] == (
        '<input type="text" name="n" value="2,5" inputmode="decimal">'
        '<span class="read-as">Read as 2.5.</span>'
    )
    assert ["read-as" in each for each in told[1:]] == [False] * 4


def _subclasses(of):
    for each in of.__subclasses__():
        yield each
        yield from _subclasses(each)


def _fields(rf):
    """Every field of the portal's own forms, and those that the admin makes."""
    for form in set(_subclasses(forms.BaseForm)):
        if form.__module__.startswith(("agencies", "strategic_areas", "plan_portal")):
            for name, field in form.base_fields.items():
                yield f"{form.__module__}.{form.__name__}.{name}", field
    request = rf.get("/")
    for page in site._registry.values():
        tables = [page, *(inline(page.model, site) for inline in page.inlines)]
        for table in tables:
            for column in table.model._meta.concrete_fields:
                is_changed = table.model._meta.label_lower in CHANGED
                if is_changed and isinstance(column, NUMBERS) and column.editable:
                    field = table.formfield_for_dbfield(column, request)
                    yield f"{type(table).__name__}.{column.name}", field


def test_every_number_of_a_form_is_read_by_one_reader(rf):
    plain = [
        name
        for name, field in _fields(rf)
        if isinstance(field, forms.IntegerField | forms.FloatField)
        and not field.widget.is_hidden
        and not (
            isinstance(field, numbers.NumberFieldMixin)
            and isinstance(field.widget, numbers.NumberInput)
        )
    ]

    assert plain == []
