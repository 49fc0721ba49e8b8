"""
Numbers of people, in digits or words, next to a word for people.

Checked only in texts on work with victims, where a number that no official source
printed can lead to victims: "47 mujeres", "víctimas atendidas: 47", "cero víctimas".
Years, laws, ages and workshops "for women" do not count. ``text_guard`` checks numbers
below ten in every text.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from django.utils.translation import gettext_lazy as _

from strategic_areas.text_guard.findings import Severity


def _any_of(words: str) -> str:
    return f"(?:{'|'.join(words.split())})"


#: Words for people in any role.
PEOPLE = _any_of(
    "victimas? sobrevivientes? survivors? victims? personas? people persons?"
    " mujer(?:es)? wom[ae]n hombres? m[ae]n varon(?:es)? niñ[oax@]s? nin[oax@]s?"
    " girls? boys? children kids? menores menor\\sde\\sedad minors? adolescentes?"
    " teenagers? jovenes youths? adult[oa]s? adults? migrantes? migrants? inmigrantes?"
    " refugiad[oa]s? refugees? extranjer[oa]s? foreigners? haitian[oa]s? haitians?"
    " dominican[oa]s dominicans venezolan[oa]s? venezuelans? colombian[oa]s?"
    " colombians? cuban[oa]s? cubans? familias? families hij[oa]s madres mothers"
    " beneficiari[oa]s usuari[oa]s pacientes viktim moun fanm gason timoun tifi"
)
#: Participles for people, as in "47 rescatadas", which elsewhere may mean cases.
DONE = _any_of(
    "rescatad[oa]s identificad[oa]s asistid[oa]s atendid[oa]s acogid[oa]s referid[oa]s"
    " albergad[oa]s repatriad[oa]s retornad[oa]s deportad[oa]s beneficiad[oa]s"
    " imputad[oa]s acusad[oa]s condenad[oa]s detenid[oa]s arrestad[oa]s procesad[oa]s"
    " rescued identified assisted sheltered referred repatriated convicted arrested"
)
#: Numbers in words; "una" and "one" follow a rule of their own.
SPELT = _any_of(
    "cero dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce"
    " quince dieci[a-z]{4,8} veinte veinti[a-z]{2,8}"
    " (?:tre|cuare|cincue|sese|sete|oche|nove)nta cien cientos?"
    " [a-z]{3,7}cient[oa]s quinient[oa]s mil miles millon(?:es)? docenas?"
    " decenas? centenas? centenar(?:es)? par ambas ambos zero two three four five six"
    " seven eight nine ten eleven twelve [a-z]{3,5}teen twenty thirty forty fifty sixty"
    " seventy eighty ninety hundreds? thousands? dozens? both couple"
    " twa kat senk sis uit nef dis onz douz trant karant"
)
DIGITS = (
    r"(?<![\w*#./,-])\d(?:[\d.,]{0,14}\d)?(?:\s\d{3}(?!\d)){0,4}"
    r"(?:\s?[-–/]\s?\d(?:[\d.,]{0,14}\d)?){0,2}(?![\w/-]|[.,]\d)"
)
NUMBER = rf"(?:{DIGITS}|(?<![a-z]){SPELT}(?![a-z]))"
ONE = r"(?<![a-z])(?:una?|one|ningun[oa]?)(?![a-z])"
#: Words between a number and the people.
GATHER = (
    r"(?:\s?%|\s?\(\d{1,9}\)|\s(?:casos?|grupos?|total|cases?|groups?|y\s[a-z]{2,12}))"
)
OF = r"\s(?:de|of)(?:\s(?:l[ao]s|the|ell[ao]s|est[ao]s|those|these))?"
STOPS = _any_of(
    "para sobre contra con por en a ante desde hacia hasta sin e o u ni que se y del al"
    " for on against with by in into to and or from about at as who which de of años?"
    " anos? meses mes dias? horas? semanas? veces pesos dolares years? months? days?"
    " hours? weeks? times talleres taller cursos? workshops? courses?"
)
BETWEEN = rf"(?:\s(?!{STOPS}\b)[a-zñ]{{2,20}})"
BEFORE = re.compile(
    rf"(?P<number>{NUMBER}){GATHER}{{0,2}}(?:{OF})?"
    rf"(?:{BETWEEN}{{0,3}}\s{PEOPLE}|\s{DONE})\b"
)
#: "víctimas: 47", "las víctimas asistidas fueron 47", "mujeres (47)"
AFTER = re.compile(
    rf"\b{PEOPLE}{BETWEEN}{{0,4}}\s?(?:[:=(]|\s(?:fueron|fue|son|eran?|suman|sumaron"
    rf"|llegaron\sa|alcanzo|were|was|are|total|totals|totalled))\s?"
    rf"(?:(?:en\stotal|(?!(?:in|en|por|by|de|of)\b)[a-z]{{2,12}})\s){{0,3}}"
    rf"(?P<number>{NUMBER})"
)
SINGLE = re.compile(
    rf"(?P<number>{ONE})(?:\s(?:sola|solo|unica|nueva|posible|presunta|single|possible))?"
    rf"\s(?:{PEOPLE}|child)\b"
    r"(?!\s(?:que|puede|debe|podria|tiene|who|can|may|must|should|has)\b)"
)
#: Words after which a number names a law, a date or an item of a list.
LABEL = re.compile(
    _any_of(
        "ley leyes law arts? articulos? article num numero number decreto resolucion"
        " acta linea line fase objetivo goal ods meta capitulo expediente"
    )
)
#: Words after which a number from 1900 to 2099 is a year.
OF_TIME = re.compile(
    _any_of("en in de of desde since durante during año year hasta y and")
)
#: Before "personas: 5" in "trata de personas: 5", which counts nobody.
CRIME = re.compile(r"(?:trata|trafico|ilicito|trafficking|smuggling)\s(?:de|in|of)\s$")
ADVICE = re.compile(r"[a-z]{2,20}(?:ar|er|ir)(?:la|lo|le|se)?")


@dataclass(frozen=True)
class CountedPeople:
    """``text[start:end]`` is the number with the word for people."""

    start: int
    end: int

    severity = Severity.WARN
    message = _(
        "It counts people in work with victims. It becomes public only if an official "
        "source has printed it, which the reviewer names: otherwise tell of the work "
        "without the number."
    )


YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
ANY_NUMBER = re.compile(rf"\d|(?<![a-z]){SPELT}(?![a-z])")


def contains_number(text: str) -> bool:
    folded, _positions = _fold(text)
    return ANY_NUMBER.search(YEAR.sub(" ", folded)) is not None


def find_people(text: str) -> list[CountedPeople]:
    folded, positions = _fold(text)
    found = []
    for pattern in (BEFORE, AFTER, SINGLE):
        for match in pattern.finditer(folded):
            if _is_count(match, is_after=pattern is AFTER, is_one=pattern is SINGLE):
                start, last = positions[match.start()], positions[match.end() - 1]
                found.append(CountedPeople(start, last + 1))
    return sorted(found, key=lambda each: (each.start, each.end))


def _is_count(match: re.Match[str], *, is_after: bool, is_one: bool) -> bool:
    start = match.start("number")
    before = re.findall(r"[a-zñ]{1,40}", match.string[max(0, start - 40) : start])[-2:]
    last = before[-1] if before else ""
    if is_one:
        # "cómo atender a una víctima" means any victim.
        verb = before[0] if last in {"a", "to"} else last
        return not ADVICE.fullmatch(verb)
    is_year = YEAR.fullmatch(match["number"]) is not None
    if is_year and (is_after or OF_TIME.fullmatch(last)):
        return False
    if LABEL.fullmatch(last) and match["number"][0].isdigit():
        return False
    start = match.start()
    return not (is_after and CRIME.search(match.string[max(0, start - 20) : start]))


def _fold(text: str) -> tuple[str, list[int]]:
    """
    Lowercase text without accents, and the original position of each character.

    Of several blanks only the first is kept.
    """
    characters, positions = [], []
    for position, character in enumerate(text):
        for each in _plain(character):
            if each != " " or characters[-1:] != [" "]:
                characters.append(each)
                positions.append(position)
    return "".join(characters), positions


@cache
def _plain(character: str) -> str:
    if character in "ñÑ":
        return "ñ"
    return "".join(
        " " if each.isspace() else each.lower()
        for each in unicodedata.normalize("NFKD", character)
        if not unicodedata.combining(each)
    )
