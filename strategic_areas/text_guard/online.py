"""The rules for e-mail addresses, profiles and user names, but for institutions'."""

import re
from functools import partial

from strategic_areas.text_guard import vocabulary
from strategic_areas.text_guard.findings import Kind
from strategic_areas.text_guard.patterns import either, words
from strategic_areas.text_guard.patterns import rule as any_rule

AT = (
    r"(?:@ ?| ?[(\[{<] ?(?:@|at|arroba|arobas) ?[)\]}>] ?| (?:arroba|arobas|arob"
    r"|awobaz) )"
)
DOT = r"(?: ?\.| ?[(\[{<] ?(?:dot|punto|pwen|\.) ?[)\]}>] ?| (?:dot|punto|pwen|point) )"
LOCAL = r"(?<![\w.])(?P<found>[\w.%+'-]{1,64}"
DOMAIN = rf"[\w-]{{1,63}}(?:{DOT}[\w-]{{1,63}}){{0,4}}"
#: Governments and organisations of states, and what else their domains end in.
OFFICIAL = re.compile(
    r"@ ?(?:[\w-]{1,40}\.){0,4}(?:(?:gob|gov|mil)(?:\.[a-z]{2})?|int|edu\.do|(?:un|oas"
    r"|iom|unicef|unhcr|undp|unfpa|unwomen|unodc|ilo|paho)\.org|europa\.eu)$"
)
SHARED = re.compile(
    rf"{either('MAILBOX')}@[\w-]{{1,40}}\.(?:org|edu|net)(?:\.[a-z]{{2}})?$"
)
OFFICIAL_USER = re.compile(either("OFFICIAL_USER"))
PUBLIC_END = re.compile(r"\. ?(?:com|net|org|es|do|fr|ht|edu|info|me|us|co|gov)$")
OWNER = re.compile(rf"(?i:{words('PROFILE_WORD')}|{words('USER_WORD')}|aparece|figura)")
NETWORK = words("NETWORK")


def _is_address(match: re.Match[str]) -> bool:
    """True for an address that is no office's, with an end or an @ in words."""
    found = match["found"]
    plain = re.sub(r"[()\[\]{}<> ]", "", found)
    if OFFICIAL.search(plain) or SHARED.fullmatch(plain):
        return False
    if re.search(r" @\w", found) and not PUBLIC_END.search(found):
        return False  # "en Instagram a @ana.perez"
    is_spelt = re.search(r"arrob|arobas|awobaz|[(\[{<]", found)
    return bool(is_spelt or re.search(rf"@.{{0,130}}{DOT}[a-z]{{2}}", found))


def _is_personal_name(match: re.Match[str]) -> bool:
    """True for a user name that is no institution's and no other page's."""
    name = match["name"].lower().strip("._/@")
    is_official = OFFICIAL_USER.search(name) or name in vocabulary.NO_PROFILE
    return len(name) > 2 and not is_official


rule = partial(any_rule, needs="")
RULES = [
    rule(Kind.EMAIL, rf"{LOCAL} ?{AT}{DOMAIN})", _is_address),
    rule(
        Kind.EMAIL,
        rf"{LOCAL}(?: (?:dot|punto|pwen|point|guion bajo) [\w-]{{1,40}}){{0,3}} ?(?:@"
        rf"| at | a | nan | arroba ) ?{either('PROVIDER')}(?:{DOT}[a-z]{{2,4}}){{0,2}})"
        r"(?!\w)",
        lambda match: re.search(rf"@|{DOT}[a-z]{{2,4}}$| arroba ", match["found"]),
    ),
    rule(
        # "anaperez09 de gmail"
        Kind.EMAIL,
        r"(?<![\w.])(?P<found>[a-z][a-z.]{0,30}[\d_.][\w.]{0,30} (?:de|en|del|nan|on)"
        rf" {either('PROVIDER')})(?!\w)",
    ),
    rule(
        Kind.PROFILE,
        r"(?<![\w-])(?<![\w-]\.)(?:(?:www|m|es-la|web|mobile|l)"
        r"\.)?(?P<found>(?:facebook|fb|instagram|tiktok|twitter|x|t|snapchat|onlyfans"
        r"|linkedin|wa|paypal|telegram|threads|youtube)\.(?:com|me|net)/(?:in/|add/|@"
        r"|#|u/|user/|people/)?(?P<name>[\w.@-]{2,60})(?:[?]id=\d{5,20})?)",
        _is_personal_name,
    ),
    rule(
        Kind.PROFILE,
        r"(?<![\w.@/])(?P<found>@ ?(?P<name>[a-z_\d][\w.]{2,40}))",
        _is_personal_name,
    ),
    rule(
        # "usuario de Instagram: yuli_09", "su Snapchat es kenia.love15"
        Kind.PROFILE,
        rf"(?:{NETWORK}|{words('USER_WORD')})"
        r"[^\w\n.;]{0,3}(?:(?:es|is|se|como|as|user|usuario|bajo|el|la|li|id|con"
        r"|handle|account|name|cuenta)[ :]{1,2}){0,3}[\"«“'(]{0,2}"
        r"(?P<found>(?P<name>[a-z][a-z.]{0,30}[_\d][\w.]{0,30}|[a-z]{2,20}"
        r"\.[a-z\d]{2,20}))",
        _is_personal_name,
    ),
    rule(
        # yari.la.bella en Instagram
        Kind.PROFILE,
        r"(?<![\w.@/-])(?P<found>(?P<name>[a-z]\w{0,20}(?:[._]\w{1,20}){1,4}"
        rf"|[a-z]{{3,20}}\d{{1,6}}))[\"»”)]? (?:en|on|sou|de|in) (?:su |el )?{NETWORK}",
        _is_personal_name,
    ),
    rule(
        # perfil de Facebook "Yuli", su usuario en Facebook es Yuli La Bella
        Kind.PROFILE,
        rf"(?i:{NETWORK}[^.;\n]{{0,25}}?(?: (?:es|como|as|is|rele|sou non)[ :]{{1,2}}"
        r"[\"«“']?|[ :]{1,2}[\"«“']))"
        r"(?P<found>(?P<name>[A-Z][^\W\d]{1,20}(?: [A-Z][^\W\d]{1,20}){0,3}))",
        lambda match: _is_personal_name(match) and bool(OWNER.search(match.string)),
        is_cased=True,
    ),
    rule(
        # "la agregan como Yuli en Facebook", «perfil "Yuli 🌸" de Instagram»
        Kind.PROFILE,
        r"(?i:como|perfil|cuenta|profile|as)[ :]{1,2}[\"«“']?(?P<found>(?P<name>[A-Z]"
        rf"[^\W\d]{{1,20}}[^.,;\n]{{0,25}}?))[\"»”']? (?:en|on|de|in) (?i:{NETWORK})",
        _is_personal_name,
        is_cased=True,
    ),
    rule(
        # su TikTok es yari la dura
        Kind.PROFILE,
        rf"(?<![a-z])(?:su|mi|her|his) {NETWORK}(?: es| is|:) [\"«“']?"
        r"(?P<found>(?P<name>[a-z]{3,15}(?: [a-z]{2,15}){0,3}))",
        _is_personal_name,
    ),
    rule(
        # el Snapchat de la menor, yuli_linda06
        Kind.PROFILE,
        rf"{NETWORK}[^;.\n@]{{0,60}}?(?<![\w.@/-])(?P<found>"
        r"(?P<name>[a-z][a-z.]{0,30}(?:_[\w.]{1,30}|\d{2,6})))(?![\w@/-])",
        _is_personal_name,
    ),
]
