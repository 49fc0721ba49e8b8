"""Rules for e-mail addresses, profiles and user names of persons."""

import re
from functools import partial

from strategic_areas.text_guard import vocabulary
from strategic_areas.text_guard.findings import PersonalDataKind
from strategic_areas.text_guard.names import personal_names
from strategic_areas.text_guard.reading import (
    INSTITUTION,
    one_of,
    one_word,
    rule as any_rule,
)

AT = (
    r"(?:@ ?| ?[(\[{<] ?(?:@|at|arroba|arobas) ?[)\]}>] ?|[ ,-]{1,3}(?:arroba"
    r"|arobas|arob|awobaz)[ ,-]{1,3})"
)
DOT = (
    r"(?: ?\.| ?[(\[{<] ?(?:dot|punto|pwen|\.) ?[)\]}>] ?|,? (?:dot|punto|pwen|point)"
    r",? )"
)
LOCAL = r"(?<![\w.])(?P<found>[\w.%+'-]{1,64}"
DOMAIN = rf"[\w-]{{1,63}}(?:{DOT}[\w-]{{1,63}}){{0,4}}"
#: Domains of governments and of organisations of states.
OFFICIAL = re.compile(
    r"@ ?(?:[\w-]{1,40}\.){0,4}(?:(?:gob|gov|mil)(?:\.[a-z]{2})?|int|edu\.do|(?:un|oas"
    r"|iom|unicef|unhcr|undp|unfpa|unwomen|unodc|ilo|paho)\.org|europa\.eu)$"
)
SHARED = re.compile(
    rf"{one_of('MAILBOX')}@[\w-]{{1,40}}\.(?:org|edu|net)(?:\.[a-z]{{2}})?$"
)
OFFICIAL_USER = re.compile(one_of("OFFICIAL_USER"))
SURNAMED = re.compile(rf"[a-z]{{2,20}}{one_of('USER_ENDINGS')}(?:rd|dr|oficial)?")
PUBLIC_END = re.compile(r"\. ?(?:com|net|org|es|do|fr|ht|edu|info|me|us|co|gov)$")
OWNER = re.compile(
    rf"(?i:{one_word('PROFILE_WORD')}|{one_word('USER_WORD')}|aparece|figura)"
)
NETWORK = one_word("NETWORK")


def _is_address(match: re.Match[str]) -> bool:
    found = match["found"]
    plain = re.sub(r"[()\[\]{}<> ]", "", found)
    if OFFICIAL.search(plain) or SHARED.fullmatch(plain):
        return False
    if re.search(r" @\w", found) and not PUBLIC_END.search(found):
        return False  # "en Instagram a @ana.perez"
    is_spelt = re.search(r"arrob|arobas|awobaz|[(\[{<]", found)
    return bool(is_spelt or re.search(rf"@.{{0,130}}{DOT}[a-z]{{2}}", found))


def _is_personal_name(match: re.Match[str]) -> bool:
    name = match["name"].lower().strip("._/@")
    is_official = OFFICIAL_USER.search(name) or name in vocabulary.NO_PROFILE
    return len(name) > 2 and not is_official


def _is_user(match: re.Match[str]) -> bool:
    # Letters alone are a user name if they hold a surname: "analopez".
    is_named = SURNAMED.fullmatch(match["name"])
    return bool(is_named or not match["name"].isalpha()) and _is_personal_name(match)


def _is_named(match: re.Match[str]) -> bool:
    text = match[0].lower()
    names = match["name"].lower().split()
    is_other = INSTITUTION.search(text) or tuple(names) in vocabulary.WELL_KNOWN_NAMES
    if is_other or not vocabulary.OFFICES.isdisjoint(text.split()):
        return False
    has_owner = OWNER.search(match.string) or not personal_names().isdisjoint(names)
    return has_owner and _is_personal_name(match)


