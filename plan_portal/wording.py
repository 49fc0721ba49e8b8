"""
Sentences of Django's own admin that our catalogue words anew.

Django's Spanish greets in the plural and guesses genders. Named here, they are
collected into our catalogue, which is asked first; nothing needs to import them.
"""

from django.utils.translation import gettext_lazy as _

SENTENCES = [
    _("Welcome,"),
    _("View"),
    _("View %s"),
    _("History"),
    _("Change history: %s"),
    _("Breadcrumbs"),
    _("Select %s to change"),
    _("Select %s to view"),
    _("Add another %(verbose_name)s"),
    _("Delete selected %(verbose_name_plural)s"),
    _("Successfully deleted %(count)d %(items)s."),
    _("The {name} “{obj}” was added successfully."),
    _("The {name} “{obj}” was changed successfully."),
    _("The %(name)s “%(obj)s” was deleted successfully."),
    _("You may edit it again below."),
    _("Yes, I’m sure"),
    _("No, take me back"),
    _("Start typing to filter…"),
    _("Thanks for spending some quality time with the web site today."),
]
