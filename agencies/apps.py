from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AgenciesConfig(AppConfig):
    """Agencies, accounts and the audit record. Imports no other app of ours."""

    name = "agencies"
    verbose_name = _("Agencies and accounts")

    def import_models(self):
        """Load also the models that stand in modules of their own."""
        super().import_models()
        import_module("agencies.mail")
        import_module("agencies.audit")
        import_module("agencies.invitations")
        import_module("agencies.accounts.factors")
        import_module("agencies.stand_ins")
        import_module("agencies.accounts.confirming")
        import_module("agencies.tasks")

    def ready(self):
        import_module("agencies.audit.watching").connect()
        import_module("agencies.accounts.sessions").connect()
