"""What an account says, by the fields that the models declare as public."""

from dataclasses import make_dataclass
from decimal import Decimal

from agencies.fields import Kind
from strategic_areas.disclosure import Protected
from strategic_areas.models import ActivityUpdate, CommitmentUpdate

#: The fields of accounts that public pages tell under a heading of their own.
HEADED = {
    field.name: field
    for model in (ActivityUpdate, CommitmentUpdate)
    for field in model.fields.where(public=True, filled_in=True)
    if field.heading != ""
}.values()
FIGURES = [field for field in HEADED if field.kind in {Kind.WHOLE, Kind.DECIMAL}]
TEXTS = [field for field in HEADED if field.bilingual]
#: What an account says in them, an attribute each; and ``text``, the main text.
Content = make_dataclass(
    "Content",
    [
        *((field.name, int | Decimal | Protected | None, None) for field in FIGURES),
        *(
            (f"{name}_{language}", str, "")
            for name in ("text", *(field.name for field in TEXTS))
            for language in ("es", "en")
        ),
    ],
    frozen=True,
    kw_only=True,
)
