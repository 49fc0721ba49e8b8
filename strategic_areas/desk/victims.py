"""Numbers of victims on forms: asking whether an activity has any."""

from django import forms
from django.utils.translation import gettext_lazy as _

QUESTIONS = {
    "counts_victims": _("Does its quantity count victims or survivors?"),
    "reaches_victims": _("Are the people it reaches victims or survivors?"),
}


class VictimsField(forms.TypedChoiceField):
    """A question to be answered with yes or no; no answer is given beforehand."""

    def __init__(self, name):
        super().__init__(
            choices=[(True, _("Yes")), (False, _("No"))],
            coerce=lambda word: str(word) == "True",
            widget=forms.RadioSelect,
            label=QUESTIONS[name],
            help_text=_("If so, a number from 1 to 9 of them is never public."),
        )
