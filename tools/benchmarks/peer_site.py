"""
A plain Django site that caches its pages, for comparison in ``peers``.

It has the middleware of ``startproject``, and Django's own for compression and 304
answers. PEER_CACHE chooses the cache: "locmem" or "files" behind ``cache_page``, or
"site", the per-site cache, which keeps compressed answers in the process. PEER_FOLDER
holds its SQLite database; PEER_ROWS sets the length of a page.
"""

import os
from pathlib import Path

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection, models
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template import engines
from django.urls import path
from django.views.decorators.cache import cache_page

FOLDER = Path(os.environ["PEER_FOLDER"])
ROWS = int(os.environ["PEER_ROWS"])
KIND = os.environ["PEER_CACHE"]
PAGES, SECONDS = 60, 3600
MIDDLEWARE = [
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
if KIND == "site":
    MIDDLEWARE = [
        "django.middleware.cache.UpdateCacheMiddleware",
        *MIDDLEWARE,
        "django.middleware.cache.FetchFromCacheMiddleware",
    ]
BACKEND = "filebased.FileBasedCache" if KIND == "files" else "locmem.LocMemCache"
settings.configure(
    ALLOWED_HOSTS=["localhost"],
    SECRET_KEY="for-benchmarks-only",
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
    ],
    MIDDLEWARE=MIDDLEWARE,
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": FOLDER / "peer.sqlite3",
        }
    },
    CACHES={
        "default": {
            "BACKEND": f"django.core.cache.backends.{BACKEND}",
            "LOCATION": str(FOLDER / "cache"),
            "OPTIONS": {"MAX_ENTRIES": 10_000},
        }
    },
    CACHE_MIDDLEWARE_SECONDS=SECONDS,
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ],
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)
django.setup()


class Agency(models.Model):
    name = models.CharField(max_length=100)

    class Meta:
        app_label = "peer"

    def __str__(self):
        return self.name


class Commitment(models.Model):
    title = models.CharField(max_length=200)

    class Meta:
        app_label = "peer"

    def __str__(self):
        return self.title


class Activity(models.Model):
    commitment = models.ForeignKey(Commitment, models.CASCADE)
    agency = models.ForeignKey(Agency, models.CASCADE)
    title = models.CharField(max_length=200)
    percent = models.PositiveSmallIntegerField()
    told_on = models.DateField()

    class Meta:
        app_label = "peer"

    def __str__(self):
        return self.title


PAGE = engines["django"].from_string("""<!doctype html>
<html lang="es"><head><meta charset="utf-8"><title>{{ commitment }}</title>
<link rel="stylesheet" href="/static/style.css"></head>
<body><nav>{% for each in agencies %}
<a href="#{{ each.pk }}">{{ each }}</a>{% endfor %}</nav><main><h1>{{ commitment }}</h1>
<p>{{ count }} actividades, en promedio al {{ average|floatformat:1 }} %.</p>
<table><caption>Actividades</caption>{% for each in activities %}
<tr><th scope="row" id="a-{{ each.pk }}">{{ each.title }}</th>
<td><abbr title="{{ each.agency.name }}">{{ each.agency.name|slice:":6" }}</abbr></td>
<td>{% if each.percent %}<progress max="100" value="{{ each.percent }}"></progress>
{{ each.percent }} %{% else %}Sin reporte{% endif %}</td>
<td><time datetime="{{ each.told_on|date:"c" }}">{{ each.told_on|date:"j F Y" }}</time>
</td></tr>{% endfor %}</table></main></body></html>
""")


def page(request, number=1):
    """One commitment with its activities, in four queries."""
    commitment = get_object_or_404(Commitment, pk=number)
    activities = commitment.activity_set.select_related("agency").order_by("pk")
    told = activities.aggregate(models.Count("pk"), models.Avg("percent"))
    context = {
        "commitment": commitment,
        "agencies": Agency.objects.order_by("name"),
        "activities": activities,
        "count": told["pk__count"],
        "average": told["percent__avg"],
    }
    return HttpResponse(PAGE.render(context, request))


kept = page if KIND == "site" else cache_page(SECONDS)(page)
urlpatterns = [path("", kept), path("compromisos/<int:number>/", kept)]


def prepare():
    """Create and fill the tables, unless they exist."""
    if connection.introspection.table_names():
        return
    with connection.schema_editor() as editor:
        for model in (Agency, Commitment, Activity):
            editor.create_model(model)
    names = [Agency(name=f"Institución pública número {n}") for n in range(30)]
    agencies = Agency.objects.bulk_create(names)
    for number in range(1, PAGES + 1):
        commitment = Commitment.objects.create(title=f"Compromiso {number} del plan")
        Activity.objects.bulk_create(
            Activity(
                commitment=commitment,
                agency=agencies[row % len(agencies)],
                title=f"Capacitar a quienes atienden: jornada {number}.{row} en "
                "las provincias de la frontera y en la capital",
                percent=(row * 7) % 100,
                told_on="2026-10-01",
            )
            for row in range(ROWS)
        )


prepare()
application = get_wsgi_application()
