"""
The rules for e-mail addresses, profiles and user names, which block a text.

Those of public institutions are no personal data and stay: an address of a government
or an international organisation, the profile of a ministry.
"""

import re
from functools import partial

from strategic_areas.text_guard.findings import Kind
from strategic_areas.text_guard.patterns import either, words
from strategic_areas.text_guard.patterns import rule as any_rule

AT = (
    r"(?:@ ?| ?[(\[{<] ?(?:@|at|arroba|arobas) ?[)\]}>] ?| (?:arroba|arobas|arob"
    r"|awobaz) )"
)
DOT = r"(?: ?\.| ?[(\[{<] ?(?:dot|punto|pwen|\.) ?[)\]}>] ?| (?:dot|punto|pwen|point) )"
LOCAL = r"[\w.%+'-]{1,64}"
DOMAIN = rf"[\w-]{{1,63}}(?:{DOT}[\w-]{{1,63}}){{0,4}}"
#: Governments and organisations of states, and what else their domains end in.
OFFICIAL = re.compile(
    r"@ ?(?:[\w-]{1,40}\.){0,4}(?:(?:gob|gov|mil)(?:\.[a-z]{2})?|int|edu\.do|(?:un|oas"
    r"|iom|unicef|unhcr|undp|unfpa|unwomen|unodc|ilo|paho)\.org|europa\.eu)$"
)
#: A mailbox for everybody, at an organisation: "info@instituto.org.do".
SHARED = re.compile(
    r"(?:info|informacion|contacto|contact|prensa|press|oai|comunicacion(?:es)?"
    r"|denuncias?|secretaria|recepcion|office|admin|ayuda|help)@[\w-]{1,40}\.(?:org"
    r"|edu|net)(?:\.[a-z]{2})?$"
)
OFFICIAL_USER = re.compile(either("OFFICIAL_USER"))
PUBLIC_END = re.compile(r"\. ?(?:com|net|org|es|do|fr|ht|edu|info|me|us|co|gov)$")
#: Pages of a network that are no profile.
NO_PROFILE = frozenset(
    {
        "covid19",
        "watch",
        "share",
        "sharer",
        "hashtag",
        "search",
        "events",
        "groups",
        "help",
        "p",
    }
    | {"explore", "status", "reel", "reels", "video", "videos", "intent", "legal"}
)


def _is_personal_mail(match: re.Match[str]) -> bool:
    found = re.sub(r"[()\[\]{}<> ]", "", match["found"])
    return not OFFICIAL.search(found) and not SHARED.fullmatch(found)


def _is_personal_name(match: re.Match[str]) -> bool:
    """True for a user name that is no institution's and no other page's."""
    name = match["name"].lower().strip("._/@")
    return len(name) > 2 and not OFFICIAL_USER.search(name) and name not in NO_PROFILE


rule = partial(any_rule, needs="")
RULES = [
    rule(
        Kind.EMAIL,
        rf"(?<![\w.])(?P<found>{LOCAL} ?{AT}{DOMAIN})",
        lambda match: _is_personal_mail(match) and _is_address(match),
    ),
    rule(
        Kind.EMAIL,
        rf"(?<![\w.])(?P<found>[\w.%+'-]{{1,64}}(?: (?:dot|punto|pwen|point"
        rf"|guion bajo) [\w-]{{1,40}}){{0,3}} ?(?:@| at | a | nan | arroba )"
        rf" ?{either('PROVIDER')}(?:{DOT}[a-z]{{2,4}}){{0,2}})(?!\w)",
        lambda match: _is_spelt_mail(match),
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
        rf"(?:{words('NETWORK')}|{words('USER_WORD')})"
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
        r"|[a-z]{3,20}\d{1,6}))"
        rf"[\"»”)]? (?:en|on|sou|de|in) (?:su |el )?{words('NETWORK')}",
        _is_personal_name,
    ),
    rule(
        # perfil de Facebook "Yuli Martínez"
        Kind.PROFILE,
        rf"{words('PROFILE_WORD')}[^.;\n]{{0,25}}{words('NETWORK')}"
        r"[^\w\n.;]{0,3}(?:(?:como|as|llamad[oa]|named|bajo el nombre|sou non|de"
        r"|of|li|suy[oa])[ :,]{1,2})?[\"«“'](?P<found>(?P<name>[^\"»”'\n]{3,40}))",
        _is_personal_name,
    ),
    rule(
        # la cuenta "Yuli La Bella" en Facebook
        Kind.PROFILE,
        rf"{words('PROFILE_WORD')} (?:[a-z]{{3,10}} )?[\"«“']"
        rf"(?P<found>(?P<name>[^\"»”'\n]{{3,40}}))[\"»”'] (?:en|on|sou|de|in)"
        rf" {words('NETWORK')}",
        _is_personal_name,
    ),
    rule(
        # el Snapchat de la menor, yuli_linda06
        Kind.PROFILE,
        rf"{words('NETWORK')}[^;.\n@]{{0,60}}?(?<![\w.@/-])(?P<found>"
        r"(?P<name>[a-z][a-z.]{0,30}(?:_[\w.]{1,30}|\d{2,6})))(?![\w@/-])",
        _is_personal_name,
    ),
    rule(
        # su cuenta de Facebook, Yuli La Bella
        Kind.NAME,
        rf"(?i:{words('PROFILE_WORD')} (?:de|en|on|of) {words('NETWORK')}), "
        r"(?P<found>(?P<name>[A-Z][a-z]{1,20}(?: [A-Z][a-z]{1,20}){1,3}))",
        _is_personal_name,
        is_cased=True,
    ),
]


def _is_address(match: re.Match[str]) -> bool:
    """True if it has an end such as ".com", or its @ was written as a word."""
    found = match["found"]
    if re.search(r" @\w", found) and not PUBLIC_END.search(found):
        return False  # "en Instagram a @ana.perez"
    return bool(re.search(r"arrob|arobas|awobaz|[(\[{<]", found)) or bool(
        re.search(rf"@.{{0,130}}{DOT}[a-z]{{2}}", found)
    )


def _is_spelt_mail(match: re.Match[str]) -> bool:
    """True unless "at" or "a" only stands before the name of a provider."""
    found = match["found"]
    return "@" in found or bool(re.search(rf"{DOT}[a-z]{{2,4}}$| arroba ", found))
