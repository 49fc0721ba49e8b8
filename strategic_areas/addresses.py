"""Public addresses by name and language; the words stand in the root urls."""

from base64 import b32encode
from functools import lru_cache
from hashlib import sha256

from django.urls import get_script_prefix, reverse
from django.utils.translation import get_language

#: First path words that no plan's code may take, in both languages.
RESERVED_WORDS = frozenset(
    """
    en gestion cuenta salud api static media datos data planes plans indicadores
    indicators metodologia methodology glosario glossary ayuda help accesibilidad
    accessibility acerca about privacidad privacy correcciones corrections contacto
    contact terminos terms buscar search mapa sitemap marcos frameworks
    base-legal legal-base discrepancias discrepancies como-protegemos how-we-protect
    compromisos commitments ejes areas instituciones agencies avances updates
    evidencia evidence embed insertar componentes admin robots robots.txt
    sitemap.xml sitemap-xml favicon csp-informe well-known
    """.split()  # noqa: SIM905 - a paragraph reads better than fifty quoted words
)

#: Sixty bits: no two of a portal's records of a kind meet by chance.
WORD_LENGTH = 12


def address(name, *args, language=None):
    """
    The path of a public page.

    ``name`` is a URL name of the public table, ``args`` its arguments in order;
    ``language`` is "es" or "en", by default the active one.
    """
    language = (language or get_language() or "es")[:2]
    space = "en" if language == "en" else "es"
    return _path(get_script_prefix(), f"{space}:{name}", args)


def permanent_word(identity: str) -> str:
    """The word that addresses a record for good, made of what tells it from others."""
    digest = sha256(identity.encode()).digest()
    return b32encode(digest).decode().lower()[:WORD_LENGTH]


@lru_cache(maxsize=4096)
def _path(prefix, name, args):
    """A page holds some eighty links; each would be looked for in all addresses."""
    return reverse(name, args=args)
