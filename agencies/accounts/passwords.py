"""Password hashing and the rules for acceptable passwords."""

import re
from collections import Counter

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from agencies.folding import fold
from agencies.models import Agency, AgencyName

#: Words that an attacker would try first, in addition to the country's.
PORTAL_WORDS = {
    *("accion", "contra", "gestion", "nacional", "persona", "personas", "plan"),
    *("portal", "republica", "trafico", "trata", "victima", "victimas"),
}
#: Minimum number of letters in addition to known words.
MIN_OTHER_LETTERS = 8
#: Minimum number of different characters, blanks not counted.
MIN_DIFFERENT = 5
#: Minimum length of a part of a name: shorter ones occur in many words.
MIN_NAME_PART = 4
#: Digits and signs that stand for similar letters.
DISGUISES = str.maketrans("013457@$!", "oieastasi")


class LeanArgon2Hasher(Argon2PasswordHasher):
    """
    Argon2id with twice the work of "m=47104 (46 MiB), t=1, p=1" (OWASP).

    Django's default needs 100 MiB and eight threads per password: a flood would exhaust
    the server.
    """

    time_cost = 2
    memory_cost = 47104
    parallelism = 1


class MonotonyValidator:
    """Refuses a password of few different characters, or mostly of one character."""

    def validate(self, password, user=None):
        found = Counter("".join(fold(password).split()))
        if len(found) < MIN_DIFFERENT or max(found.values()) * 2 > found.total():
            raise ValidationError(
                _("The password repeats a few characters. Use four words of your own."),
                code="password_of_few_characters",
            )

    def get_help_text(self):
        return _("It cannot be made of a few characters repeated.")


class ContextWordValidator:
    """
    Refuses a password that contains words of the portal, the agencies or the account
    and fewer than ``MIN_OTHER_LETTERS`` other letters.
    """

    def validate(self, password, user=None):
        portal = {settings.SITE_HOST, settings.SECRETARIAT_NAME}
        names = {*portal, *_names_of_agencies(), *_names_of(user)}
        known = {*PORTAL_WORDS, *settings.COUNTRY.password_words, *_parts(names)}
        words = sorted(known, key=len, reverse=True)
        for text in (plain_letters(password), letters(password)):
            rest = text
            for word in words:
                rest = rest.replace(word, "")
            if len(rest) < MIN_OTHER_LETTERS and rest != text:
                raise ValidationError(
                    _(
                        "The password is little more than words that everybody here "
                        "knows, such as an agency's acronym or your own name. Use "
                        "four words of your own."
                    ),
                    code="password_of_context_words",
                )

    def get_help_text(self):
        return _(
            "It cannot be made of the portal's own words, agencies' names or your own "
            "name."
        )


def plain_letters(text):
    """
    Lowercase letters without accents; digits and signs that imitate letters are mapped
    back.
    """
    return letters(fold(text).translate(DISGUISES))


def letters(text):
    return re.sub(r"[^a-z]", "", fold(text))


def _parts(names):
    for name in filter(None, names):
        yield plain_letters(name)
        for word in re.split(r"[\W_\d]+", fold(name)):
            if len(plain_letters(word)) >= MIN_NAME_PART:
                yield plain_letters(word)


def _names_of_agencies():
    for model in (Agency, AgencyName):
        for names in model.objects.values_list("acronym", "name_es", "name_en"):
            yield from names


def _names_of(user):
    if user is not None:
        address = user.email.partition("@")[0]
        yield from (user.username, address, user.first_name, user.last_name)
