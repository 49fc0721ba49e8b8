"""Codes and level words at the start of a text: "OE 1.1 …", "Línea I.1.a – …"."""

import re
from typing import NamedTuple

from agencies.folding import fold
from strategic_areas.matrices.institutions import fold_in_place
from strategic_areas.matrices.naming import HIERARCHY, meaning_of

ROMAN = r"[IVX]{1,5}"
PART = rf"(?:{ROMAN}|\d{{1,2}}|[A-Za-z])"
CODE = rf"{PART}(?:[.]{PART})*"
#: A cell with a code only, such as "1.1.a)" and "2.1 b".
CODE_ALONE = re.compile(rf"(?:[A-Z]{{1,3}}-?)?{CODE}(?: [a-z])?[.)]*")
#: A code without level word: several parts, or one with punctuation.
BARE_CODE = re.compile(
    rf"(?P<code>[A-Z]{{1,3}}\d{{1,2}}(?:[.]{PART})*|(?:{ROMAN}|\d{{1,2}}|[A-Z])(?:[.]{PART})+|(?:{ROMAN}|\d{{1,2}}|[A-Z])"
    rf"(?=[.):]| ?[-–—] )|[a-z](?=\)))(?![\w])[.):]?\s*[-–—:]?\s*(?P<name>.*)",
    re.DOTALL,
)
WORD = (
    r"(?P<word>eje|area|pilar|componente|ambito|axis|pillar|objetivo|programa"
    r"|(?:oe|og|obj|la|le|ac|act)(?=[ .:]{1,2}\d)"
    r"|estrategia|resultado|objective|programme|linea|line|accion|medida|compromiso"
    r"|action|measure|actividad|activity|tarea)"
    r"(?: (?:estrategic[oa]|especific[oa]|general|tematic[oa]|de (?:accion|trabajo"
    r"|intervencion)|strategic|specific))*"
)
WORDED = re.compile(rf"{WORD}(?:\s*(?:n\.?[o°]\.?|#)?\s*)(?P<rest>.*)", re.DOTALL)
#: Short words; all of them only before digits, since "La V Cumbre" has no code.
SHORT_WORDS = {"oe": "programme", "og": "programme", "obj": "programme", "la": "line"}
SHORT_WORDS |= {"le": "line", "ac": "commitment", "act": "activity"}
CROSSWISE = re.compile(r"transversal(?:es)?|crosscutting|cross-cutting")
COORDINATOR = re.compile(
    r"\((?:coordina\w*|responsables?|lidera|lead|a cargo de)(?: de)? ?:? ([^)]+)\)",
    re.IGNORECASE,
)
ROMANS = {
    **{"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8},
    **{"ix": 9, "x": 10, "xi": 11, "xii": 12},
}


class LevelText(NamedTuple):
    word: str
    code: str
    name: str
    coordinator: str = ""


def split_level(text, *, accepts_bare_number=False):
    """
    Level word, code, name and coordinator of a text; "" for missing parts.

    With ``accepts_bare_number``, "1 Prevention" begins with a code too.

    >>> split_level("Línea I.1.a – Comunicación (Coordina: MIREX)")
    LevelText(word='line', code='I.1.a', name='Comunicación', coordinator='MIREX')
    """
    whole = " ".join(text.split())
    named = COORDINATOR.search(whole)
    plain = COORDINATOR.sub("", whole, count=1).strip()
    word, code, name = "", "", plain
    if found := WORDED.match(fold_in_place(plain)):
        rest = plain[found.start("rest") :]
        after = re.match(
            rf"(?P<code>{CODE})(?!\w)(?P<mark>[.):]?\s*[-–—:]?)\s*(?P<name>.*)", rest
        )
        crosswise = CROSSWISE.match(fold(rest))
        meaning = SHORT_WORDS.get(found["word"]) or meaning_of(found["word"])
        starts = found.end("word") < len(plain) and found.start("rest") > found.end(
            "word"
        )
        if crosswise:
            word, code = meaning, "T"
            name = rest[crosswise.end() :].lstrip(" :.-–—") or rest
        elif (
            after and starts and (len(after["code"]) > 1 or not after["code"].islower())
        ):
            word, code, name = meaning, after["code"], after["name"] or plain
        elif re.match(r"\s*[:–—-]\s", plain[found.end("word") :] + " "):
            word, name = meaning, plain[found.end("word") :].lstrip(" :.-–—")
    if accepts_bare_number and (
        found := re.fullmatch(r"(\d{1,2}) ([A-ZÁÉÍÓÚÑ].*)", plain)
    ):
        code, name = found.groups()
    elif not word and (found := BARE_CODE.fullmatch(plain)) and found["name"]:
        code, name = found["code"], found["name"]
    coordinator = named[1].strip() if named else ""
    return LevelText(word, code.rstrip("."), sentence(name.strip()), coordinator)


def sentence(text):
    """A text in capitals as a sentence; any other text unchanged."""
    if len(text) > 3 and text.isupper() and (" " in text or len(text) > 6):
        return text.capitalize()
    return text


def parts_of(code):
    """
    The parts of a code; their number is its depth.

    >>> parts_of("R1.2 a)")
    ('1', '2', 'a')
    """
    parts = re.findall(r"[^\W_]+", re.sub(r"^[A-Z]{1,3}-?(?=\d)", "", code or ""))
    while parts[1:] and not parts[-1].strip("0"):
        parts.pop()  # "1.0"
    return tuple(parts)


def depth_of(code):
    return len(parts_of(code))


def are_nested(codes):
    every = [*map(parts_of, codes)]
    known, top = {*every}, min(map(len, every), default=0)
    lower = [each for each in every if len(each) > top]
    below = [x for x in lower if any(x[:at] in known for at in range(top, len(x)))]
    return bool(lower) and min(len(below) / len(lower), len(known) / len(every)) > 0.8


def in_notation_of(code, above):
    """A code with its first part written as in the code above it."""
    first, _dot, rest = code.partition(".")
    wanted = above.partition(".")[0]
    value, other = (
        ROMANS.get(part.casefold(), int(part) if part.isdecimal() else None)
        for part in (first, wanted)
    )
    return f"{wanted}.{rest}" if rest and value and value == other else code


def level_among(word, levels):
    if word not in HIERARCHY:
        return ""
    if word in levels and word != "activity":
        return word
    at = {"area": 0, "programme": 1, "line": 2, "commitment": 2, "activity": 3}[word]
    return levels[min(at, len(levels) - 1)]
