"""Findings of the guard: kinds, severities and messages."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Severity(StrEnum):
    """A block, a warning to the author and the reviewer, or a mark for the reviewer."""

    BLOCK = "block"
    WARN = "warn"
    MARK = "mark"


class PersonalDataKind(StrEnum):
    IDENTITY_DOCUMENT = "identity_document"
    PASSPORT = "passport"
    TELEPHONE = "telephone"
    EMAIL = "email"
    PROFILE = "profile"
    BIRTH_DATE = "birth_date"
    BANK_ACCOUNT = "bank_account"
    INITIALS = "initials"
    HIDDEN = "hidden"
    SMALL_NUMBER = "small_number"
    AGE_AND_PLACE = "age_and_place"
    NAME = "name"
    CASE_NUMBER = "case_number"
    PLATE = "plate"
    ADDRESS = "address"
    POSSIBLE_NAME = "possible_name"
    POSSIBLE_INITIALS = "possible_initials"
    COUNT = "count"
    AGE = "age"
    DAY = "day"
    SMALL_PLACE = "small_place"
    TRAIT = "trait"
    CODE = "code"


#: Kinds that identify one person by themselves, and characters that hide such data.
STOPS = {
    PersonalDataKind.IDENTITY_DOCUMENT: _(
        "This looks like the number of an identity card. Take it out."
    ),
    PersonalDataKind.PASSPORT: _(
        "This looks like the number of a passport. Take it out."
    ),
    PersonalDataKind.TELEPHONE: _(
        "This looks like a telephone number. Take it out; only official help lines may "
        "be named."
    ),
    PersonalDataKind.EMAIL: _(
        "This is an e-mail address. Take it out; how to reach an agency is shown on "
        "its own page."
    ),
    PersonalDataKind.PROFILE: _(
        "This looks like somebody's profile or user name in a social network. Take it "
        "out."
    ),
    PersonalDataKind.BIRTH_DATE: _(
        "This looks like somebody's date of birth. Take it out."
    ),
    PersonalDataKind.BANK_ACCOUNT: _(
        "This looks like the number of a bank account or card. Take it out."
    ),
    PersonalDataKind.INITIALS: _(
        "These look like a person's initials. Take them out: whoever knows the case "
        "recognises them."
    ),
    PersonalDataKind.HIDDEN: _(
        "Here stands a character that nobody sees, such as one that turns the "
        "direction of the text. Delete these words and type them again."
    ),
}
#: Kinds that very likely lead to a person.
WARNINGS = {
    PersonalDataKind.SMALL_NUMBER: _(
        "This tells of fewer than ten people, who may be recognised. Tell of the work "
        "without the number, unless a public source already gives it."
    ),
    PersonalDataKind.AGE_AND_PLACE: _(
        "An age beside a place may be enough to recognise a person. Leave out one of "
        "them, or both."
    ),
    PersonalDataKind.NAME: _(
        "This may be the name of a person. Take it out unless it names an agency."
    ),
    PersonalDataKind.CASE_NUMBER: _(
        "This looks like the number of a case file. Take it out: it leads to the "
        "people in the case."
    ),
    PersonalDataKind.PLATE: _(
        "This looks like the number plate of a vehicle. Take it out."
    ),
    PersonalDataKind.ADDRESS: _(
        "This looks like a street address. Take it out unless it is the public office "
        "of an agency."
    ),
}
#: Kinds that are usually harmless, for the reviewer.
MARKS = {
    PersonalDataKind.POSSIBLE_NAME: _("It could be somebody's name."),
    PersonalDataKind.POSSIBLE_INITIALS: _("It could be somebody's initials."),
    PersonalDataKind.COUNT: _("A number beside people."),
    PersonalDataKind.AGE: _("An age."),
    PersonalDataKind.DAY: _("A day on which something happened to people."),
    PersonalDataKind.SMALL_PLACE: _("A place smaller than the province."),
    PersonalDataKind.TRAIT: _(
        "A relative, work or trait by which somebody may be recognised."
    ),
    PersonalDataKind.CODE: _("A number or code that may lead to somebody."),
}
MESSAGES = {**STOPS, **WARNINGS, **MARKS}


@dataclass(frozen=True)
class Finding:
    """
    Data at ``text[start:end]``. The message never quotes it, so that it can be mailed.
    """

    kind: PersonalDataKind
    start: int
    end: int

    @property
    def severity(self) -> Severity:
        if self.kind in STOPS:
            return Severity.BLOCK
        return Severity.MARK if self.kind in MARKS else Severity.WARN

    @property
    def message(self) -> Promise:
        return MESSAGES[self.kind]
