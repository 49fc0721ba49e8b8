"""The admin site: staff's own index instead of a list of tables."""

from django.conf import settings
from django.contrib.admin import AdminSite
from django.urls import path
from django.utils.translation import gettext_lazy as _

from agencies import access, preferences
from agencies.autocomplete import ChoicesView
from strategic_areas.desk import approvals, commenting, matrix, purges, queries
from strategic_areas.desk import urls as desk


class PortalAdminSite(AdminSite):
    """Django's admin, with an index that says what waits for the person."""

    site_title = _("Plan portal")
    site_header = _("Plan portal")
    index_title = _("My work")
    index_template = "admin/portal_index.html"
    empty_value_display = "–"

    def each_context(self, request):
        return {
            **super().each_context(request),
            "is_official_site": settings.OFFICIAL_SITE,
            "languages": settings.LANGUAGES,
        }

    def get_urls(self):
        """The pages of staff's daily work, before those of the tables."""
        return [
            *desk.patterns(self),
            path("rondas/", self.admin_view(matrix.matrix_page), name="rounds"),
            path(
                "avisos/",
                self.admin_view(preferences.reminder_page),
                name="reminders",
            ),
            *super().get_urls(),
        ]

    def autocomplete_view(self, request):
        """Search for a relation, within what its form accepts from this person."""
        return ChoicesView.as_view(admin_site=self)(request)

    def index(self, request, extra_context=None):
        """What my agency owes; what waits for review; which accounts there are."""
        user = request.user
        owed = queries.owed_by(user)
        context = {
            "owed": owed,
            "sheets": queries.sheets_of(user, owed),
            "returned": queries.returned_declarations(user),
            "reports": access.is_focal_point(user),
            "waiting": queries.waiting_for_review(user),
            "commentable": commenting.commentable(user),
            "changes": approvals.waiting(user),
            "came_back": approvals.came_back(user),
            "reviews": access.is_reviewer(user),
            "administers": access.is_administrator(user),
            "purges": purges.waiting_for(user),
        }
        return super().index(request, {**context, **(extra_context or {})})
