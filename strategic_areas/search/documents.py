"""Documents of the search: public records and pages, with their public texts."""

from dataclasses import dataclass

from strategic_areas.addresses import address

#: The kinds of documents, in the order of their groups in an answer.
KINDS = (
    "indicator",
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
    """A text in both languages; ``about`` is the name of its field, or ""."""

    spanish: str
    english: str = ""
    about: str = ""

    def in_language(self, language):
        """The text on a page of this language, and the language that it is in."""
        if language == "en" and self.english:
            return self.english, "en"
        return self.spanish, "es"


@dataclass(frozen=True, slots=True)
class Place:
    """
    Where a document is found: the name of a public page and its arguments.

    ``fragment`` is a place on the page, ``page`` the number of a page of a long list.
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
    A record or a page that the search can find.

    ``captions`` are short texts that tell whose it is and of when. ``also`` are texts
    by which it is found but that are not shown, such as the whole name of an agency. A
    question that is just one of its ``names``, a code or initials, leads straight to
    it. ``questions`` are what people ask whom it answers: a question with no other
    words than theirs shows it first. ``order`` sorts equal hits, the smallest first.
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
    questions: tuple[Text, ...] = ()
    order: tuple = ()
    is_demonstration: bool = False
