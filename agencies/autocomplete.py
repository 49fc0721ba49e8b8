"""What a relation's search box finds: just what its form would accept."""

from django.contrib.admin.exceptions import NotRegistered
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.core.exceptions import PermissionDenied


class ChoicesView(AutocompleteJsonView):
    """
    Django's search, within the choices of the field that asks.

    Django's own finds whatever the related admin lists, so a field that offers less,
    such as the rounds open now, would offer what it then refuses.
    """

    def get_queryset(self):
        rows = super().get_queryset()
        related = self.model_admin.list_select_related
        if isinstance(related, list | tuple):
            rows = rows.select_related(*related)
        choices = self._choices()
        return rows if choices is None else rows.filter(pk__in=choices.values("pk"))

    def _choices(self):
        """The rows that the field accepts from this person; None for an inline's."""
        try:
            source = self.admin_site.get_model_admin(self.source_field.model)
        except NotRegistered:
            return None
        return source.formfield_for_dbfield(self.source_field, self.request).queryset

    def process_request(self, request):
        """Refuse what is no field of a form, such as the other end of a relation."""
        answer = super().process_request(request)
        field = answer[2]
        if not (field.concrete and field.editable):
            raise PermissionDenied
        return answer
