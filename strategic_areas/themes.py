"""The themes by which people look for what a plan does, whoever does it."""

from django.db.models import TextChoices
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, override


class Theme(TextChoices):
    """
    What an activity is about or whom it serves, and not who does it.

    Migrants came, left or returned. The border is at sea and in the air too, and in the
    documents of whoever crosses it.
    """

    CHILDREN = "children", _("Children and adolescents")
    MIGRANTS = "migrants", _("Migrants")
    WORK = "work", _("Work")
    TOURISM = "tourism", _("Tourism")
    BORDER = "border", _("Border")


#: The words by which people ask for each.
ASKED = {
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


class ThemeConverter:
    """A theme in an address, by its name in the ``language`` of the page."""

    regex = "[a-z-]+"
    language = "es"

    def to_python(self, value):
        return list(Theme)[[self.to_url(each) for each in Theme].index(value)]

    def to_url(self, theme):
        with override(self.language):
            return slugify(str(Theme(theme).label))


class EnglishThemeConverter(ThemeConverter):
    language = "en"
