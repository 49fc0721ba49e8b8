"""Parts of a form's layout that the ``portal`` pack lacks: a group and a fold."""

from crispy_forms.layout import LayoutObject
from django.template.loader import render_to_string


class Group(LayoutObject):
    """Fields that stand side by side where there is room."""

    template = "portal/layout/group.html"

    def __init__(self, *fields, css_class=""):
        self.fields = list(fields)
        self.css_class = css_class

    def render(self, form, context, template_pack="portal", **kwargs):
        fields = self.get_rendered_fields(form, context, template_pack, **kwargs)
        return render_to_string(self.template, {**self._shown(form), "fields": fields})

    def _shown(self, form):
        return {"css_class": self.css_class}


class Fold(Group):
    """Fields that are seldom filled; open where one of them is wrong or required."""

    template = "portal/layout/fold.html"

    def __init__(self, title, *fields, is_open=False):
        super().__init__(*fields)
        self.title = title
        self.is_open = is_open

    def _shown(self, form):
        names = {pointer.name for pointer in self.get_field_names()}
        return {
            "title": self.title,
            "is_open": self.is_open or names & set(form.errors),
        }
