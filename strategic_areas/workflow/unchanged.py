"""Whether a report says just what its agency said of the same before."""

from datetime import date

from strategic_areas.models import Answer


def unchanged_since(update) -> date | None:
    """
    The end of the period since which the agency has said just this; None for news.

    Texts count in Spanish, and figures, places and the state as they are. It compares
    with the agency's own last report alone, never with what public sources say. Of a
    reserved report the public reads too little for it to be told.
    """
    if getattr(update, "is_reserved", False):
        return None
    if getattr(update, "answer", None) == Answer.NO_NEWS:
        return None
    own = type(update).objects.own_of(update.agency)
    about = {update.subject_field: update.subject}
    before = own.filter(**about).before(update.period).newest_first().first()
    if before is None or _said(before) != _said(update):
        return None
    return before.unchanged_since or before.period.ends_on


def _said(update):
    fields = update.fields.where(filled_in=True, repeated=True)
    return [_words(field.in_words(field.plain(update))) for field in fields]


def _words(text):
    return text.split()
