"""The levels of a plan's tree: what stands on each, under what, and by which words."""

from dataclasses import dataclass

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from strategic_areas.models import Activity, Commitment, Programme, StrategicArea


@dataclass(frozen=True)
class Level:
    """
    One level of the tree.

    ``word`` stands in addresses; ``above`` is the foreign key to the record above,
    ``answers`` that to the agency that answers for a record, ``named`` the field of its
    name, ``result`` that of what it is to bring about: each "" where there is none.
    ``adds`` stands on the link that adds one, ``then_adds`` on the button that saves
    and goes on to one, ``adds_too`` on that which proposes one together with another.
    """

    word: str
    model: type[Model]
    above: str
    named: str
    adds: Promise
    then_adds: Promise
    answers: str = ""
    result: str = ""
    adds_too: Promise | str = ""

    @property
    def model_name(self):
        return self.model._meta.model_name

    @property
    def below(self):
        """The level below; None under an activity."""
        place = LEVELS.index(self) + 1
        return LEVELS[place] if place < len(LEVELS) else None

    @property
    def higher(self):
        """The level above; None above an area."""
        place = LEVELS.index(self)
        return LEVELS[place - 1] if place else None

    def rows(self, plan):
        """What of the level stands in a plan, in the order of codes."""
        manager = self.model.objects
        rows = manager.standing() if hasattr(manager, "standing") else manager.all()
        return rows.filter(plan=plan).order_by("sort_code", "pk")

    def name_of(self, record):
        return getattr(record, self.named)

    def counted(self, number):
        """The number of its records, with what they are called."""
        meta = self.model._meta
        return (
            f"{number} {meta.verbose_name if number == 1 else meta.verbose_name_plural}"
        )


LEVELS = (
    Level(
        *("eje", StrategicArea, "plan", "name"),
        adds=_("Add a strategic area"),
        then_adds=_("Save and add a strategic area"),
        result="outcome",
    ),
    Level(
        *("programa", Programme, "area", "name"),
        adds=_("Add a programme"),
        then_adds=_("Save and add a programme"),
        adds_too=_("Propose a programme with it"),
    ),
    Level(
        *("compromiso", Commitment, "programme", "title"),
        adds=_("Add a commitment"),
        then_adds=_("Save and add a commitment"),
        adds_too=_("Propose a commitment with it"),
        answers="lead",
        result="expected_result",
    ),
    Level(
        *("actividad", Activity, "commitment", "title"),
        adds=_("Add an activity"),
        then_adds=_("Save and add an activity"),
        adds_too=_("Propose an activity with it"),
        answers="agency",
        result="expected_product",
    ),
)


def key_of(record):
    """What names a record on the page; "plan" for a plan itself."""
    word = next((each.word for each in LEVELS if isinstance(record, each.model)), "")
    return f"{word}-{record.pk}" if word else "plan"


def over(record):
    """The record above."""
    return getattr(record, level_of(record).above)


def level_of(record):
    return next(each for each in LEVELS if isinstance(record, each.model))


def named(word):
    """The level of a word of an address; None where it is none."""
    return next((each for each in LEVELS if each.word == word), None)


def under(record):
    """Everything that stands below a record, whether superseded or not."""
    found, path = [], ""
    level = level_of(record)
    while level := level.below:
        path = f"{level.above}__{path}" if path else level.above
        found += level.model.objects.filter(**{path: record})
    return found
