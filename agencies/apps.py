from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AgenciesConfig(AppConfig):
    """Who acts, who may sign in, who did what. Imports nothing of ours."""

    name = "agencies"
    verbose_name = _("Agencies and accounts")

    def import_models(self):
        """Load the models that stand in rooms of their own too."""
        super().import_models()
        import_module("agencies.mail")
        import_module("agencies.audit")
        import_module("agencies.invitations")
        import_module("agencies.recovery")

    def ready(self):
        import_module("agencies.audit.watching").connect()
        import_module("agencies.sessions").connect()
