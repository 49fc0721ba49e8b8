"""How the fields of a report are declared: what an agency writes of its work."""

from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from agencies.fields import Field


class Part(models.TextChoices):
    """The part of the form in which a field of a report is filled in."""

    FIGURES = "figures", _("How far it has come")
    TEXT = "text", _("What was done")
    HELD_BACK = "held_back", _("Obstacle and next step")
    REACH = "reach", _("People reached and places")
    NOTE = "note", _("Note for the secretariat")
    NO_NEWS = "no_news", _("No news")
    RESERVED = "reserved", _("Reserved by law")


@dataclass(frozen=True)
class Column:
    """The column of a field in the workbook: its width, and how it is filled in."""

    width: int
    hint: str | Promise = ""


@dataclass(frozen=True)
class ReportField(Field):
    """
    A field that an agency fills in.

    ``part``: where on the form; None for one that the form fills in by itself.
    ``rows``: the height of its text box.
    ``compared``: a reviewer reads it beside what was last published.
    ``corrected``: a correction begins with it, and is one if it changes.
    ``receipt``: it stands on the receipt of what was sent.
    ``repeated``: the answer “Same as the previous period” says it again.
    ``stands``: where an agency answers “No news”, it goes on standing.
    ``prefilled``: an empty row opens with what was last published of it.
    ``column``: its column in the workbook, if it has one.
    """

    part: Part | None = None
    rows: int = 2
    compared: bool = True
    corrected: bool = True
    receipt: bool = True
    repeated: bool = True
    stands: bool = False
    prefilled: bool = False
    column: Column | None = None
