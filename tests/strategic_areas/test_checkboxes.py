"""Boxes to tick, against those of Django."""

import pytest
from django import forms
from django.test.html import parse_html

from strategic_areas.desk.inputs import Checkboxes

CHOICES = [(1, "Azua"), (2, "Monte <Plata> & más"), (3, "Duarte")]


@pytest.mark.parametrize("value", [None, [], [2], ["2", "3"]])
@pytest.mark.parametrize("attrs", [{}, {"id": "r7_places", "aria-invalid": "true"}])
def test_they_are_what_django_writes(value, attrs):
    attrs = {"id": "places", **attrs}

    ours = Checkboxes(choices=CHOICES).render("places", value, attrs)

    theirs = forms.CheckboxSelectMultiple(choices=CHOICES)
    assert parse_html(ours) == parse_html(theirs.render("places", value, attrs))
