"""The rows of every kind of record that the search may find, in one query."""

from collections import namedtuple

from django.db.models import Case, F, TextField, Value, When
from django.db.models.functions import Coalesce

from agencies.models import AgencyName
from strategic_areas.models import (
    Activity,
    AgencyComment,
    Commitment,
    Discrepancy,
    FrameworkTarget,
    LaterActivity,
    LegalInstrument,
    Participation,
    Plan,
    Programme,
    StrategicArea,
    TipTier,
)
from strategic_areas.queries import amendments, help_lines
from strategic_areas.queries.findable import beside
from strategic_areas.queries.findable.shapes import as_text, both, whose
from strategic_areas.queries.joins import columns

#: The columns of any kind: the plan, where on its page, what code, whose, which texts.
COLUMNS = (
    "plan",
    "place",
    "mark",
    "code",
    "sort",
    "slug",
    "acronym",
    "who_es",
    "who_en",
    "title_es",
    "title_en",
    "a_es",
    "a_en",
    "b_es",
    "b_en",
    "c_es",
    "c_en",
    "d_es",
    "d_en",
)
Row = namedtuple("Row", ("kind", "pk", *COLUMNS))


def rows():
    """Every row, of the kind that it names; one query."""
    shapes = [*SHAPES.items(), *beside.shapes()]
    parts = [_part(kind, *shape()) for kind, shape in shapes]
    return map(Row._make, parts[0].union(*parts[1:], all=True))


def _part(kind, found, shape):
    taken = [_column(shape.get(name)) for name in COLUMNS]
    pk = F(shape.get("pk", "pk"))
    return columns(found.order_by(), Value(kind), pk, *taken)


def _column(source):
    if source is None:
        return Value("")
    return F(source) if isinstance(source, str) else source


def _of_public_plans(model):
    return model.objects.filter(plan__in=Plan.objects.public())


CODED = {"plan": "plan__code", "code": "code", "sort": "sort_code"}


def _commitments():
    texts = both(
        title="title",
        a="expected_result",
        b="baseline",
        c="means_of_verification",
        d="note",
    )
    return Commitment.objects.public().standing(), CODED | whose("lead") | texts


def _activities():
    texts = both(
        title="title", a="expected_product", b="means_of_verification", c="note"
    )
    where = {"place": "commitment__code"}
    found = Activity.objects.public().standing()
    return found, CODED | where | whose("agency") | texts


def _areas():
    where = {"place": "slug_es", "mark": "slug_en", "plan": "plan__code"}
    texts = both(title="name", a="outcome", b="note")
    return _of_public_plans(StrategicArea), where | {"sort": "sort_code"} | texts


def _programmes():
    where = {"place": "area__slug_es", "mark": "area__slug_en", "plan": "plan__code"}
    texts = both(title="name", who="area__name")
    return _of_public_plans(Programme), where | {"sort": "sort_code"} | texts


def _participations():
    texts = both(a="mandate", b="note")
    return (
        _of_public_plans(Participation),
        {"plan": "plan__code"} | whose("agency") | texts,
    )


def _former_names():
    names = {"slug": "agency__slug", "acronym": "acronym", "code": "agency__acronym"}
    return AgencyName.objects.all(), names | both(title="name")


def _comments():
    demonstrated = Case(
        When(period__is_demonstration=True, then=Value("demonstration")),
        default=Value(""),
    )
    found = AgencyComment.objects.filter(period__plan__in=Plan.objects.public())
    shape = {"plan": "period__plan__code", "mark": demonstrated}
    shape["sort"] = as_text("period__ends_on")
    return found, shape | whose("agency") | both(title="period__name", a="text")


def _targets():
    shape = {"code": "code", "sort": "sort_code", "mark": "family"}
    return FrameworkTarget.objects.all(), shape | both(title="name")


def _tiers():
    shape = {"plan": "plan__code", "sort": as_text("report_year")}
    return _of_public_plans(TipTier), shape | both(title="label", a="note")


def _laws():
    shape = {"code": "code", "sort": as_text("year"), "mark": "kind"}
    texts = both(title="name", a="summary", b="note")
    return LegalInstrument.objects.all(), shape | texts


def _discrepancies():
    return _of_public_plans(Discrepancy), CODED | both(title="topic", a="detail")


def _later():
    texts = both(title="title", a="note")
    return _of_public_plans(LaterActivity), CODED | whose("agency") | texts


#: What an amendment is about: the first that there is.
SUBJECTS = ("activity", "commitment", "plan")


def _amendments():
    shape = {
        "plan": "plan__code",
        "place": Coalesce("commitment__code", "activity__commitment__code"),
        "mark": "activity__code",
        "slug": "field",
        "sort": as_text("decided_on"),
    }
    for language in ("es", "en"):
        names = [f"{each}__title_{language}" for each in SUBJECTS]
        shape[f"title_{language}"] = Coalesce(*names, output_field=TextField())
    texts = both(a="reason", b="old_value", c="new_value", d="deciding_act")
    found = amendments.approved().filter(plan__in=Plan.objects.public())
    return found, shape | texts


def _help_lines():
    texts = both(title="label", a="scope", b="hours", c="note")
    return help_lines.published(), {"code": as_text("numbers")} | texts


SHAPES = {
    "commitment": _commitments,
    "activity": _activities,
    "area": _areas,
    "programme": _programmes,
    "participation": _participations,
    "former_name": _former_names,
    "comment": _comments,
    "target": _targets,
    "tier": _tiers,
    "law": _laws,
    "discrepancy": _discrepancies,
    "later": _later,
    "amendment": _amendments,
    "help": _help_lines,
}
