"""The public labels of states and of international frameworks."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from strategic_areas.discipline import Promptness
from strategic_areas.models import Execution, Result
from strategic_areas.progress import Punctuality, State

STATES = {
    **{State(value): label for value, label in Execution.choices},
    State.NO_REPORT: _("No report"),
}
#: What a declaration says; "" is that of an old one, which said "not reached yet".
DECLARED = {
    Result.FULFILLED: _("Its result is declared fulfilled"),
    Result.IN_PART: _("Its result is declared fulfilled in part"),
    Result.UNFULFILLED: _("Its result is declared not fulfilled"),
    Result.CARRIED_OVER: _("Its result is declared to pass to another plan"),
    "": _("Its result is declared not reached yet"),
}
#: The families of international targets, in the order in which pages list them.
FAMILIES = {
    "SDG": _("Sustainable Development Goals (SDG)"),
    "GCM": _("Global Compact for Migration"),
    "PALERMO": _("Palermo Protocol"),
    "TIP": _("Recommendations of the Trafficking in Persons report"),
}
PUNCTUALITY = {
    Punctuality.ON_TIME: _("On time"),
    Punctuality.AT_RISK: _("At risk of delay"),
    Punctuality.LATE: _("Late"),
    Punctuality.FINISHED_LATE: _("Finished late"),
    Punctuality.NO_DEADLINE: _("No known deadline"),
}
PROMPTNESS = {
    Promptness.ON_TIME: pgettext_lazy("an answer to a round", "On time"),
    Promptness.LATE: pgettext_lazy("an answer to a round", "Late or in part"),
    Promptness.SILENT: pgettext_lazy("an answer to a round", "No answer"),
    Promptness.PENDING: pgettext_lazy("an answer to a round", "Not yet due"),
    Promptness.NOT_ASKED: pgettext_lazy("an answer to a round", "Not asked"),
}
