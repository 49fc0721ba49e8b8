"""Sentences with the number of commitments in each family of states."""

from django.utils.text import capfirst
from django.utils.translation import (
    gettext as _,
    gettext_lazy,
    ngettext,
    npgettext_lazy,
    pgettext_lazy,
)

from strategic_areas.commitment_states import IN_PROGRESS_AFTER_PLAN, StateFamily
from strategic_areas.progress import Punctuality, StateCounts
from strategic_areas.sentences import FAMILY_WORDS, join_words

#: Parts of one sentence.
FAMILY_COUNTS = {
    StateFamily.MET: npgettext_lazy(
        "commitments", "%(n)s is fulfilled", "%(n)s are fulfilled", "number"
    ),
    StateFamily.UNMET: npgettext_lazy(
        "commitments",
        "%(n)s was not fulfilled or only in part",
        "%(n)s were not fulfilled or only in part",
        "number",
    ),
    StateFamily.GOING: npgettext_lazy(
        "commitments", "%(n)s is under way", "%(n)s are under way", "number"
    ),
    StateFamily.HALTED: npgettext_lazy(
        "commitments",
        "%(n)s is halted or cancelled",
        "%(n)s are halted or cancelled",
        "number",
    ),
    StateFamily.UNBEGUN: npgettext_lazy(
        "commitments", "%(n)s has not begun", "%(n)s have not begun", "number"
    ),
    StateFamily.NO_NEWS: npgettext_lazy(
        "commitments", "%(n)s has no news", "%(n)s have no news", "number"
    ),
    StateFamily.UNPUBLISHED: npgettext_lazy(
        "commitments",
        "%(n)s has an unpublished report",
        "%(n)s have unpublished reports",
        "number",
    ),
}
#: Replaces the part of work under way once the plan has ended.
LEFT_UNDER_WAY = npgettext_lazy(
    "commitments", "%(n)s stayed under way", "%(n)s stayed under way", "number"
)
LATE = npgettext_lazy("commitments", "%(n)s is late.", "%(n)s are late.", "number")
#: The number of unfinished commitments, and their punctuality.
OPEN = npgettext_lazy(
    "commitments", "%(n)s is still open", "%(n)s are still open", "number"
)
PUNCTUALITY_PARTS = {
    Punctuality.LATE: npgettext_lazy(
        "commitments", "%(n)s is overdue", "%(n)s are overdue", "number"
    ),
    Punctuality.AT_RISK: npgettext_lazy(
        "commitments",
        "%(n)s is at risk of delay",
        "%(n)s are at risk of delay",
        "number",
    ),
    Punctuality.NO_DEADLINE: npgettext_lazy(
        "commitments",
        "%(n)s has no known deadline",
        "%(n)s have no known deadline",
        "number",
    ),
}
NONE_OVERDUE = npgettext_lazy(
    "commitments", "it is not overdue", "none is overdue", "number"
)
#: Numbers that sentences write in words.
NUMBERS = (
    pgettext_lazy("commitments", "one"),
    pgettext_lazy("commitments", "two"),
    pgettext_lazy("commitments", "three"),
    pgettext_lazy("commitments", "four"),
    pgettext_lazy("commitments", "five"),
    pgettext_lazy("commitments", "six"),
    pgettext_lazy("commitments", "seven"),
    pgettext_lazy("commitments", "eight"),
    pgettext_lazy("commitments", "nine"),
    pgettext_lazy("commitments", "ten"),
    pgettext_lazy("commitments", "eleven"),
    pgettext_lazy("commitments", "twelve"),
)
#: With more families, fulfilled and ongoing commitments have their own sentence.
MAX_FAMILIES_IN_ONE_SENTENCE = 3


def spell_number(number: int) -> str:
    """A number in words up to twelve, otherwise in digits."""
    return str(NUMBERS[number - 1] if 0 < number <= len(NUMBERS) else number)


#: Parts about reconstructed work, by field of ``ReconstructedWork``.
PARTS_ON_RECORD = {
    "by_office": gettext_lazy("done, a government or the UN says"),
    "by_press": gettext_lazy("done, but only the press or an NGO says so"),
    "by_others": gettext_lazy("done, another public source says"),
    "going": gettext_lazy("under way when last heard of"),
    "other": gettext_lazy("not begun or stopped when last heard of"),
    "unreported": gettext_lazy("without later news"),
}


def parts_on_record(reconstructed_work) -> list[tuple[str, int]]:
    return [
        (str(words), getattr(reconstructed_work, name))
        for name, words in PARTS_ON_RECORD.items()
        if getattr(reconstructed_work, name)
    ]


def family_counts_text(counts: StateCounts) -> str:
    """
    Sentences whose numbers add up to the total; "" without any.

    Fulfilled and ongoing commitments come first.
    """
    parts = [(family, number) for family, number in counts.by_family if number]
    if len(parts) == 1:
        ((family, total),) = parts
        text = ngettext(
            "The only commitment: %(family)s.",
            "The %(total)s commitments: %(family)s.",
            total,
        )
        word = str(FAMILY_WORDS[family])
        return text % {
            "family": word[:1].lower() + word[1:],
            "total": spell_number(total),
        }
    first = [part for part in parts if part[0] in {StateFamily.MET, StateFamily.GOING}]
    if not first or len(parts) <= MAX_FAMILIES_IN_ONE_SENTENCE:
        first = parts
    rest = [part for part in parts if part not in first]
    is_over = any(counts[state] for state in IN_PROGRESS_AFTER_PLAN)
    text = _("Of %(total)s commitments, %(said)s.") % {
        "total": spell_number(counts.total),
        "said": _counted(first, is_over),
    }
    if rest:
        text += " " + _("Of the other %(total)s, %(said)s.") % {
            "total": spell_number(sum(number for _family, number in rest)),
            "said": _counted(rest, is_over),
        }
    return text if parts else ""


def _counted(parts, is_over):
    texts = FAMILY_COUNTS | ({StateFamily.GOING: LEFT_UNDER_WAY} if is_over else {})
    return join_words(
        [str(texts[f] % {"number": n, "n": spell_number(n)}) for f, n in parts]
    )


def late_commitments_text(number: int) -> str:
    """A sentence, or "" for 0."""
    text = LATE % {"number": number, "n": spell_number(number)}
    return capfirst(text) if number else ""


def open_commitments_text(headline) -> str:
    """
    The number of unfinished commitments and their punctuality, or "".

    "None is overdue" is stated only if some deadline is known.
    """
    number, counts = headline.unfinished, headline.punctuality
    parts = [
        (words, counts[kind])
        for kind, words in PUNCTUALITY_PARTS.items()
        if counts[kind]
    ]
    if not counts[Punctuality.LATE] and counts[Punctuality.NO_DEADLINE] < number:
        parts.insert(0, (NONE_OVERDUE, number))
    first, *rest = [
        str(words % {"number": n, "n": spell_number(n)})
        for words, n in [(OPEN, number), *parts]
    ]
    return f"{capfirst(first)}; {join_words(rest)}." if number else ""
