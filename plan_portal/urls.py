"""All URLs except the health probes'. Published URLs never change."""

from functools import partial

from django.contrib import admin
from django.urls import include, path, register_converter
from django.urls.converters import StringConverter

from plan_portal import sitemap
from plan_portal.admin_site import choose_language
from plan_portal.conditional_get import public_page
from plan_portal.files import public_data_file
from strategic_areas import feeds
from strategic_areas.datasets import DATASETS
from strategic_areas.desk.sheet import views as sheet_views
from strategic_areas.desk.training import guide
from strategic_areas.themes import EnglishThemeConverter, ThemeConverter
from strategic_areas.views import (
    about,
    agencies,
    cards,
    commitments,
    data,
    datasets,
    editions,
    files,
    indicators,
    plans,
    results,
    search,
    targets,
    updates,
)


class CodeConverter(StringConverter):
    """A code of a plan, such as R-1.1.2: anything but a slash."""

    regex = r"[^/\x00-\x1f\x7f]+"


class DatasetConverter(StringConverter):
    regex = "|".join(DATASETS)


class EditionConverter(StringConverter):
    """The number of an edition: 2026-1, or 2026-1.1 for its correction."""

    regex = r"\d{4}-\d+(?:\.\d+)?"


register_converter(CodeConverter, "code")
register_converter(DatasetConverter, "dataset")
register_converter(EditionConverter, "edition")
register_converter(ThemeConverter, "tema")
register_converter(EnglishThemeConverter, "theme")

#: Every public page: name, view, Spanish path, English path.
PUBLIC_PAGES = [
    ("home", plans.home, "", ""),
    ("plans", plans.plan_list, "planes/", "plans/"),
    ("help", about.help_page, "ayuda/", "help/"),
    ("data", data.data_page, "datos/", "data/"),
    ("plan_data", data.data_page, "datos/<slug:plan>/", "data/<slug:plan>/"),
    (
        "dataset",
        data.dataset_detail,
        "datos/<slug:plan>/<dataset:dataset>/",
        "data/<slug:plan>/<dataset:dataset>/",
    ),
    (
        "edition_by_date",
        editions.edition_by_date,
        "datos/<slug:plan>/fecha/",
        "data/<slug:plan>/date/",
    ),
    (
        "edition",
        editions.edition_detail,
        "datos/<slug:plan>/<edition:edition>/",
        "data/<slug:plan>/<edition:edition>/",
    ),
    (
        "difference",
        editions.difference_page,
        "datos/<slug:plan>/<edition:edition>/desde/<edition:earlier>/",
        "data/<slug:plan>/<edition:edition>/since/<edition:earlier>/",
    ),
    (
        "difference_today",
        editions.difference_page,
        "datos/<slug:plan>/hoy/desde/<edition:earlier>/",
        "data/<slug:plan>/today/since/<edition:earlier>/",
    ),
    ("methodology", about.methodology, "metodologia/", "methodology/"),
    ("about", about.about, "acerca/", "about/"),
    ("glossary", about.glossary, "glosario/", "glossary/"),
    ("protection", about.protection, "como-protegemos/", "how-we-protect/"),
    ("accessibility", about.accessibility, "accesibilidad/", "accessibility/"),
    ("privacy", about.privacy, "privacidad/", "privacy/"),
    ("contact", about.contact, "contacto/", "contact/"),
    ("faq", about.faq, "preguntas/", "questions/"),
    ("terms", about.terms_of_use, "terminos/", "terms/"),
    ("site_map", about.site_map, "mapa/", "sitemap/"),
    ("search", search.search_page, "buscar/", "search/"),
    ("legal_base", about.legal_base, "base-legal/", "legal-base/"),
    ("corrections", about.correction_log, "correcciones/", "corrections/"),
    ("discrepancies", about.discrepancies, "discrepancias/", "discrepancies/"),
    ("indicators", indicators.indicator_list, "indicadores/", "indicators/"),
    (
        "indicator",
        indicators.indicator_detail,
        "indicadores/<code:code>/",
        "indicators/<code:code>/",
    ),
    # Not declared results: the indicators of each goal of the plan.
    ("results", results.results, "resultados/", "results/"),
    ("plan", plans.plan_detail, "<slug:plan>/", "<slug:plan>/"),
    ("areas", plans.area_list, "<slug:plan>/ejes/", "<slug:plan>/areas/"),
    (
        "area",
        plans.area_detail,
        "<slug:plan>/ejes/<slug:slug>/",
        "<slug:plan>/areas/<slug:slug>/",
    ),
    (
        "commitments",
        commitments.commitment_list,
        "<slug:plan>/compromisos/",
        "<slug:plan>/commitments/",
    ),
    (
        "commitment",
        commitments.commitment_detail,
        "<slug:plan>/compromisos/<code:code>/",
        "<slug:plan>/commitments/<code:code>/",
    ),
    (
        "theme",
        commitments.theme_list,
        "<slug:plan>/temas/<tema:theme>/",
        "<slug:plan>/themes/<theme:theme>/",
    ),
    (
        "agencies",
        agencies.agency_list,
        "<slug:plan>/instituciones/",
        "<slug:plan>/agencies/",
    ),
    (
        "agency",
        agencies.agency_detail,
        "<slug:plan>/instituciones/<slug:slug>/",
        "<slug:plan>/agencies/<slug:slug>/",
    ),
    ("updates", updates.update_list, "<slug:plan>/avances/", "<slug:plan>/updates/"),
    (
        "update",
        updates.update_detail,
        "<slug:plan>/avances/<slug:public_id>/",
        "<slug:plan>/updates/<slug:public_id>/",
    ),
    (
        "frameworks",
        targets.framework_list,
        "<slug:plan>/marcos/",
        "<slug:plan>/frameworks/",
    ),
    (
        "recommendations",
        targets.recommendation_list,
        "<slug:plan>/recomendaciones/",
        "<slug:plan>/recommendations/",
    ),
    (
        "recommendations_of",
        targets.recommendations_by_body,
        "<slug:plan>/recomendaciones/<slug:slug>/",
        "<slug:plan>/recommendations/<slug:slug>/",
    ),
    (
        "recommendations_to",
        targets.recommendations_to_agency,
        "<slug:plan>/instituciones/<slug:slug>/recomendaciones/",
        "<slug:plan>/agencies/<slug:slug>/recommendations/",
    ),
    (
        "amendments",
        about.amendment_list,
        "<slug:plan>/modificaciones/",
        "<slug:plan>/amendments/",
    ),
    (
        "later_activities",
        about.later_activities,
        "<slug:plan>/actividades-posteriores/",
        "<slug:plan>/later-activities/",
    ),
]

