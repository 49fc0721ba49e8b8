"""The words of states, wherever the public reads them: pages, feeds and pictures."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from strategic_areas.discipline import Promptness
from strategic_areas.models import Execution
from strategic_areas.progress import Punctuality, State

STATES = {
    **{State(value): label for value, label in Execution.choices},
    State.NO_REPORT: _("No report"),
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
