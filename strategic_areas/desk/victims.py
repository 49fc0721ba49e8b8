"""Numbers of victims on forms: asking for them, and telling while one is typed."""

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from strategic_areas import disclosure

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


def tell_protection(fields, activity):
    """
    Tell beside the numbers of a report which of them the public will not read.

    ``data-victims`` tells the script by what to multiply what is typed.
    """
    hint = gettext(
        "Victims or survivors: from 1 to 9 the public reads “Protected figure”, and no "
        "place."
    )
    for name, factor in _factors(activity).items():
        if name in fields:
            field = fields[name]
            field.help_text = f"{field.help_text} {hint}".strip()
            field.widget.attrs["data-victims"] = str(factor)


def _factors(activity):
    """The figures that count victims, and how many of them one of each stands for."""
    factors = {
        name: 1
        for name, of_whom in disclosure.WHOSE.items()
        if getattr(activity, of_whom)
    }
    if activity.counts_victims and activity.quantity is not None:
        factors["percent"] = activity.quantity / 100
    return factors