#: Companions of pages; same columns, also in the page cache. A picture is for shared
#: links, a drawing and the time axis are SVG files, a card is embedded elsewhere.
PUBLIC_COMPANIONS = [
    ("search_description", search.description, "buscar.xml", "search.xml"),
    (
        "plan_picture",
        cards.plan_picture,
        "<slug:plan>/imagen.png",
        "<slug:plan>/image.png",
    ),
    (
        "plan_feed",
        feeds.plan_feed,
        "<slug:plan>/avances.atom",
        "<slug:plan>/updates.atom",
    ),
    (
        "area_feed",
        feeds.area_feed,
        "<slug:plan>/ejes/<slug:slug>/avances.atom",
        "<slug:plan>/areas/<slug:slug>/updates.atom",
    ),
    (
        "commitment_feed",
        feeds.commitment_feed,
        "<slug:plan>/compromisos/<code:code>/avances.atom",
        "<slug:plan>/commitments/<code:code>/updates.atom",
    ),
    (
        "agency_feed",
        feeds.agency_feed,
        "<slug:plan>/instituciones/<slug:slug>/avances.atom",
        "<slug:plan>/agencies/<slug:slug>/updates.atom",
    ),
    (
        "plan_drawing",
        commitments.commitment_drawing,
        "<slug:plan>/compromisos.svg",
        "<slug:plan>/commitments.svg",
    ),
    (
        "plan_time",
        plans.plan_time,
        "<slug:plan>/tiempo.svg",
        "<slug:plan>/time.svg",
    ),
    (
        "plan_dates",
        feeds.plan_calendar,
        "<slug:plan>/plazos.ics",
        "<slug:plan>/dates.ics",
    ),
    (
        "agency_dates",
        feeds.agency_calendar,
        "<slug:plan>/instituciones/<slug:slug>/plazos.ics",
        "<slug:plan>/agencies/<slug:slug>/dates.ics",
    ),
    *(
        (name, view, f"indicadores/{rest}.svg", f"indicators/{rest}.svg")
        for name, view, rest in indicators.DRAWINGS
    ),
    (
        "chart_table",
        indicators.chart_table,
        "indicadores/<code:code>/<slug:name>.csv",
        "indicators/<code:code>/<slug:name>.csv",
    ),
    (
        "area_card",
        cards.area_card,
        "insertar/<slug:plan>/ejes/<slug:slug>/",
        "embed/<slug:plan>/areas/<slug:slug>/",
    ),
    (
        "commitment_card",
        cards.commitment_card,
        "insertar/<slug:plan>/compromisos/<code:code>/",
        "embed/<slug:plan>/commitments/<code:code>/",
    ),
    (
        "indicator_card",
        indicators.indicator_card,
        "insertar/indicadores/<code:code>/",
        "embed/indicators/<code:code>/",
    ),
    (
        "agency_card",
        cards.agency_card,
        "insertar/<slug:plan>/instituciones/<slug:slug>/",
        "embed/<slug:plan>/agencies/<slug:slug>/",
    ),
]

