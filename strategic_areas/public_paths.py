"""Paths of public pages, by URL name and language."""

from base64 import b32encode
from functools import lru_cache
from hashlib import sha256

from django.urls import get_script_prefix, reverse
from django.utils.translation import get_language

#: First path segments, in both languages, which no plan may have as its code.
RESERVED_WORDS = frozenset(
    """
    en gestion cuenta salud api static media datos data planes plans indicadores
    indicators resultados results metodologia methodology glosario glossary ayuda help
    accesibilidad accessibility acerca about privacidad privacy correcciones
    corrections contacto contact terminos terms buscar search mapa sitemap marcos
    frameworks base-legal legal-base discrepancias discrepancies como-protegemos
    how-we-protect compromisos commitments ejes areas instituciones agencies avances
    updates evidencia evidence embed insertar admin robots robots.txt
    sitemap.xml sitemap-xml favicon csp-informe well-known preguntas questions
    """.split()  # noqa: SIM905 - a paragraph reads better than fifty quoted words
)

#: Twelve characters are sixty bits, so that collisions are very unlikely.
SLUG_LENGTH = 12


def public_path(name, *args, language=None):
    """
    The path of a public page.

    ``name`` is its URL name without namespace, ``args`` its arguments in order;
    ``language`` ("es" or "en") defaults to the active one.
    """
    language = (language or get_language() or "es")[:2]
    space = "en" if language == "en" else "es"
    return _path(get_script_prefix(), f"{space}:{name}", args)


def stable_slug(identity: str) -> str:
    """A short slug that never changes, derived from a unique ``identity``."""
    return b32encode(sha256(identity.encode()).digest()).decode().lower()[:SLUG_LENGTH]


@lru_cache(maxsize=4096)
def _path(prefix, name, args):
    return reverse(name, args=args)
