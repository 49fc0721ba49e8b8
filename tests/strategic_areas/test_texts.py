"""How long the texts may be that staff write to each other."""

import pytest
from django import forms

from strategic_areas.desk.inputs import LONGEST_TEXT, LongTextField

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
