"""How passwords are hashed, and which ones are refused."""

import re

from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from agencies.folding import fold
from agencies.models import Agency

#: Words that somebody who knows the portal would try first.
WORDS = {
    "citim",
    "dominicana",
    "gestion",
    "mirex",
    "planaccion",
    "plannacional",
    "republica",
    "trafico",
    "trata",
    "tratadepersonas",
    "victima",
}
#: How many letters must be left once these words are taken out.
REST = 8
DISGUISES = str.maketrans("013457@$!", "oieastasi")


class LeanArgon2Hasher(Argon2PasswordHasher):
    """
    Argon2id with twice the work of OWASP's "m=47104 (46 MiB), t=1, p=1".

    Django's own takes 100 MiB and eight threads of the processor for each password,
    which would make a flood of wrong ones cheap for whoever sends it. The figures come
    from OWASP's Password Storage Cheat Sheet. A password that was hashed otherwise is
    hashed anew at its owner's next sign-in.
    """

    time_cost = 2
    memory_cost = 47104
    parallelism = 1


class ContextWordValidator:
    """Refuses what is little more than the portal's words or an agency's acronym."""

    def validate(self, password, user=None):
        rest = plain(password)
        words = WORDS | {plain(acronym) for acronym in _acronyms()}
        for word in sorted(filter(None, words), key=len, reverse=True):
            rest = rest.replace(word, "")
        if len(rest) < REST and rest != plain(password):
            raise ValidationError(
                _(
                    "The password is little more than words that everybody here "
                    "knows, such as an agency's acronym. Use four words of your own."
                ),
                code="password_of_context_words",
            )

    def get_help_text(self):
        return _("It cannot be made of the portal's own words or agencies' acronyms.")


def plain(text):
    """Only letters, small, without accents and without the usual disguises."""
    return re.sub(r"[^a-z]", "", fold(text).translate(DISGUISES))


def _acronyms():
    return Agency.objects.values_list("acronym", flat=True)
