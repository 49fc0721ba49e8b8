"""Themes by which readers look for activities, and their search words."""

from django.db.models import TextChoices
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _, gettext_noop, override


class Theme(TextChoices):
    """
    What an activity is about or whom it serves, not who does it.

    Migrants include arriving, leaving and returning people; the border includes sea,
    air and travel documents.
    """

    CHILDREN = "children", _("Children and adolescents")
    MIGRANTS = "migrants", _("Migrants")
    WORK = "work", _("Work")
    TOURISM = "tourism", _("Tourism")
    BORDER = "border", _("Border")


#: The words under which the search finds each theme.
SEARCH_WORDS = {
    Theme.CHILDREN: gettext_noop(
        "children, child, boys, girls, minors, adolescents, teenagers, youth, school"
    ),
    Theme.MIGRANTS: gettext_noop(
        "migrants, migration, smuggling, foreigners, refugees, returned, abroad"
    ),
    Theme.WORK: gettext_noop(
        "work, labour, labor, workers, employment, inspection, forced labour"
    ),
    Theme.TOURISM: gettext_noop("tourism, tourists, hotels, beaches, travel"),
    Theme.BORDER: gettext_noop(
        "border, coast, sea, boats, airports, passports, documents, crossing"
    ),
}
#: URL name → title, content and search questions of a plan's lists.
LISTS = {
    "agencies": (
        gettext_noop("Agencies of the plan"),
        gettext_noop("What each answers for, who has reported and who has not."),
        gettext_noop(
            "who has not reported, which institutions are silent, missing reports, "
            "who takes part, members"
        ),
    ),
    "commitments": (
        gettext_noop("All commitments of the plan"),
        gettext_noop("One table with filters: what is late, what is done, by area."),
        gettext_noop(
            "all commitments as a table, list of actions, what is late, overdue"
        ),
    ),
    "updates": (
        gettext_noop("Everything published on the plan"),
        gettext_noop("By period, agency and area, the newest first."),
        gettext_noop("what changed since, news, latest reports, what is new"),
    ),
    "recommendations": (
        gettext_noop("Recommendations to the country"),
        gettext_noop("What other countries and international bodies ask of it."),
        gettext_noop("which recommendation, recommendations, has nobody who responds"),
    ),
}
ABOUT_THEME = gettext_noop("What the plan does about it, whoever does it.")
#: The same for the list of indicators. A named indicator has a page of its own.
FIGURES = (
    gettext_noop("Figures"),
    gettext_noop("How many victims, cases, investigations and convictions, by source."),
    gettext_noop(
        "how many victims were identified, rescued or assisted, how many cases, "
        "investigations, convictions, sentences, figures by year, statistics"
    ),
)


class ThemeConverter:
    regex = "[a-z-]+"
    language = "es"

    def to_python(self, value):
        return list(Theme)[[self.to_url(each) for each in Theme].index(value)]

    def to_url(self, theme):
        with override(self.language):
            return slugify(str(Theme(theme).label))


class EnglishThemeConverter(ThemeConverter):
    language = "en"
