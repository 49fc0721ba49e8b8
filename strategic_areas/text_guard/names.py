"""
Possible and certain names of persons.

A capitalised word is a possible name unless something explains it. A word in small
letters is one if it is in ``people.txt``, if it looks like a modern name, or if it
begins a sentence and "contó" follows. A possible name is certain if a word such as
"menor" or "alias" precedes it ("la menor Yuleisy", "alias la flaca"), or if a given
name is followed by a surname, an age or a verb such as "contó". A text with a certain
name or a person's initials ("la víctima M. R.", "J.P.F. (15)") is refused.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from strategic_areas.text_guard import vocabulary
from strategic_areas.text_guard.findings import Finding, PersonalDataKind
from strategic_areas.text_guard.reading import Reading, Word, WordRange

#: Maximum distances from a name in words and signs: of a post or profession before it,
#: of one after it, and of a thing that is named after the person.
JOB_BEFORE, JOB_AFTER, THING_BEFORE = 10, 6, 5
#: Before a post: "exministra", "viceministra", in Creole "visprezidan".
PREFIX = re.compile("^(?:ex|vice|sub|vis)")
YEAR = re.compile(r"(?:19|20)\d\d")


def is_job(word: Word) -> bool:
    return bool({word.text, PREFIX.sub("", word.text)} & vocabulary.OFFICES)


def is_name_of_official(reading: Reading, start: int, end: int) -> bool:
    """
    Whether a name has a public post or a profession ("la ministra Ana Gil", "Ana Gil,
    ministra"), or is that of an author ("escrito por Ana Gil").

    "a" or "con" between them means another person: "la fiscal habló con doña Ana".
    """
    for back in range(1, JOB_BEFORE + 1):
        word, before = reading.word(start - back), reading.word(start - back - 1)
        if is_job(word):
            # "su jefe, el señor Frías" is the boss of somebody, not an official.
            return before.text not in {"su", "her", "his"}
        if word.text in {"por", "by"} and before.text in vocabulary.DONE_BY:
            return True
        is_constituency = is_job(before)  # "la senadora por Azua, …"
        is_short = len(before.text) == 1 or before.text in vocabulary.SHORT_FORMS
        is_end = word.text in vocabulary.ENDS and not is_short
        if is_end or (word.text in vocabulary.APART and not is_constituency):
            break
    if vocabulary.VERBS_OF_OFFICIALS & {reading.text(start - 1), reading.text(end)}:
        return True
    if reading.text(end) not in vocabulary.BEFORE_OFFICES:
        return False
    for on in range(1, JOB_AFTER):
        word = reading.word(end + on)
        # "Ana Gil, MIREX"
        is_acronym = (
            on < 3 and word.is_all_capitals and not reading.word(start).is_all_capitals
        )
        if is_job(word) or (on < 4 and word.text in vocabulary.EMPLOYERS) or is_acronym:
            return True
        if word.text in vocabulary.APART - {"por"} or word.text in vocabulary.ENDS:
            break
    return False


def is_name_of_thing(reading: Reading, start: int, end: int) -> bool:
    """Whether it is the name of a thing: "el liceo Ana Gil", "Ana Gil Avenue"."""
    after, later = reading.word(end), reading.text(end + 1)
    # "Ana Gil Avenue", "Ana Gil National Library"
    is_before_thing = after.text in vocabulary.THINGS_AFTER_NAMES or (
        after.text in vocabulary.BEFORE_THINGS
        and later in vocabulary.THINGS_AFTER_NAMES
    )
    is_dated = after.text == "(" and YEAR.match(later)  # a cited work: "Ana Gil (2019)"
    if is_dated or (
        is_before_thing and after.is_capitalised and not _is_on_new_line(reading, end)
    ):
        return True
    for back in range(1, THING_BEFORE + 1):
        word = reading.word(start - back)
        if word.text in vocabulary.THINGS_NAMED_AFTER_PEOPLE:
            return True
        may_be_between = word.is_capitalised or word.text in vocabulary.PARTICLES | {
            "."
        }
        if (
            not may_be_between
            and word.text not in vocabulary.QUOTES | vocabulary.AND_WORDS
        ):
            return False
    return False


FILE = Path(__file__).with_name("people.txt")
#: Maximum of words in a known phrase, of words from a person to the name, of letters in
#: an acronym, and of the share of words in capitals (beyond it capitals are ignored).
MAX_PHRASE, MAX_AFTER_PERSON, MAX_ACRONYM, MAX_CAPITALS_SHARE = 8, 5, 5, 0.6
PERSON_BEFORE_NAME = vocabulary.PERSON_INVOLVED | vocabulary.KIN
#: Typical beginnings and endings of modern Dominican given names.
SYNTHETIC_NAMES = re.compile(
    r"(?:y[aeiou][a-z]{2,9}|[a-z]{3,9})(?:eis[iy]|leid[iy]|elis|ely[ns]?|ail[iy]n|lkis"
    r"|ibel|mely|enny|anny|erlin[ae]?|lenys|eury|[iel]l?son|erson|deline|isbel|smeri)"
)


@cache
def personal_names() -> frozenset[str]:
    """Given names and surnames that are rarely other words."""
    lines = FILE.read_text("utf-8").splitlines()
    return frozenset(" ".join(each for each in lines if each[:1] != "#").split())


@dataclass(frozen=True)
class KnownWords:
    """
    Words and phrases that explain capitals.

    A given name is explained by a phrase only: "Minerva" by "Minerva Mirabal".
    """

    words: frozenset[str] = frozenset()
    phrases: frozenset[tuple[str, ...]] = frozenset()

    @classmethod
    def of(cls, texts) -> "KnownWords":
        words: set[str] = set()
        phrases: set[str] = set()
        for text in texts:
            reading = Reading(text)
            words |= reading.word_set
            for start, end in _capitalised_runs(reading):
                joined = " ".join(_phrase(reading, start, end))
                phrases |= {joined, *re.split(" del? ", joined)}
        split = [tuple(each.split()) for each in phrases]
        return cls(frozenset(words), frozenset(x for x in split if len(x) > 1))


NOTHING_KNOWN = KnownWords()


def find_certain_names(reading: Reading) -> Iterator[Finding]:
    if not reading.word_set.isdisjoint(vocabulary.NICKNAMED | {"a"}):
        for index in range(len(reading.words)):
            if _is_nickname(reading, index):
                yield reading.finding_of_words(
                    PersonalDataKind.NAME, index, _run_end(reading, index)
                )
    words_before_names = vocabulary.TITLES | PERSON_BEFORE_NAME | vocabulary.NAMING
    if not (
        reading.word_set.isdisjoint(words_before_names)
        and reading.word_set.isdisjoint(personal_names())
    ):
        # A refusal never depends on published texts, which known words come from.
        for start, end in possible_names(reading, NOTHING_KNOWN):
            if _is_certain_name(reading, start, end):
                yield reading.finding_of_words(PersonalDataKind.NAME, start, end)


def possible_names(reading: Reading, known: KnownWords) -> Iterator[WordRange]:
    letters = [word for word in reading.words if len(word.text) > 1 and word.is_letters]
    all_capitals_count = sum(word.is_all_capitals for word in letters)
    ignores_capitals = all_capitals_count > max(2, MAX_CAPITALS_SHARE * len(letters))
    for start, end in () if ignores_capitals else _capitalised_runs(reading):
        if name_range := _unexplained_part(reading, start, end, known):
            yield name_range
    for index, word in enumerate(reading.words):
        if ignores_capitals and len(word.text) == len(reading.text(index + 1)) == 1:
            yield index, index + 2  # "R M V"
        is_uncapitalised = ignores_capitals or not word.is_capitalised
        if is_uncapitalised and _is_uncapitalised_name(reading, index, known):
            end = index + 1
            while reading.text(end) in vocabulary.AMBIGUOUS_NAMES | personal_names():
                end += 1
            yield index, end


def kind_of(reading: Reading, start: int, end: int) -> PersonalDataKind:
    """
    Initials, if each word is of few capitals and none a known name; otherwise a name.
    """
    words = [word for word in reading.words[start:end] if word.is_letters]
    is_short = all(
        len(word.cased) <= MAX_ACRONYM and word.cased.isupper() for word in words
    )
    has_name = not personal_names().isdisjoint([word.text for word in words])
    return (
        PersonalDataKind.POSSIBLE_INITIALS
        if is_short and not has_name
        else PersonalDataKind.POSSIBLE_NAME
    )


def _is_uncapitalised_name(reading: Reading, index: int, known: KnownWords) -> bool:
    # Whether a word is in the list, looks like a modern name, or precedes "contó".
    text = reading.text(index)
    if text in personal_names():
        return True
    if text in known.words or text in vocabulary.NO_NAMES or not text.isalpha():
        return False
    is_speaker = (
        _begins_sentence(reading, index) and reading.text(index + 1) in vocabulary.SAID
    )
    return len(text) > 3 and (is_speaker or bool(SYNTHETIC_NAMES.fullmatch(text)))


def _capitalised_runs(reading: Reading) -> Iterator[WordRange]:
    # Ranges of capitalised words with particles between: "Ana de la Cruz".
    at = 0
    while at < len(reading.words):
        end = at + 1
        if _is_capital(reading.word(at)):
            end = _run_end(reading, at)
            yield at, end
        at = end


def _run_end(reading: Reading, start: int) -> int:
    end = at = start + 1
    while at < len(reading.words):
        word, before = reading.words[at], reading.words[at - 1]
        if _is_capital(word) and not _is_on_new_line(reading, at):
            end = at + 1
        elif not (
            word.text in vocabulary.PARTICLES
            or (word.text == "." and len(before.text) == 1)
            or (word.text == "-" and word.start == before.end)
        ):
            break
        at += 1
    return end


def _is_capital(word: Word) -> bool:
    return word.is_letters and word.is_capitalised


def _is_on_new_line(reading: Reading, index: int) -> bool:
    return (
        "\n"
        in reading.lowercase[reading.word(index - 1).end : reading.word(index).start]
    )


def _begins_sentence(reading: Reading, index: int) -> bool:
    return reading.text(index - 1) in vocabulary.STARTS or _is_on_new_line(
        reading, index
    )


def _phrase(reading: Reading, start: int, end: int) -> tuple[str, ...]:
    return tuple([word.text for word in reading.words[start:end]])


def _unexplained_part(
    reading: Reading, start: int, end: int, known: KnownWords
) -> WordRange | None:
    explained = set(_in_known_phrases(reading, start, end, known))
    unexplained = [
        index
        for index in range(start, end)
        if _is_capital(reading.word(index))
        and not (index in explained or _is_explained(reading, index, known))
    ]
    if not unexplained:
        return None
    first, after = unexplained[0], unexplained[-1] + 1
    # Officials are named in full; one word alone may be a victim's given name.
    if end - start > 1 and is_name_of_official(reading, first, after):
        return None
    while after < end and (
        reading.text(after) in vocabulary.AMBIGUOUS_NAMES
        or (
            reading.text(after - 1) in personal_names()
            and _is_capital(reading.word(after))
        )
    ):
        after += 1  # next to a name, words that are surnames too belong to it
    return first, after


def _in_known_phrases(
    reading: Reading, start: int, end: int, known: KnownWords
) -> Iterator[int]:
    at = start
    while at < end:
        phrases = [
            _phrase(reading, at, min(end, at + on)) for on in range(1, MAX_PHRASE + 1)
        ]
        length = max(
            len(each)
            if each in vocabulary.WELL_KNOWN_NAMES or each in known.phrases
            else 0
            for each in phrases
        )
        follows_title = length == 1 and reading.text(at - 1) in vocabulary.TITLES
        yield from () if follows_title else range(at, at + length)
        at += length or 1


def _is_explained(reading: Reading, index: int, known: KnownWords) -> bool:
    text, after = reading.text(index), reading.word(index + 1)
    is_first, is_alone = _begins_sentence(reading, index), not _is_capital(after)
    if len(text) == 1:  # of a code, a list or a sentence: "R-1", "A.", "Y"
        is_list = is_first and not _is_capital(reading.word(index + 2))
        is_coded = "-" in {after.text, reading.text(index - 1)} or after.is_number
        return is_list or is_coded or (text in "ayeoi" and after.text != ".")
    if text in personal_names():
        return _is_month(reading, index, known)
    is_word = text in known.words or text in vocabulary.NO_NAMES
    if text in vocabulary.AMBIGUOUS_NAMES:
        return is_word and is_first and is_alone
    if is_word or text.endswith(vocabulary.NO_NAME_ENDINGS):
        return True
    is_of_person = after.text in vocabulary.AFTER_NAME or after.text.endswith(
        vocabulary.PAST_ENDINGS
    )
    return is_first and is_alone and not is_of_person


def _is_month(reading: Reading, index: int, known: KnownWords) -> bool:
    # As in "January to June 2027"; not "Ana June 2027", nor "the girl June 2027".
    before = reading.word(index - 1)
    return (
        reading.text(index) in vocabulary.MONTHS
        and YEAR.fullmatch(reading.text(index + 1)) is not None
        and not (_is_capital(before) and not _is_explained(reading, index - 1, known))
        and not _follows_person_word(reading, index)
    )


def _is_nickname(reading: Reading, index: int) -> bool:
    # "alias la flaca", "(a) Chino"
    at, word = index - 1, reading.word(index)
    while at > index - 4 and reading.text(at) in vocabulary.BEFORE_NICKNAMES:
        at -= 1
    if (
        word.text in vocabulary.NO_NICKNAMES
        or not word.is_letters
        or len(word.text) < 2
    ):
        return False
    if [reading.text(at - back) for back in (2, 1, 0)] == ["(", "a", ")"]:
        return True
    return reading.text(at) in vocabulary.NICKNAMED


def _is_certain_name(reading: Reading, start: int, end: int) -> bool:
    word = reading.word(start)
    is_initial_or_acronym = len(word.text) < 2 or (
        word.is_all_capitals and word.text not in personal_names()
    )
    is_place = vocabulary.place_end(reading.words, start) is not None
    if is_initial_or_acronym or is_place or is_name_of_thing(reading, start, end):
        return False
    if _follows_person_word(reading, start):
        return not is_name_of_official(reading, start, end) and word.is_capitalised
    names = [
        x.text
        for x in reading.words[start:end]
        if _is_capital(x)
        and (
            x.text in personal_names()
            or x.text not in vocabulary.NATIONALS | vocabulary.MONTHS
        )
    ]
    if not names or names[0] not in personal_names():
        return False
    if len(names) > 1 and names[-1] in personal_names() | vocabulary.AMBIGUOUS_NAMES:
        return True
    after, later = reading.text(end), reading.word(end + 1)
    is_aged = after in {",", "("} and (
        later.is_number or reading.text(end + 2) in vocabulary.YEARS
    )
    return is_aged or not vocabulary.SAID.isdisjoint({after, reading.text(start - 1)})


def _follows_person_word(reading: Reading, index: int) -> bool:
    for back in range(1, MAX_AFTER_PERSON + 1):
        at = index - back
        word, before = reading.word(at), reading.text(at - 1)
        if word.text in vocabulary.TITLES:
            return back <= 2
        if word.text == "." and before in vocabulary.TITLES:
            continue
        if word.text in {"nombre", "name"}:
            return before in {"de", "su", "cuyo"} or reading.text(at + 1) == ":"
        if word.text in PERSON_BEFORE_NAME:
            is_part_of_name = word.is_capitalised and before not in vocabulary.STARTS
            is_pope = word.text == "papa" and before == "el"  # "el papa Francisco"
            # "la víctima de Azua"
            follows_particle = (
                back > 1 and reading.text(index - 1) in vocabulary.PARTICLES
            )
            return not (is_part_of_name or is_pope or follows_particle)
        if word.text not in vocabulary.BETWEEN_NAMES:
            return False
    return False


#: Maximum of words from initials back to the word that explains them, of words after
#: them among which an age is looked for, of initials with points, and without.
MAX_WORDS_BEFORE, MAX_WORDS_AFTER, MAX_INITIALS, MAX_JOINED_INITIALS = 5, 5, 5, 4


def find_certain_initials(reading: Reading) -> Iterator[Finding]:
    end = 0
    for index, word in enumerate(reading.words):
        may_begin = word.cased.isupper() or reading.text(index + 1) == "."
        may_begin &= index >= end and word.is_letters
        if may_begin and (found := _initials_end(reading, index)):
            end = found
            yield reading.finding_of_words(PersonalDataKind.INITIALS, index, end)


def _initials_end(reading: Reading, index: int) -> int | None:
    dotted = _dotted_end(reading, index)
    word = reading.word(index)
    is_joined = word.is_all_capitals and len(word.text) <= MAX_JOINED_INITIALS
    end = dotted or (index + 1 if is_joined else None)
    if end is None:
        return None
    kind_before = _kind_of_word_before_initials(reading, index)
    if kind_before == "initials" or (kind_before and dotted):
        return end
    letters = [word.text for word in reading.words[index:end] if word.is_letters]
    if "".join(letters) in vocabulary.ABBREVIATIONS:
        return None
    before, after = reading.text(index - 1), reading.text(end)
    # not "la O.N.U. dijo"
    has_acted = after in vocabulary.AFTER_INITIALS and before not in vocabulary.ARTICLES
    return (
        end if (dotted and has_acted) or _is_before_age_or_role(reading, end) else None
    )


def _is_initial(reading: Reading, index: int) -> bool:
    word = reading.word(index)
    before, earlier = reading.text(index - 1), reading.text(index - 2)
    may_be_lowercase = before in vocabulary.INITIAL_WORDS | vocabulary.PERSON_WORDS or (
        before == "." and len(earlier) == 1
    )
    may_be_lowercase &= reading.text(index + 1) == "."
    return (
        len(word.text) == 1
        and word.is_letters
        and (word.is_capitalised or may_be_lowercase)
    )


def _dotted_end(reading: Reading, index: int) -> int | None:
    # The end of two to five capitals with points, such as "J.P.F", or None.
    if reading.text(index - 1) == "." and _is_initial(reading, index - 2):
        return None
    at, count, end = index, 0, index
    while _is_initial(reading, at) and count < MAX_INITIALS:
        count, end, at = count + 1, at + 1, at + 1
        if (
            reading.text(at) != "."
            or reading.word(at).start != reading.word(at - 1).end
        ):
            break
        end = at = at + 1
        while reading.text(at) in vocabulary.PARTICLES:
            at += 1  # "A. de la C."
    return end if count > 1 and "." in reading.texts(index, end) else None


def _kind_of_word_before_initials(reading: Reading, start: int) -> str:
    # "initials", "person" or "": the kind of word that precedes initials.
    is_next = True
    for back in range(1, MAX_WORDS_BEFORE + 1):
        word = reading.word(start - back)
        if word.text in vocabulary.INITIAL_WORDS:
            return "initials"
        if is_next and word.text in vocabulary.PERSON_WORDS:
            return "person"
        if not word.is_letters and word.text not in vocabulary.SKIPPED_SIGNS:
            break
        is_next &= word.text in vocabulary.SKIPPED_SIGNS | {"como", "as"}
    return ""


def _is_before_age_or_role(reading: Reading, end: int) -> bool:
    # "(16)", ", de 15 años", ", menor de edad", ", imputado"
    after = [reading.text(end + on) for on in range(MAX_WORDS_AFTER)]
    is_bare = len(after[1]) == 2 and after[1].isdecimal() and after[2] in {")", ","}
    has_word = not vocabulary.AGES_AND_ROLES.isdisjoint(after)
    return (is_bare or has_word) and after[0] in {",", "(", "de"}
