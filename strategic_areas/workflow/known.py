"""What the plans and institutions call by a name: no word that could be a person's."""

from itertools import chain

from agencies.models import Agency, AgencyName
from strategic_areas import models, text_guard

#: What two people approved and the public reads: names of things, not of people.
NAMING = (
    *(models.Plan, models.StrategicArea, models.Programme, models.Commitment),
    *(models.Activity, models.Indicator, models.Term, models.LegalInstrument),
    *(models.FrameworkTarget, models.Province, models.HelpLine, Agency, AgencyName),
)
#: The publication version, a digest of the texts and the words in them.
_kept = (None, None, None)


def known_words():
    """The words of all plans and institutions, read anew when they have changed."""
    global _kept  # one per process, replaced as a whole
    read_at, known, words = _kept
    version = models.PublicationVersion.current()
    if version == read_at:
        return words
    texts = tuple(chain(*map(_texts, NAMING)))
    digest = hash(texts)
    if digest != known:
        words = text_guard.Known.of(texts)
    _kept = version, digest, words
    return words


def forget():
    global _kept
    _kept = (None, None, None)


def _texts(model):
    columns = [
        name
        for field in model.fields
        if field.guarded and field.kind is field.kind.TEXT
        for name in field.columns
    ]
    rows = _public(model).order_by().values_list(*columns)
    return (text for row in rows for text in row if text)


def _public(model):
    """The rows that anyone may read; what an agency named itself nobody approved."""
    if model is models.Plan:
        return model.objects.public()
    rows = model._base_manager.all()
    names = {field.name for field in model._meta.concrete_fields}
    if "is_in_plan" in names:
        rows = rows.filter(is_in_plan=True)
    for name in names & {"plan", "introduced_by"}:
        rows = rows.filter(**{f"{name}__in": models.Plan.objects.public()})
    return rows
