"""Boxes to tick, against those of Django, and how long texts among staff may be."""

import pytest
from django import forms
from django.test.html import parse_html

from strategic_areas.desk.inputs import LONGEST_TEXT, Checkboxes, LongTextField

CHOICES = [(1, "Azua"), (2, "Monte <Plata> & más"), (3, "Duarte")]


@pytest.mark.parametrize("value", [None, [], [2], ["2", "3"]])
@pytest.mark.parametrize("attrs", [{}, {"id": "r7_places", "aria-invalid": "true"}])
def test_they_are_what_django_writes(value, attrs):
    attrs = {"id": "places", **attrs}

    ours = Checkboxes(choices=CHOICES).render("places", value, attrs)

    theirs = forms.CheckboxSelectMultiple(choices=CHOICES)
    assert parse_html(ours) == parse_html(theirs.render("places", value, attrs))


#: Lines end with two characters in what a browser sends, and count as one.
LINES = "a" * 999 + "\r\n" + "a" * 1000


@pytest.mark.parametrize(
    ("text", "fits"),
    [("a" * LONGEST_TEXT, True), ("a" * (LONGEST_TEXT + 1), False), (LINES, True)],
)
def test_a_text_fits_as_its_counter_says(text, fits):
    class Note(forms.Form):
        note = LongTextField(rows=2)

    form = Note({"note": text})

    assert form.is_valid() == fits
    assert f'data-most="{LONGEST_TEXT}"' in str(form["note"])
    assert "maxlength" not in str(form["note"])
