"""What can be found: public records and pages, with the texts that the public reads."""

from dataclasses import dataclass

from strategic_areas.addresses import address

#: The groups of an answer, in their order.
KINDS = (
    "commitment",
    "activity",
    "update",
    "evidence",
    "agency",
    "area",
    "framework",
    "law",
    "glossary",
    "page",
    "plan",
    "amendment",
    "later",
    "discrepancy",
    "source",
    "correction",
    "help",
)


@dataclass(frozen=True, slots=True)
class Text:
    """A text in both languages; ``about`` names the part of the record that it is."""

    spanish: str
    english: str = ""
    about: str = ""

    def told(self, language):
        """The text on a page of a language, and the language in which it stands."""
        if language == "en" and self.english:
            return self.english, "en"
        return self.spanish, "es"


@dataclass(frozen=True, slots=True)
class Place:
    """
    Where it stands: the name of a public page, its arguments, a mark on the page.

    ``page`` is the page of a list that has several.
    """

    name: str
    spanish: tuple = ()
    english: tuple = ()
    fragment: str = ""
    page: int = 1

    def path(self, language):
        args = self.english if language == "en" and self.english else self.spanish
        path = address(self.name, *args, language=language)
        if self.page > 1:
            path = f"{path}?page={self.page}"
        return f"{path}#{self.fragment}" if self.fragment else path


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """
    A record or a page.

    ``captions`` are short texts that tell whose it is and of when. By ``also`` it is
    found without showing them, such as the whole name of initials. Whoever asks for
    just one of ``names``, a code or initials, is shown it first. ``order`` places it
    among its equals: tuples of numbers and words, the smallest first.
    """

    kind: str
    pk: str
    title: Text
    place: Place
    code: str = ""
    texts: tuple[Text, ...] = ()
    captions: tuple[Text, ...] = ()
    also: tuple[Text, ...] = ()
    names: tuple[str, ...] = ()
    order: tuple = ()
    is_demonstration: bool = False
