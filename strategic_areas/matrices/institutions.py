"""
Institutions in texts such as "MIREX / PGR, CONANI (apoyo)": lead and supporters.

A name that is no acronym is a guess, which the user confirms once per spelling.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from typing import NamedTuple

from agencies.folding import fold

MAX_LENGTH = 600
#: Similarity from which a mistyped name is proposed.
SIMILAR, VERY_SIMILAR, SIMILAR_ACRONYM = 0.84, 0.93, 0.9
ACRONYM = re.compile(r"[A-ZÁÉÍÓÚÑ][A-ZÁÉÍÓÚÑ0-9&.-]+")
ABBREVIATIONS = {
    "m": "ministerio",
    "min": "ministerio",
    "gral": "general",
    "dir": "direccion",
    "proc": "procuraduria",
    "rep": "republica",
    "nac": "nacional",
    "inst": "instituto",
    "sec": "secretaria",
    "dpto": "departamento",
    "int": "interior",
    "cons": "consejo",
    "ofic": "oficina",
}
#: Words that do not distinguish institutions.
FILLER_WORDS = {
    "de",
    "del",
    "la",
    "las",
    "el",
    "los",
    "y",
    "e",
    "the",
    "of",
    "and",
    "for",
}
COUNTRY = re.compile(r"\b(?:de la )?republica dominicana\b")
OLD_MINISTRY = re.compile(r"\bsecretaria de estado\b")
INSTITUTION_WORDS = re.compile(
    r"(?:ministerio|ministry|direccion|directorate|consejo|council|instituto|institute"
    r"|oficina|office|policia|police|procuraduria|ministerio publico|tribunal|court"
    r"|suprema|universidad|university|comision|commission|ayuntamientos?|secretaria"
    r"|cuerpo|banco|bank|fundacion|foundation|cancilleria|departamento|junta|servicio"
    r"|agencia|agency|poder|congreso|camara|defensor|alcaldia|gabinete|centro|escuela"
    r"|superintendencia|gobernaciones|contraloria|armada|ejercito|vicepresidencia|despacho|mesa"
    r"|organizacion|asociacion|red|liga|confederacion)\b"
)
NO_TEXT = re.compile(r"[-–—_./*]*")
#: Texts without an institution, and the reason.
NOBODY_FORMS = [
    (reason, re.compile(pattern))
    for reason, pattern in [
        ("nobody_named", r"por (?:definir|asignar|determinar|identificar|designar"
                         r"|confirmar).*|pendiente.*|t\.?b\.?d\.?|to be .*|n/?[ad]"
                         r"|s/?d|sin (?:asignar|responsable|definir).*|¿?\?+"),
        ("everybody", r"(?:con )?(?:(?:todas|todos) (?:las |los )?(?:instituciones"
                      r"|miembros|entidades|organizaciones|agencias).*"
                      r"|all (?:the )?(?:institutions|agencies|members).*|todos|todas"
                      r"|all|varios|(?:varias|diversas) instituciones"
                      r"|instituciones de la comision)"),
    ]
]  # fmt: skip
SUPPORTS = r"apoy\w+|colabora\w*|soporte|support\w*|corresponsables?|acompa\w+|aliados?"
LEADS = (
    r"lidera|lider|lead\w*|responsable|coordina\w*|encabeza|ejecuta|principal|rector"
)
MARK = re.compile(
    rf"\((?:(?P<lead>(?:{LEADS})[^)]*|[rl])"
    rf"|(?P<support>(?:en |de )?(?:{SUPPORTS})[^)]*|[ac]))\)"
)
WITH_SUPPORT = re.compile(
    rf"[,;.]? *\b(?:con (?:el |la )?(?:apoyo|colaboracion|acompanamiento"
    rf"|soporte)(?: de(?:l| la)?)?"
    rf"|en (?:coordinacion|colaboracion) con|junto (?:a|con)"
    rf"|with (?:the )?support (?:of|from)"
    rf"|(?:{SUPPORTS}|a|c) ?:)"
)
LEAD_WORD = re.compile(rf"^ *(?:{LEADS}|[rl]) ?: *")
JOINT = re.compile(
    r" *(?:[/;,+&|\n•]|(?<=\w)-(?=[A-ZÁÉÍÓÚÑ])| [-–—] |\b[ye]\b(?= )| and | con ) *"
)
#: Separators after which the role of the next institution is unclear.
UNCLEAR_JOINTS = re.compile(r"^ *(?:[-–—]|[ye]|and) *$")
EITHER = re.compile(r" (?:o|u|or) ")
GLOSSARY = re.compile(r"\b([A-ZÁÉÍÓÚÑ]{2,12}) *[=:] *([^.;=\n]{4,90})")


@cache
def _small(character):
    return (fold(character) or " ")[0]


def fold_in_place(text):
    """Lowercase without accents, one character for each character."""
    return "".join(map(_small, text))


class KnownInstitution(NamedTuple):
    acronym: str
    names: Iterable[str] = ()
    former_names: Iterable[str] = ()


class InstitutionGuess(NamedTuple):
    acronym: str
    reason: str = ""


@dataclass
class ResponsibleParts:
    """
    Lead, supporters and reasons to check a cell.

    ``named`` are the spellings to confirm.
    """

    lead: str | None = None
    supporting: list = field(default_factory=list)
    reasons: list = field(default_factory=list)
    named: dict = field(default_factory=dict)

    @property
    def text(self):
        others = [f"{each} (apoyo)" for each in self.supporting]
        return " / ".join(filter(None, [self.lead, ", ".join(others)]))


class InstitutionNames:
    """
    Institutions of the portal, and names that the user confirmed or a note explains.

    ``confirmed`` maps a text to an acronym, or to "" for no institution.
    """

    def __init__(self, known, confirmed=()):
        self.confirmed = {_key(text): name for text, name in dict(confirmed).items()}
        self.acronyms, self.names, self._guesses = {}, {}, {}
        for acronym, names, former in known:
            self.acronyms[_key(acronym)] = acronym
            for name in (*names, *former):
                self.names.setdefault(_name(name), acronym)

    def learn(self, text):
        """Take acronyms from a note, such as "MSP = Ministerio de Salud"."""
        for acronym, name in GLOSSARY.findall(text):
            if _key(acronym) not in self.acronyms and (found := self._named(name)):
                self.names.setdefault(_name(acronym), found)

    def guess(self, text):
        if text not in self._guesses:
            self._guesses[text] = self._guess(text.strip(" .:"))
        return self._guesses[text]

    def _guess(self, text):
        if (key := _key(text)) in self.confirmed:
            return InstitutionGuess(self.confirmed[key])
        if found := self.acronyms.get(_key(text.strip("¿?"))):
            return InstitutionGuess(found, "otherwise" if "?" in text else "")
        if found := self._named(text):
            return InstitutionGuess(found, "otherwise")
        bare, _bracket, inside = text.partition("(")
        inside = inside.rstrip(") ")
        if not (inside and bare.strip()):
            return self._unknown(text)
        outer, inner = self.guess(bare.strip()), self.guess(inside)
        if outer and outer.reason != "unknown":
            return outer._replace(reason="otherwise")
        if inner and (inner.reason != "unknown" or ACRONYM.fullmatch(inside)):
            return inner._replace(reason=inner.reason or "otherwise")
        return outer

    def _unknown(self, text):
        inside = {a for x in text.split() if (a := self.acronyms.get(_key(x))) == x}
        if len(inside) == 1 and not EITHER.search(text):
            return InstitutionGuess(inside.pop(), "otherwise")
        if ACRONYM.fullmatch(text) and len(text) < 13:
            if near := get_close_matches(_key(text), self.acronyms, 1, SIMILAR_ACRONYM):
                return InstitutionGuess(self.acronyms[near[0]], "otherwise")
            return InstitutionGuess(text, "unknown")
        words = text.split()
        is_name = all(word[0].isupper() or fold(word) in FILLER_WORDS for word in words)
        if (
            words
            and words[0][0].isupper()
            and (INSTITUTION_WORDS.match(fold(text)) or is_name)
        ):
            initials = "".join(
                word[0] for word in words if fold(word) not in FILLER_WORDS
            )
            is_free = len(initials) > 1 and _key(initials) not in self.acronyms
            guess = initials if is_free else "".join(words)
            return InstitutionGuess(guess.upper(), "unknown")
        return None

    def _named(self, text):
        name = _name(text)
        if found := self.names.get(name):
            return found
        if len(name) < 5 or INSTITUTION_WORDS.fullmatch(name):
            return ""
        parts = {acr for known, acr in self.names.items() if _is_part(name, known)}
        return parts.pop() if len(parts) == 1 else self.most_similar(name, SIMILAR)

    def most_similar(self, name, least):
        """The acronym of the name most similar to a mistyped one, or ""."""
        words = set(name.split())
        near = [
            known
            for known in self.names
            if abs(len(name) - len(known)) < 5 and not words.isdisjoint(known.split())
        ]
        found = get_close_matches(name, near, 1, least)
        return self.names[found[0]] if found else ""


def split_responsible(text, known_names, *, role="responsible"):
    """
    Lead and supporters of a cell; with ``role`` "supporting", supporters only.

    The first is the lead unless another one is marked.
    """
    if NO_TEXT.fullmatch(text.strip()):
        return ResponsibleParts()
    if (
        reason := "no_institution"
        if len(text) > MAX_LENGTH
        else _reason_for_nobody(text)
    ):
        return ResponsibleParts(reasons=[reason])
    parts, is_open = _parts(text, known_names)
    # With a separate column of supporters, all names here are leads.
    is_open = is_open or role == "lead"
    leads = [name for name, is_lead, is_support in parts if is_lead]
    found, names, possible_leads = ResponsibleParts(), [], []
    for part, is_lead, is_support in parts:
        reason = _reason_for_nobody(part)
        guess = None if reason else known_names.guess(part)
        if guess is None:
            found.reasons.append(
                "everybody" if reason == "everybody" else "no_institution"
            )
        elif guess.acronym:
            found.named |= {part: guess} if guess.reason else {}
            names.append(guess.acronym)
            possible_leads += (
                [guess.acronym] if is_lead or not (leads or is_support) else []
            )
    if role != "supporting":
        found.lead = next(iter(possible_leads), None)
    found.supporting = [x for x in dict.fromkeys(names) if x != found.lead]
    is_marked = leads or any(is_support for *_, is_support in parts)
    if role != "supporting" and is_open and not is_marked and len(names) > 1:
        found.reasons.append("who_leads")
    return found


def _reason_for_nobody(text):
    return next(
        (
            reason
            for reason, pattern in NOBODY_FORMS
            if pattern.fullmatch(fold(text).strip())
        ),
        "",
    )


def _parts(text, known_names):
    cut = WITH_SUPPORT.search(fold_in_place(text))
    main, rest = (text[: cut.start()], text[cut.end() :]) if cut else (text, "")
    if main.count("(") > main.count(")"):
        # "PGR (con apoyo de MIREX)"
        main, rest = main.replace("(", " "), rest.replace(")", " ", 1)
    first, is_open = _names(main, known_names)
    others, _open = _names(rest, known_names)
    parts = [_marked(each) for each in first]
    # "MIREX / MINERD, MMUJER (apoyo)": all after the first separator are supporters.
    if parts and parts[-1][2] and not any(each[1] or each[2] for each in parts[:-1]):
        parts[1:] = [(name, False, True) for name, *_ in parts[1:]]
    return parts + [(name, False, True) for name, *_ in map(_marked, others)], is_open


def _marked(text):
    found = MARK.search(fold(text))
    if not found:
        word = LEAD_WORD.match(fold_in_place(text))
        return text[word.end() if word else 0 :].strip(), bool(word), False
    bare = re.sub(r"\([^)]*\)\s*$", "", text).strip()
    return bare, bool(found["lead"]), bool(found["support"])


def _names(text, known_names):
    """
    The names of a list, and whether only "y" or hyphens join some of them.

    A name may contain a comma or "y": the longest known part counts.
    """
    if not text.strip():
        return [], False
    joints = [
        each for each in JOINT.finditer(text) if not _is_inside(text, each.start())
    ]
    edges = [(0, 0), *(each.span() for each in joints), (len(text), len(text))]
    parts = range(len(edges) - 1)
    names, at, is_open = [], 0, False
    while at < len(parts):
        for end in range(len(edges) - 1, at, -1):
            candidate = text[edges[at][1] : edges[end][0]].strip()
            if end == at + 1 or _is_single_name(candidate, known_names):
                break
        if candidate:
            names.append(candidate)
        joint = joints[end - 1].group() if end <= len(joints) else ""
        is_open = is_open or bool(UNCLEAR_JOINTS.match(joint))
        at = end
    return names, is_open


def _is_single_name(candidate, known_names):
    bare = _marked(candidate)[0]
    name = _name(bare)
    if name in known_names.names or {_key(bare)} & {
        *known_names.confirmed,
        *known_names.acronyms,
    }:
        return True
    inside = re.fullmatch(r"([^()]+)\(([A-ZÁÉÍÓÚÑ]{2,12})\)", bare)
    parts = JOINT.split(bare)
    if any(_key(piece) in known_names.acronyms for piece in parts):
        return False
    if inside and INSTITUTION_WORDS.match(fold(bare)):
        return not any(INSTITUTION_WORDS.match(fold(each)) for each in parts[1:])
    if any(
        INSTITUTION_WORDS.match(fold(each)) or ACRONYM.fullmatch(each)
        for each in parts[1:]
    ):
        return False
    first = known_names.guess(parts[0])
    is_new = INSTITUTION_WORDS.match(fold(bare)) and (
        not first or first.reason == "unknown"
    )
    if is_new and re.fullmatch(r"[^/;,+&|\n•]+ [ye] [^/;,+&|\n•]+", bare):
        return True  # "Ministerio de Hacienda y Economía"
    return bool(known_names.most_similar(name, VERY_SIMILAR))


def _is_inside(text, at):
    return text.count("(", 0, at) > text.count(")", 0, at)


def _key(text):
    return " ".join(fold(text).replace(".", "").split())


def _name(text):
    words = re.findall(r"[a-z0-9]+", fold(text))
    plain = " ".join(ABBREVIATIONS.get(word, word) for word in words)
    plain = OLD_MINISTRY.sub("ministerio", COUNTRY.sub("", plain))
    return " ".join(word for word in plain.split() if word not in FILLER_WORDS)


def _is_part(name, known):
    words, known = set(name.split()), set(known.split())
    return words <= known or (len(known) > 1 and known <= words)
