from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AgenciesConfig(AppConfig):
    """Agencies, accounts and the audit record. Imports no other app of the project."""

    name = "agencies"
    verbose_name = _("Agencies and accounts")

    def import_models(self):
        """Import the models that live outside ``models``."""
        super().import_models()
        from agencies import invitations, mail, stand_ins, tasks
        from agencies.accounts import account_changes, second_factors

    def ready(self):
        from agencies.accounts import sessions
        from agencies.audit import receivers

        receivers.connect()
        sessions.connect()
