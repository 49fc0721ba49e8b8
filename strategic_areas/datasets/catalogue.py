"""The catalogue of published data: DCAT-AP 3 with schema.org, and CKAN."""

from collections import namedtuple
from datetime import date

from django.conf import settings
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from strategic_areas.datasets.columns import LANGUAGES, Word, in_both
from strategic_areas.datasets.formats import MEDIA_TYPES, PACKAGE
from strategic_areas.public_paths import public_path
from strategic_areas.queries.figures.phrases import text_in_language

#: ``size`` is in bytes, None while the file is not ready.
CatalogueFile = namedtuple("CatalogueFile", "format path size")
#: ``change_frequency`` is a phrase; ``row_count`` is None until the rows are counted.
CatalogueTable = namedtuple(
    "CatalogueTable", "dataset change_frequency row_count files"
)
#: ``files`` hold the whole plan; ``editions`` come latest first.
PlanData = namedtuple("PlanData", "plan day tables files editions")

#: Code lists of DCAT-AP 3: of the EU Publications Office, and of IANA.
AUTHORITY = "http://publications.europa.eu/resource/authority/"
IANA = "https://www.iana.org/assignments/media-types/"
#: Names without a prefix are schema.org's.
CONTEXT = {
    "@vocab": "https://schema.org/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "dcat:byteSize": {"@type": "xsd:nonNegativeInteger"},
    **dict.fromkeys(
        ("dct:issued", "dct:modified", "dcat:startDate", "dcat:endDate"),
        {"@type": "xsd:date"},
    ),
    **dict.fromkeys(
        (
            *("dcat:accessURL", "dcat:downloadURL", "dcat:landingPage", "dcat:theme"),
            *("dcat:mediaType", "dcat:isVersionOf", "dct:accrualPeriodicity"),
            *("dct:format", "dct:isPartOf", "dct:language", "dct:license"),
            *("foaf:homepage", "vcard:hasEmail", "contentUrl", "license", "url"),
        ),
        {"@type": "@id"},
    ),
}
PORTAL = _("National Plan against Human Trafficking")
ABOUT = _(
    "Everything that this site publishes, as files: each dataset with its columns, "
    "rows, date and licence."
)


def as_catalogue(published: list[PlanData], today: date) -> dict:
    """The datasets of all plans, as JSON-LD."""
    nodes = [node for plan_data in published for node in _nodes(plan_data)]
    return {
        "@context": CONTEXT,
        "@type": ["dcat:Catalog", "DataCatalog"],
        **_common(public_path("data", language="es"), PORTAL, ABOUT, today),
        "foaf:homepage": settings.SITE_URL + public_path("home", language="es"),
        "dcat:dataset": nodes,
        "dataset": [{"@id": each["@id"]} for each in nodes],
    }


def _nodes(plan_data):
    path = public_path("plan_data", plan_data.plan.code, language="es")
    code = plan_data.plan.code
    url = settings.SITE_URL + path
    versions = [_version(plan_data, each, url) for each in plan_data.editions]
    has = {"dcat:hasVersion": [{"@id": each["@id"]} for each in versions]}
    yield _node(plan_data, path, _title(plan_data), ABOUT, plan_data.files, has)
    yield from versions
    for each in plan_data.tables:
        yield _node(
            plan_data,
            public_path("dataset", code, each.dataset.name, language="es"),
            title_of(plan_data.plan, each),
            about(each),
            each.files,
            {"dct:isPartOf": url},
        )


def title_of(plan, table: CatalogueTable) -> Word:
    return _lazy_format(
        _("%(title)s, plan %(code)s"), title=table.dataset.title, code=plan.code
    )


def about(table: CatalogueTable) -> Word:
    return _lazy_format(
        _("A row is %(row)s. How often it changes: %(changes)s."),
        row=table.dataset.row,
        changes=table.change_frequency,
    )


def _version(plan_data, edition, url):
    number, code = edition.number, plan_data.plan.code
    package = public_path(
        "edition_file", code, number, *PACKAGE.split("."), language="es"
    )
    book = public_path("edition_workbook", code, number, language="es")
    return _node(
        plan_data._replace(day=edition.made_on),
        public_path("edition", code, number, language="es"),
        _lazy_format(
            _("%(title)s, edition %(number)s"), title=_title(plan_data), number=number
        ),
        _lazy_format(_("What was public of the plan on %(day)s."), day=edition.made_on),
        [CatalogueFile("XLSX", book, None), CatalogueFile("ZIP", package, None)],
        {
            **dict.fromkeys(("dcat:version", "version"), number),
            "dct:issued": f"{edition.made_on}",
            "dct:accrualPeriodicity": f"{AUTHORITY}frequency/NEVER",
            "dcat:isVersionOf": url,
        },
    )


def _title(plan_data):
    return lazy(lambda: text_in_language(plan_data.plan, "title"), str)()


def _lazy_format(sentence, **words):
    return lazy(lambda: str(sentence) % words, str)()