rule = partial(any_rule, needs="")
RULES = [
    rule(PersonalDataKind.EMAIL, rf"{LOCAL} ?{AT}{DOMAIN})", _is_address),
    rule(
        PersonalDataKind.EMAIL,
        rf"{LOCAL}(?: (?:dot|punto|pwen|point|guion bajo) [\w-]{{1,40}}){{0,3}} ?(?:@"
        rf"|[(]a[)]| (?:at|a|en|nan) |[ ,-]{{0,3}}arroba[ ,-]{{0,2}}) ?"
        rf"{one_of('PROVIDER')}(?:{DOT}[a-z]{{2,4}}){{0,2}})(?!\w)",
        lambda match: re.search(rf"@|{DOT}[a-z]{{2,4}}$|arroba ", match["found"]),
    ),
    rule(
        # "anaperez09 de gmail", "ana.perez09 (gmail)"
        PersonalDataKind.EMAIL,
        r"(?<![\w.])(?P<found>[a-z][a-z.]{0,30}[\d_.][\w.]{0,30},? (?:(?:de|en|del|nan"
        rf"|on|at) |[(]){one_of('PROVIDER')}|(?<![a-z@.]){one_of('PROVIDER')}(?::| es) "
        r"[a-z][a-z.]{1,30}\d[\w.]{0,10})(?!\w)",
    ),
    rule(
        PersonalDataKind.PROFILE,
        r"(?<![\w-])(?<![\w-]\.)(?:(?:www|m|es-la|web|mobile|l)"
        r"\.)?(?P<found>(?:facebook|fb|instagram|tiktok|twitter|x|t|snapchat|onlyfans"
        r"|linkedin|wa|paypal|telegram|threads|youtube|chat\.whatsapp)\.(?:com|me|net)/(?:in/"
        r"|add/|@|#|u/|user/|people/)?(?P<name>[\w.@+-]{2,60})(?:[?]id=\d{5,20})?)",
        _is_personal_name,
    ),
    rule(
        PersonalDataKind.PROFILE,
        r"(?<![\w.@/])(?P<found>@ ?(?P<name>[a-z_\d][\w.]{2,40}))",
        _is_personal_name,
    ),
    rule(
        # "usuario de Instagram: yuli_09", "su Snapchat es kenia.love15"
        PersonalDataKind.PROFILE,
        rf"(?:{NETWORK}|{one_word('USER_WORD')})"
        rf"[^\w\n.;]{{0,3}}(?:{one_of('IS_THERE')}[ :]{{1,2}}){{0,3}}[\"«“'(]{{0,2}}"
        r"(?P<found>(?P<name>[a-z][a-z.]{0,30}[_\d][\w.]{0,30}|[a-z]{2,20}"
        r"\.[a-z\d]{2,20}|[a-z]{6,30}(?![\w.@]\w)))",
        _is_user,
    ),
    rule(
        # yari.la.bella en Instagram
        PersonalDataKind.PROFILE,
        r"(?<![\w.@/-])(?P<found>(?P<name>[a-z]\w{0,20}(?:[._]\w{1,20}){1,4}"
        r"|[a-z]{3,20}\d{1,6}|[a-z]{6,30}))[\"»”)]? (?:en|on|sou|de|in) (?:su |el )?"
        rf"{NETWORK}",
        _is_user,
    ),
    rule(
        # perfil de Facebook "Yuli", su usuario en Facebook es Yuli La Bella
        PersonalDataKind.PROFILE,
        rf"(?i:{NETWORK}(?:[^.;\n]{{0,25}}?(?: (?:es|como|as|is|por|nombre|alias|llama"
        r"|rele|sou non)[ :]{1,2}[\"«“']?|[ :]{1,2}[\"«“'(]|:[ ])|[ ](?=\w{1,20} "
        r"(?-i:[A-Z]))))"
        r"(?P<found>(?P<name>[A-Z][^\W\d]{1,20}(?: [A-Z][^\W\d]{0,20}){0,3}))",
        _is_named,
        is_cased=True,
    ),
    rule(
        # "la agregan como Yuli en Facebook", «perfil "Yuli 🌸" de Instagram»
        PersonalDataKind.PROFILE,
        r"(?i:como|perfil|cuenta|profile|as)(?: fals[oa]| personal)?[ :]{1,2}[\"«“']?"
        rf"(?P<found>(?P<name>[A-Z][^\W\d]{{1,20}}[^.,;\n]{{0,25}}?))[\"»”']? "
        rf"(?:en|on|de|in) (?i:{NETWORK})",
        _is_personal_name,
        is_cased=True,
    ),
    rule(
        # su TikTok es yari la dura
        PersonalDataKind.PROFILE,
        rf"(?<![a-z])(?:su|mi|her|his) {NETWORK}(?: handle| name)?(?: es| is|:) "
        r"[\"«“']?(?P<found>(?P<name>[a-z]{3,15}(?: [a-z]{2,15}){0,3}))",
        _is_personal_name,
    ),
    rule(
        # el Snapchat de la menor, yuli_linda06
        PersonalDataKind.PROFILE,
        rf"{NETWORK}[^;.\n@]{{0,60}}?(?<![\w.@/-])(?P<found>"
        r"(?P<name>[a-z][a-z.]{0,30}(?:_[\w.]{0,30}|\d{2,6}|#\d{4})))(?![\w@/-])",
        _is_personal_name,
    ),
]
