"""What is a country's and no plan's: its names, its laws and its numbers."""

import tomllib
from dataclasses import dataclass

from django.utils.translation import get_language


@dataclass(frozen=True, eq=False)
class Country:
    """What a file of ``countries/`` holds, where each line is explained."""

    code: str
    name: str
    time_zone: str
    currency: str
    currency_sign: str
    emergency_number: str
    state_hosts: list[str]
    password_words: list[str]
    calling_code: str
    area: list[str]
    subscriber: list[int]
    help_lines: list[str]
    toll_free: list[str]
    identity_card: str
    card_shapes: list[str]
    checked_card: str
    iban_length: int
    texts: dict[str, dict[str, str]]

    @property
    def words(self):
        """Its texts in the active language."""
        return self.texts["en" if get_language() == "en" else "es"]


def load(path):
    """Raises ``TypeError`` for a line that is missing or that no country has."""
    return Country(**tomllib.loads(path.read_text(encoding="utf-8")))
