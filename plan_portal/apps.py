from functools import cache

from django.apps import AppConfig
from django.conf import settings
from django.contrib.admin.apps import AdminConfig
from django.core import checks
from django.core.management import call_command
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _
from modeltranslation import manager

from plan_portal import roles


def make_shared_cache(sender, using, **kwargs):
    if sender.label == "agencies":  # once: the signal comes for each app with models
        call_command("createcachetable", database=using, verbosity=0)


def warn_of_a_nameless_visitor(app_configs, **kwargs):
    """Deployment check: behind a proxy a header must name the visitor's address."""
    if settings.CLIENT_ADDRESS_HEADER or not settings.SECURE_PROXY_SSL_HEADER:
        return []
    return [
        checks.Warning(
            "BEHIND_TLS_PROXY is set and CLIENT_ADDRESS_HEADER is not: all visitors "
            "count as one, and share the limits of signing in.",
            hint="See 'The proxy' in docs/operate.md.",
            id="portal.W001",
        )
    ]


def share_query_classes():
    """Let modeltranslation cache its queryset classes, which are slow to create."""
    manager.multilingual_queryset_factory = cache(manager.multilingual_queryset_factory)
    manager.MultilingualQuerySet.__reduce__ = parts_to_pickle


def parts_to_pickle(query_set):
    # modeltranslation's own way calls the factory for an instance. As the factory is
    # cached, that would be the same instance each time.
    return empty_query_set, (type(query_set).__bases__[0],), query_set.__getstate__()


def empty_query_set(kind):
    return manager.multilingual_queryset_factory(kind, instantiate=False)()


class PortalConfig(AppConfig):
    name = "plan_portal"
    verbose_name = _("Portal")

    def ready(self):
        share_query_classes()
        post_migrate.connect(make_shared_cache, dispatch_uid="portal_cache")
        checks.register(warn_of_a_nameless_visitor, deploy=True)
        post_migrate.connect(roles.grant_permissions, dispatch_uid="portal_roles")


class PortalAdminConfig(AdminConfig):
    default_site = "plan_portal.admin_site.PortalAdminSite"