#: Former pictures of records, redirected to the plan's.
FORMER_PICTURES = [
    (
        "area_picture",
        cards.former_picture,
        "<slug:plan>/ejes/<slug:slug>/imagen.png",
        "<slug:plan>/areas/<slug:slug>/image.png",
    ),
    (
        "commitment_picture",
        cards.former_picture,
        "<slug:plan>/compromisos/<code:code>/imagen.png",
        "<slug:plan>/commitments/<code:code>/image.png",
    ),
    (
        "agency_picture",
        cards.former_picture,
        "<slug:plan>/instituciones/<slug:slug>/imagen.png",
        "<slug:plan>/agencies/<slug:slug>/image.png",
    ),
    (
        "indicator_picture",
        cards.former_picture,
        "indicadores/<code:code>/imagen.png",
        "indicators/<code:code>/image.png",
    ),
]

#: Files of evidence; same columns, never cached by browsers.
EVIDENCE_FILES = [
    (
        "evidence",
        files.evidence_file,
        "evidencia/<slug:token>/",
        "evidence/<slug:token>/",
    ),
]


#: Downloadable lists; same columns, without suffix; views also get the file format.
LISTS = [
    (
        "plan_commitments",
        commitments.commitment_file,
        "<slug:plan>/compromisos",
        "<slug:plan>/commitments",
    ),
    ("plan_updates", updates.update_file, "<slug:plan>/avances", "<slug:plan>/updates"),
    (
        "commitment_updates",
        updates.commitment_file,
        "<slug:plan>/compromisos/<code:code>/avances",
        "<slug:plan>/commitments/<code:code>/updates",
    ),
    (
        "recommendations",
        targets.recommendation_file,
        "<slug:plan>/recomendaciones",
        "<slug:plan>/recommendations",
    ),
    ("indicators", indicators.indicator_list_file, "indicadores", "indicators"),
    (
        "indicator",
        indicators.indicator_file,
        "indicadores/<code:code>",
        "indicators/<code:code>",
    ),
]

#: Public data files; same columns. Files without language have one path.
DATA_FILES = [
    ("catalogue", data.data_catalogue, "datos/catalogo.jsonld", None),
    ("ckan", data.ckan_package, "datos/<slug:plan>/ckan.json", None),
    ("data_index", datasets.file_index, "datos/indice.json", None),
    (
        "workbook",
        datasets.plan_workbook,
        "datos/<slug:plan>/libro.xlsx",
        "data/<slug:plan>/workbook.xlsx",
    ),
    (
        "edition_workbook",
        datasets.plan_workbook,
        "datos/<slug:plan>/<edition:edition>/libro.xlsx",
        "data/<slug:plan>/<edition:edition>/workbook.xlsx",
    ),
    (
        "data_file",
        datasets.dataset_file,
        "datos/<slug:plan>/<slug:stem>.<slug:file_format>",
        None,
    ),
    (
        "edition_file",
        datasets.dataset_file,
        "datos/<slug:plan>/<edition:edition>/<slug:stem>.<slug:file_format>",
        None,
    ),
    (
        "difference_file",
        editions.difference_file,
        "datos/<slug:plan>/<edition:edition>/desde/<edition:earlier>.<slug:file_format>",
        None,
    ),
    (
        "difference_today_file",
        editions.difference_file,
        "datos/<slug:plan>/hoy/desde/<edition:earlier>.<slug:file_format>",
        None,
    ),
    *(
        (
            datasets.list_url_name(name, file_format),
            partial(view, file_format=file_format),
            *(f"{es}.{file_format}", f"{en}.{file_format}"),
        )
        for file_format in datasets.LIST_FORMATS
        for name, view, es, en in LISTS
    ),
]


def public_patterns(language):
    is_spanish = language == "es"
    files = [
        path(spanish if is_spanish else english, view, name=name)
        for name, view, spanish, english in EVIDENCE_FILES
    ]
    pages = [
        path(es if is_spanish else en, public_page(view, language), name=name)
        for name, view, es, en in [*PUBLIC_PAGES, *PUBLIC_COMPANIONS, *FORMER_PICTURES]
    ]
    data = [
        path(found, public_data_file(view), name=name)
        for name, view, es, en in DATA_FILES
        if (found := es if is_spanish else en)
    ]
    return [*files, *pages, *data]


urlpatterns = [
    path("gestion/idioma/", choose_language, name="language"),
    path(
        "gestion/evidencia/<slug:token>/",
        sheet_views.download_evidence,
        name="staff_evidence",
    ),
    path("gestion/guias/<slug:role>/", guide, name="guide"),
    path("gestion/", admin.site.urls),
    path(sitemap.SECURITY_TXT, sitemap.security_txt, name="security_txt"),
    path("robots.txt", sitemap.robots, name="robots"),
    path(
        "sitemap.xml",
        public_page(sitemap.sitemap_view(PUBLIC_PAGES), "es"),
        name="sitemap",
    ),
    path("cuenta/", include("agencies.accounts.urls")),
    path("en/", include((public_patterns("en"), "en"))),
    path("", include((public_patterns("es"), "es"))),
]

handler400 = "plan_portal.errors.bad_request"
handler403 = "plan_portal.errors.permission_denied"
handler404 = "plan_portal.errors.page_not_found"
handler429 = "plan_portal.errors.too_many_requests"
handler500 = "plan_portal.errors.server_error"
