"""Registration of bilingual fields and of models with a history."""

from agencies.translation import keep_history, make_bilingual
from strategic_areas import models
from strategic_areas.models import measurements  # noqa: F401 - or it is no model yet

make_bilingual("strategic_areas")

# Last, or the history would lack the translated fields.
for model in (
    models.Plan,
    models.StrategicArea,
    models.Programme,
    models.Participation,
    models.Commitment,
    models.Activity,
    models.ReportingPeriod,
    models.ActivityUpdate,
    models.CommitmentUpdate,
    models.Evidence,
    models.HelpLine,
    models.Correction,
    models.RecordDispute,
    models.Indicator,
    models.Target,
):
    keep_history(model, app="strategic_areas")
