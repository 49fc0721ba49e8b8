"""From which letter a report was transcribed, as far as the public reads it."""

from dataclasses import dataclass
from datetime import date

from strategic_areas import text_guard


@dataclass(frozen=True)
class TranscribedFrom:
    """
    A letter or mail of the agency.

    ``reference`` is empty where it has none, or where the guard finds something in it.
    """

    kind: str
    reference: str
    dated_on: date
    is_confirmed: bool


def transcribed_from(update):
    """The letter of a revision that was transcribed, else None."""
    if update.letter is None:
        return None
    reference = update.letter.reference
    return TranscribedFrom(
        kind=update.letter.kind,
        reference="" if text_guard.inspect(reference) else reference,
        dated_on=update.letter.dated_on,
        is_confirmed=update.confirmed_at is not None,
    )
