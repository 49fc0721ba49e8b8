"""What is wrong with a value before it is handed in. Pure: numbers in, words out."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

#: Units that are a part of a hundred.
PERCENT = ("%", "por ciento", "porcentaje")
#: Of these there are whole numbers only.
WHOLE = ("persons", "cases", "sentences", "events")
#: A value so many times the last one, or so many times smaller, is asked about.
FAR = 10


class Wrong(StrEnum):
    NEGATIVE = "negative"
    OVER_100 = "over_100"
    NOT_WHOLE = "not_whole"
    FAR_OFF = "far_off"
    PARTS = "parts"


@dataclass(frozen=True)
class Fault:
    """``dimension`` and ``missing`` are those of parts that do not make the total."""

    wrong: Wrong
    dimension: str = ""
    missing: Decimal = Decimal(0)


def faults(
    value: Decimal,
    parts: Mapping[str, Mapping[str, Decimal]],
    *,
    counts: str,
    unit: str,
    last: Decimal | None,
) -> list[Fault]:
    """
    Every fault of a value and its parts, by dimension and category.

    ``last`` is the value of the series that was published last.
    """
    found = []
    numbers = [value, *(each for dim in parts.values() for each in dim.values())]
    if counts not in ("money", "other") and any(each < 0 for each in numbers):
        found.append(Fault(Wrong.NEGATIVE))
    if unit.strip().lower() in PERCENT and not 0 <= value <= 100:
        found.append(Fault(Wrong.OVER_100))
    if counts in WHOLE and any(each != each.to_integral_value() for each in numbers):
        found.append(Fault(Wrong.NOT_WHOLE))
    if last and value and not Decimal(1) / FAR < abs(value / last) < FAR:
        found.append(Fault(Wrong.FAR_OFF))
    for dimension, shares in parts.items():
        if missing := value - sum(shares.values()):
            found.append(Fault(Wrong.PARTS, dimension, missing))
    return found
