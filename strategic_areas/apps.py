from importlib import import_module

from django.apps import AppConfig
from django.db.models.signals import post_delete, post_migrate, post_save, pre_migrate
from django.utils.translation import gettext_lazy as _

from strategic_areas import triggers


class StrategicAreasConfig(AppConfig):
    """What is planned, done and public."""

    name = "strategic_areas"
    verbose_name = _("Plan and progress")

    def import_models(self):
        """Load the raw measurements too, which ``models`` leaves out on purpose."""
        super().import_models()
        import_module("strategic_areas.models.measurements")
        import_module("strategic_areas.models.measurements")

    def ready(self):
        # A migration that rebuilds a table on SQLite drops its triggers, and a trigger
        # that names a table stands in the way of renaming it.
        pre_migrate.connect(triggers.drop_before_migrate, sender=self)
        post_migrate.connect(triggers.install_after_migrate, sender=self)
        keeping = import_module("strategic_areas.evidence.keeping")
        evidence = self.get_model("Evidence")
        post_delete.connect(keeping.remove_with_row, sender=evidence)
        figures = import_module("strategic_areas.figures")
        indicator = self.get_model("Indicator")
        post_save.connect(figures.publish_indicator, sender=indicator)
        source = self.get_model("Source")
        post_save.connect(figures.publish_source, sender=source)
