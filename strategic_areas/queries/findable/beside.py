"""What stands beside records: sources, cleared evidence, corrections, disputes."""

from functools import partial

from django.db.models import Case, Q, TextField, Value, When
from django.db.models.functions import Coalesce

from strategic_areas.models import (
    Activity,
    ActivityUpdate,
    AttributionDispute,
    Commitment,
    CommitmentUpdate,
    Correction,
    Discrepancy,
    Evidence,
    HelpLine,
    LaterActivity,
    LegalInstrument,
    Participation,
    Plan,
    TipTier,
)
from strategic_areas.queries import corrections, help_lines
from strategic_areas.queries.findable.shapes import as_text, both, whose

#: By the record that rests on a source: which page prints it, where on that page, what
#: plan it is of. The first of these at which a source stands is where it is found.
SOURCED = {
    Commitment: ("commitment", "code", "", "plan__code"),
    Activity: ("commitment", "commitment__code", "code", "plan__code"),
    ActivityUpdate: ("update", "public_id", "", "plan__code"),
    CommitmentUpdate: ("update", "public_id", "", "plan__code"),
    LegalInstrument: ("legal_base", "", "code", ""),
    Discrepancy: ("discrepancies", "", "code", "plan__code"),
    Participation: ("agency", "agency__slug", "", "plan__code"),
    LaterActivity: ("later_activities", "", "code", "plan__code"),
    TipTier: ("frameworks", "", "", "plan__code"),
    HelpLine: ("help", "", "", ""),
}


def shapes():
    """Pairs of a kind and the function that gives its rows and their columns."""
    for place, model in enumerate(SOURCED):
        yield "source", partial(_sources, model, place)
    yield "evidence", _evidence
    yield "correction", _corrections
    yield "dispute", _disputes


def _told(model):
    """The records of a kind of which the public reads what they rest on."""
    if model in {Commitment, Activity}:
        return model.objects.public().standing()
    if model is ActivityUpdate:
        # Of a reserved one nothing is told but its legal basis.
        return model.objects.published().filter(is_reserved=False)
    if model is CommitmentUpdate:
        return model.objects.published()
    if model is HelpLine:
        return help_lines.published()
    if model is LegalInstrument:
        return model.objects.all()
    return model.objects.filter(plan__in=Plan.objects.public())


def _sources(model, order):
    page, place, mark, plan = SOURCED[model]
    name = model._meta.model_name
    shape = {
        "pk": "source_id",
        "slug": Value(page),
        "sort": Value(str(order)),
        "acronym": "source__publisher",
        "title_es": "source__title",
        "title_en": "source__title",
        **both(a="source__note"),
    }
    for column, path in (("place", place), ("mark", mark), ("plan", plan)):
        if path:
            shape[column] = f"{name}__{path}"
    rows = model.sources.through.objects
    return rows.filter(**{f"{name}__in": _told(model)}), shape


def _evidence():
    """Cleared, and of what is published: ``cleared`` gives no more."""
    shape = {"sort": as_text("pk"), "a_es": "archive_office", "b_es": "archive_number"}
    for column, path in {
        "plan": "plan__code",
        "place": "public_id",
        "who_es": "period__name_es",
        "who_en": "period__name_en",
    }.items():
        shape[column] = _of_either(path, path)
    shape["acronym"] = _of_either(
        "activity__agency__acronym", "commitment__lead__acronym"
    )
    shape["mark"] = Case(
        When(
            Q(activity_update__period__is_demonstration=True)
            | Q(commitment_update__period__is_demonstration=True),
            then=Value("demonstration"),
        ),
        default=Value(""),
    )
    rows = Evidence.objects.cleared().exclude(activity_update__is_reserved=True)
    return rows.exclude(kind=Evidence.Kind.REMOVED), shape | both(title="title")


def _of_either(update, declaration):
    return Coalesce(
        f"activity_update__{update}",
        f"commitment_update__{declaration}",
        output_field=TextField(),
    )


def _corrections():
    shape = {"sort": as_text("asked_on"), "place": as_text(corrections.place())}
    texts = both(title="about", a="asked", b="decision")
    return Correction.objects.all(), shape | texts


def _disputes():
    """Beside a record that stands and whose page tells what it says."""
    names = ("commitment", "activity", "activity_update__activity")
    shape = {
        "plan": Coalesce(
            *("commitment__plan__code", "activity__plan__code"),
            "activity_update__plan__code",
        ),
        "place": Coalesce("commitment__code", "activity__commitment__code"),
        "mark": "activity__code",
        "code": "activity_update__public_id",
        "sort": as_text("written_at"),
    }
    for language in ("es", "en"):
        titles = [f"{name}__title_{language}" for name in names]
        shape[f"title_{language}"] = Coalesce(*titles, output_field=TextField())
    rows = AttributionDispute.objects.filter(
        Q(commitment__in=_told(Commitment))
        | Q(activity__in=_told(Activity))
        | Q(activity_update__in=_told(ActivityUpdate))
    )
    return rows, shape | whose("agency") | both(a="text", b="resolution")
