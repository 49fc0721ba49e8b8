"""Structured data of pages (schema.org)."""

import json

from django import template
from django.conf import settings
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, gettext as _

from plan_portal.templatetags.portal import absolute
from strategic_areas.datasets import catalogue
from strategic_areas.public_paths import public_path
from strategic_areas.queries.figures import phrases

register = template.Library()

#: These characters could end the element or begin a comment inside it.
ESCAPES = {ord(char): f"\\u{ord(char):04x}" for char in "<>&"}
#: The types of pages in schema.org, for pages that have one.
KINDS = {
    "about": "AboutPage",
    "contact": "ContactPage",
    "plans": "CollectionPage",
    "areas": "CollectionPage",
    "commitments": "CollectionPage",
    "agencies": "CollectionPage",
    "updates": "CollectionPage",
    "indicators": "CollectionPage",
    "search": "SearchResultsPage",
}


@register.simple_tag(takes_context=True)
def page_data(context, title, url):
    name = context["request"].resolver_match.url_name
    page = {
        "@type": KINDS.get(name, "WebPage"),
        "@id": url,
        "url": url,
        "name": title,
        "inLanguage": get_language(),
        "isPartOf": _website(),
    }
    if about := _about(context, name):
        page["mainEntity"] = about
    return _element({"@context": "https://schema.org", **page})


@register.simple_tag
def breadcrumb_data(plan, page, parent, parent_address):
    steps = [(_("Home"), public_path("home"))]
    if plan:
        words = _("Plan %(code)s") % {"code": plan.code}
        steps.append((words, plan.get_absolute_url()))
    if parent:
        steps.append((str(parent), parent_address))
    items = [
        {"@type": "ListItem", "position": place, "name": name, "item": absolute(path)}
        for place, (name, path) in enumerate(steps, start=1)
    ]
    items.append({"@type": "ListItem", "position": len(items) + 1, "name": str(page)})
    return _element(
        {
            "@context": "https://schema.org",
            "@type": "BreadcrumbList",
            "itemListElement": items,
        }
    )


def _website():
    site = {
        "@type": "WebSite",
        "name": _("National Plan against Human Trafficking"),
        "url": absolute(public_path("home")),
    }
    if settings.OFFICIAL_SITE:
        site["publisher"] = {
            "@type": "GovernmentOrganization",
            "name": settings.SECRETARIAT_NAME,
        }
    return site


def _about(context, name):
    plan = context.get("plan")
    if name == "agency":
        agency = context["agency"]
        return {
            "@type": "GovernmentOrganization",
            "name": agency.name,
            "alternateName": agency.acronym_in_language,
        }
    if name == "update":
        return _report(context["entry"])
    if name == "indicator":
        return _indicator_dataset(context["series"], context["files"])
    if name == "dataset":
        return _plan_dataset(plan, context["table"], context["data"].day)
    if name in {"data", "plan_data"} and plan:
        data = context["data"]
        return {
            "@type": "DataCatalog",
            "name": phrases.text_in_language(plan, "title"),
            "dataset": [_plan_dataset(plan, each, data.day) for each in data.tables],
        }
    if name in {"plan", "area", "commitment"} and plan:
        return {
            "@type": "Report",
            "name": plan.title,
            "temporalCoverage": f"{plan.starts_on}/{plan.ends_on}",
            "spatialCoverage": {"@type": "Country", "name": settings.COUNTRY.name},
        }
    return None


def _indicator_dataset(series, files):
    dataset = {
        "@type": "Dataset",
        "name": phrases.text_in_language(series.indicator, "name"),
        "identifier": series.indicator.code,
        "description": phrases.text_in_language(series.indicator, "definition"),
        "spatialCoverage": {"@type": "Country", "name": settings.COUNTRY.name},
        "distribution": [
            {
                "@type": "DataDownload",
                "encodingFormat": file_format,
                "contentUrl": absolute(path),
            }
            for file_format, path in files
        ],
    }
    if series.points:
        first = min(point.starts_on for point in series.points)
        last = max(point.ends_on for point in series.points)
        dataset["temporalCoverage"] = f"{first}/{last}"
    return {name: value for name, value in dataset.items() if value}


def _plan_dataset(plan, table, day):
    return {
        "@type": "Dataset",
        "@id": absolute(public_path("dataset", plan.code, table.dataset.name)),
        "name": str(catalogue.title_of(plan, table)),
        "description": str(catalogue.about(table)),
        "license": settings.LICENCE_URL,
        "creator": {"@type": "Organization", "name": catalogue.publisher()},
        "dateModified": f"{day}",
        "distribution": [
            {
                "@type": "DataDownload",
                "encodingFormat": catalogue.media_type(file),
                "contentUrl": absolute(file.path),
            }
            for file in table.files
        ],
    }


def _report(entry):
    """
    An update as a schema.org report. An agency is the author only of what it reported
    itself. The report holds no text of the update, so it may be a withdrawn one.
    """
    agency = {"@type": "GovernmentOrganization", "name": entry.agency.name}
    node = {
        "@type": "Report",
        "name": entry.subject.title,
        "temporalCoverage": f"{entry.period.starts_on}/{entry.period.ends_on}",
        "about": agency,
    }
    if entry.dated_on:
        node["datePublished"] = f"{entry.dated_on}"
    if entry.is_from_sources:
        node["sdDatePublished"] = f"{entry.published_on}"
        node["isBasedOn"] = [_source(each) for each in entry.sources]
    elif not entry.is_demonstration:
        node["author"] = agency
    return node


def _source(source):
    work = {"@type": "CreativeWork", "name": source.title}
    if source.url:
        work["url"] = source.url
    if source.publisher:
        work["publisher"] = {"@type": "Organization", "name": source.publisher}
    return work


def _element(content):
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    script = f'<script type="application/ld+json">{text.translate(ESCAPES)}</script>'
    return mark_safe(script)  # noqa: S308 - nothing in it can end the element
