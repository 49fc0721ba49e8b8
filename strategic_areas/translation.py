"""Which fields the public reads in two languages, and what keeps a history."""

from modeltranslation.translator import TranslationOptions, translator
from simple_history import register as keep_history

from strategic_areas import models
from strategic_areas.models.measurements import Measurement

BILINGUAL = {
    models.Source: ["note"],
    models.Plan: ["title", "summary", "note"],
    models.StrategicArea: ["slug", "name", "short", "outcome", "note"],
    models.Programme: ["name", "note"],
    models.Participation: ["mandate", "note"],
    models.Commitment: [
        "title",
        "expected_result",
        "baseline",
        "means_of_verification",
        "note",
    ],
    models.Activity: [
        "title",
        "expected_product",
        "unit",
        "means_of_verification",
        "note",
    ],
    models.LaterActivity: ["title", "note"],
    models.ReportingPeriod: ["name"],
    models.AgencyComment: ["text"],
    models.AttributionDispute: ["text", "resolution"],
    models.Correction: ["about", "asked", "decision"],
    models.ActivityUpdate: [
        "narrative",
        "obstacle",
        "next_step",
        "no_news_reason",
        "note",
    ],
    models.CommitmentUpdate: ["statement", "note"],
    models.Evidence: ["title"],
    models.Amendment: ["old_value", "new_value", "reason", "deciding_act"],
    models.FrameworkTarget: ["name", "note"],
    models.LegalInstrument: ["name", "summary", "note"],
    models.HelpLine: ["label", "hours", "scope", "note"],
    models.TipTier: ["label", "note"],
    models.CodeList: ["name", "note"],
    models.CodeListValue: ["label"],
    models.Indicator: ["name", "unit", "definition", "note"],
    models.Discrepancy: ["topic", "detail"],
    Measurement: ["note"],
}

for model, names in BILINGUAL.items():
    options = type(f"{model.__name__}Translation", (TranslationOptions,), {})
    options.fields = names
    options.required_languages = {
        "es": [name for name in names if not model._meta.get_field(name).blank]
    }
    translator.register(model, options)

# Spanish is the language of the staff pages: only the English field names itself.
for model, names in BILINGUAL.items():
    for name in names:
        spanish = model._meta.get_field(f"{name}_es")
        spanish.verbose_name = model._meta.get_field(name).verbose_name

# After the translated fields, or the history would miss them.
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
    models.AttributionDispute,
    models.Indicator,
    models.Target,
):
    keep_history(model, app="strategic_areas")
