from django.apps import AppConfig
from django.core import checks
from django.db.models.signals import post_delete, post_migrate, post_save, pre_migrate
from django.utils.translation import gettext_lazy as _

from strategic_areas import triggers
from strategic_areas.search import index


class StrategicAreasConfig(AppConfig):
    name = "strategic_areas"
    verbose_name = _("Plan and progress")

    def import_models(self):
        super().import_models()
        from strategic_areas.models import drafts, measurements

    def ready(self):
        from strategic_areas import figures
        from strategic_areas.evidence import storage

        # A migration that rebuilds a table on SQLite drops its triggers, and a trigger
        # that names a table stands in the way of renaming it.
        pre_migrate.connect(triggers.drop_before_migrate, sender=self)
        post_migrate.connect(triggers.install_after_migrate, sender=self)
        post_migrate.connect(index.install_index, sender=self)
        checks.register(index.need_full_text)
        post_delete.connect(storage.remove_with_row, sender=self.get_model("Evidence"))
        post_save.connect(figures.publish_indicator, sender=self.get_model("Indicator"))
        post_save.connect(figures.publish_source, sender=self.get_model("Source"))
