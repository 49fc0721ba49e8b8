"""What stands in the fillable cells: of a row when written, of a cell when read."""

import hashlib
import math
from decimal import Decimal

from strategic_areas import cells
from strategic_areas.desk.workbook import words
from strategic_areas.desk.workbook.columns import CHOICES, FILLED_NAMES, NUMBERS
from strategic_areas.models import ActivityUpdate, Answer

#: How Excel stores the line ends of some programs.
STORED_RETURN = "_x000D_"


def filled(row):
    """Name → what a row's fillable cells hold when it is downloaded."""
    if row.state == "todo":
        return _remembered(row.last)
    update = row.update
    held = {name: getattr(update, name) for name in FILLED_NAMES if name != "places"}
    if update.answer != Answer.NO_NEWS:
        held["no_news_reason_es"] = ""
    held["places"] = place_names(update.places.all())
    return {name: _shown(name, value) for name, value in held.items()}


def _remembered(last):
    """As on the sheet, an empty row opens with what was last published."""
    held = dict.fromkeys(FILLED_NAMES)
    if last:
        remembered = set(ActivityUpdate.fields.spanish(prefilled=True)) - {"places"}
        held |= {name: getattr(last, name) for name in remembered}
        held["places"] = place_names(last.places.all())
    return {name: _shown(name, value) for name, value in held.items()}


def place_names(places):
    return "; ".join(sorted(place.name for place in places))


def _shown(name, value):
    if name in CHOICES:
        return words.word(name, value)
    return value if name in NUMBERS else value or ""


def plain(name, value, number_format=""):
    """
    A cell's value as one text, however the program stored it.

    Numbers without spare zeros, texts without their escape and the blanks around them;
    "40 %" typed where a percent is asked is 40.
    """
    if value is None:
        return ""
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        if name == "percent" and "%" in number_format:
            value = round(value * 100, 6)
        return _number(value)
    text = cells.unescape(str(value).replace(STORED_RETURN, "\r"))
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    return text.removesuffix("%").strip() if name == "percent" else text


def _number(value):
    if not math.isfinite(value):
        return str(value)
    return format(Decimal(str(value)).normalize(), "f")


def digest(texts):
    """
    A short sign of each fillable cell, by which a changed one is known.

    Of words on a list it is their meaning that counts, in whichever language.
    """
    told = [_meant(name, texts[name]) for name in FILLED_NAMES]
    return "-".join(
        hashlib.blake2s(text.encode(), digest_size=4).hexdigest() for text in told
    )


def _meant(name, text):
    if name not in CHOICES:
        return text
    value = words.meaning(name, text)
    if name == "is_reserved" and not text:
        value = False
    return text if value is None else str(value)


def touched(texts, seen):
    """
    The names of the cells that somebody changed since ``digest`` made ``seen``.

    Where that is lost, every cell that is not empty counts as changed.
    """
    signs = seen.split("-")
    if len(signs) != len(FILLED_NAMES):
        return {name for name in FILLED_NAMES if texts[name]}
    now = digest(texts).split("-")
    pairs = zip(FILLED_NAMES, signs, now, strict=True)
    return {name for name, before, after in pairs if before != after}