def _node(plan_data, path, title, about, files, more):
    return {
        "@type": ["dcat:Dataset", "Dataset"],
        **_common(path, title, about, plan_data.day),
        "dcat:landingPage": settings.SITE_URL + path,
        "dcat:theme": f"{AUTHORITY}data-theme/JUST",
        "dct:accrualPeriodicity": f"{AUTHORITY}frequency/IRREG",
        "dct:temporal": {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": f"{plan_data.plan.starts_on}",
            "dcat:endDate": f"{plan_data.plan.ends_on}",
        },
        "temporalCoverage": f"{plan_data.plan.starts_on}/{plan_data.plan.ends_on}",
        "dcat:version": f"{plan_data.day}",
        "version": f"{plan_data.day}",
        "dcat:distribution": [_distribution(each, path) for each in files],
        "distribution": [{"@id": settings.SITE_URL + each.path} for each in files],
        **more,
    }


def _common(path, title, about, day):
    agent = {
        "@id": f"{settings.SITE_URL}/#publisher",
        "@type": ["foaf:Agent", "Organization"],
        "foaf:name": publisher(),
        "name": publisher(),
    }
    contact = {
        "@type": "vcard:Organization",
        "vcard:fn": settings.SECRETARIAT_NAME,
        "vcard:hasEmail": f"mailto:{settings.CONTACT_EMAIL}",
    }
    return {
        "@id": settings.SITE_URL + path,
        "url": settings.SITE_URL + path,
        **dict.fromkeys(("dct:title", "name"), _in_both(title)),
        **dict.fromkeys(("dct:description", "description"), _in_both(about)),
        **dict.fromkeys(
            ("dct:publisher", "publisher", "dct:creator", "creator"), agent
        ),
        **dict.fromkeys(("dct:license", "license"), settings.LICENCE_URL),
        "dct:spatial": {
            "@type": ["dct:Location", "Country"],
            "dct:identifier": settings.COUNTRY.code,
            "name": settings.COUNTRY.name,
        },
        "dct:language": [f"{AUTHORITY}language/{code}" for code in ("SPA", "ENG")],
        "inLanguage": list(LANGUAGES),
        **dict.fromkeys(("dct:modified", "dateModified"), f"{day}"),
        **({"dcat:contactPoint": contact} if settings.CONTACT_EMAIL else {}),
    }


def publisher() -> str:
    """The publisher; only an official site names the secretariat."""
    return settings.SECRETARIAT_NAME if settings.OFFICIAL_SITE else str(PORTAL)


def _in_both(text):
    texts = in_both(text).items()
    return [{"@language": language, "@value": word} for language, word in texts]


def _distribution(file, page):
    return {
        "@id": settings.SITE_URL + file.path,
        "@type": ["dcat:Distribution", "DataDownload"],
        "dct:title": file.format,
        "dcat:accessURL": settings.SITE_URL + page,
        "dcat:downloadURL": settings.SITE_URL + file.path,
        "contentUrl": settings.SITE_URL + file.path,
        "dcat:mediaType": IANA + media_type(file),
        "encodingFormat": media_type(file),
        "dct:format": f"{AUTHORITY}file-type/{file.format}",
        "dct:license": settings.LICENCE_URL,
        **({} if file.size is None else {"dcat:byteSize": f"{file.size}"}),
    }


def media_type(file: CatalogueFile) -> str:
    return MEDIA_TYPES[file.format.lower()].partition(";")[0]


def as_ckan(plan_data: PlanData) -> dict:
    """
    The arguments of CKAN's ``package_create`` for a plan, in the active language.

    The receiving catalogue adds ``owner_org``.
    """
    files = [(_title(plan_data), ABOUT, each) for each in plan_data.files]
    files += [
        (table.dataset.title, table.dataset.row, each)
        for table in plan_data.tables
        for each in table.files
    ]
    is_free = "creativecommons.org/licenses/by/" in settings.LICENCE_URL
    extras = {
        "licence": settings.LICENCE_URL,
        "language": ", ".join(LANGUAGES),
        "spatial": settings.COUNTRY.name,
        "temporal_start": f"{plan_data.plan.starts_on}",
        "temporal_end": f"{plan_data.plan.ends_on}",
    }
    return {
        "name": f"plan-{plan_data.plan.code.lower()}",
        "title": f"{_title(plan_data)}",
        "notes": f"{ABOUT}",
        "url": settings.SITE_URL + public_path("plan_data", plan_data.plan.code),
        "author": publisher(),
        "maintainer": publisher(),
        "maintainer_email": settings.CONTACT_EMAIL,
        "license_id": "cc-by" if is_free else "notspecified",
        "version": f"{plan_data.day}",
        "tags": [{"name": f"{_('human trafficking')}"}],
        "extras": [{"key": name, "value": value} for name, value in extras.items()],
        "resources": [
            {
                "name": f"{name} ({file.format})",
                "description": f"{about}",
                "url": settings.SITE_URL + file.path,
                "format": file.format,
                "mimetype": media_type(file),
                "size": file.size,
            }
            for name, about, file in files
        ],
    }
