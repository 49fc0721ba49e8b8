"""Country-wide settings: names, laws and formats of numbers."""

import re
import tomllib
from dataclasses import dataclass, fields
from importlib.util import find_spec
from pathlib import Path
from typing import get_args, get_origin

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import get_language

#: Required keys of ``texts``, in each language.
TEXTS = (
    "name",
    "public_agency",
    "of_the_state",
    "access_law",
    "privacy_law",
    "protection_laws",
)


@dataclass(frozen=True, eq=False)
class Country:
    code: str
    name: str
    time_zone: str
    currency: str
    currency_sign: str
    emergency_number: str
    official_domains: list[str]
    password_words: list[str]
    calling_code: str
    #: Of the area code, a pattern for each digit.
    area: list[str]
    #: How many digits each further group of a telephone number has.
    subscriber: list[int]
    help_lines: list[str]
    toll_free: list[str]
    identity_card: str
    #: A number of such a shape is that of an identity card.
    card_shapes: list[str]
    #: A number of this shape is one only with the right check digit.
    checked_card: str
    iban_length: int
    texts: dict[str, dict[str, str]]
    state_links: dict[str, dict[str, str]]

    @property
    def words(self):
        return self.texts["en" if get_language() == "en" else "es"]

    @property
    def links(self):
        language = "en" if get_language() == "en" else "es"
        return [
            {"url": url, "text": texts[language]}
            for url, texts in self.state_links.items()
        ]


def load_country(path):
    """Raises ``ImproperlyConfigured`` for an unusable file."""
    try:
        country = Country(**tomllib.loads(path.read_text(encoding="utf-8")))
        wrong = [*_wrong_types(country)] or [*_unusable_values(country)]
    except (TypeError, ValueError) as error:
        wrong = [str(error)]
    if wrong:
        raise ImproperlyConfigured(f"COUNTRY_FILE {path.name}: {'; '.join(wrong)}")
    return country


def _wrong_types(country):
    for each in fields(country):
        value, kind = getattr(country, each.name), get_origin(each.type) or each.type
        is_right = type(value) is kind
        if is_right and kind is list:
            is_right = all(type(item) in get_args(each.type) for item in value)
        if is_right and kind is dict:
            is_right = all(type(item) is dict for item in value.values())
        if not is_right:
            yield f"{each.name} must be {getattr(each.type, '__name__', each.type)}"


def _unusable_values(country):
    if not re.fullmatch("[A-Z]{2}", country.code):
        yield "code must be two capital letters"
    for name in ("area", "subscriber", "card_shapes"):
        if not getattr(country, name):
            yield f"{name} must not be empty"
    for name in ("area", "card_shapes", "checked_card"):
        texts = getattr(country, name)
        for pattern in [texts] if isinstance(texts, str) else texts:
            try:
                re.compile(pattern)
            except re.error as error:
                yield f"{name} holds no pattern: {pattern} ({error})"
            if not pattern:
                yield f"{name} must hold no empty pattern"
    if not _has_card(country):
        yield f"identity_card {country.identity_card} is not known of this country"
    for language in ("es", "en"):
        for url, texts in country.state_links.items():
            if not url.startswith("https://") or not texts.get(language):
                yield f"state_links {url} needs https and a text in {language}"
        texts = country.texts.get(language, {})
        if missing := [name for name in TEXTS if not texts.get(name)]:
            yield f"texts.{language} lacks {', '.join(missing)}"


def _has_card(country):
    library, code = Path(find_spec("stdnum").origin).parent, country.code.lower()
    card = f"{country.identity_card}.py"
    return any((library / each / card).is_file() for each in (code, f"{code}_"))
