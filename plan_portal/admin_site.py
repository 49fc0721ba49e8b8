"""The admin site, with the index page of staff."""

from allauth.account.views import logout
from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.admin.exceptions import NotRegistered
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from agencies import access
from agencies.accounts import views
from agencies.accounts.account_changes import AccountChange
from agencies.stand_ins import STAND_IN_STEPS, reviewers
from strategic_areas.desk import first_steps, people, queries, urls as desk
from strategic_areas.desk.changes import agency_statements, decisions
from strategic_areas.desk.changes.hideable_records import hide_url_for
from strategic_areas.desk.letters import letters_to_confirm
from strategic_areas.desk.people import access_problems, access_review
from strategic_areas.desk.public_pages import record_behind_page
from strategic_areas.desk.review import views as review
from strategic_areas.desk.rounds import views as rounds
from strategic_areas.desk.rounds.running_rounds import rounds_in_progress
from strategic_areas.purging.takedowns import HIDING_STEPS
from strategic_areas.rounds import rounds_to_open

#: allauth's apps, whose tables (secrets of second factors among them) are hidden.
HIDDEN_APPS = {"account", "mfa", "usersessions"}
#: Sentences of Django's admin with our own translation: Django's Spanish greets in the
#: plural and assumes genders. The list is unused; it makes ``make messages`` collect
#: them into our catalogue, which takes precedence.
REWORDED = [
    _("Welcome,"),
    _("View"),
    _("View %s"),
    _("History"),
    _("Change history: %s"),
    _("Breadcrumbs"),
    _("Select %s to change"),
    _("Select %s to view"),
    _("Add another %(verbose_name)s"),
    _("Delete selected %(verbose_name_plural)s"),
    _("Successfully deleted %(count)d %(items)s."),
    _("The {name} “{obj}” was added successfully."),
    _("The {name} “{obj}” was changed successfully."),
    _("The %(name)s “%(obj)s” was deleted successfully."),
    _("You may edit it again below."),
    _("Yes, I’m sure"),
    _("No, take me back"),
    _("Start typing to filter…"),
    _("Thanks for spending some quality time with the web site today."),
    # django-simple-history has no Spanish.
    _("View history: %s"),
]


class PortalAdminSite(AdminSite):
    site_title = _("Plan portal")
    site_header = _("Plan portal")
    index_title = _("My work")
    index_template = "admin/portal_index.html"
    empty_value_display = "–"
    #: The index page lists the tables under one heading.
    enable_nav_sidebar = False

    def register(self, model_or_iterable, admin_class=None, **options):
        models = model_or_iterable
        models = [models] if isinstance(models, type) else models
        visible = [each for each in models if each._meta.app_label not in HIDDEN_APPS]
        super().register(visible, admin_class, **options)

    def login(self, request, extra_context=None):
        next_url = request.GET.get("next", "")
        if request.user.is_authenticated:
            if not self.has_permission(request):
                raise PermissionDenied
            return redirect("admin:index")
        # By default the user is sent to the page of their work.
        query = (
            urlencode({"next": next_url}) if next_url != reverse("admin:index") else ""
        )
        return HttpResponseRedirect(f"{reverse('account_login')}?{query}".rstrip("?"))

    def logout(self, request, extra_context=None):
        return logout(request)

    def password_change(self, request, extra_context=None):
        return redirect("account_change_password")

    def password_change_done(self, request, extra_context=None):
        return redirect("account_index")

    def get_app_list(self, request, app_label=None):
        find = super().get_app_list
        return SimpleLazyObject(lambda: find(request, app_label))

    def each_context(self, request):
        return {
            **super().each_context(request),
            "is_official_site": settings.OFFICIAL_SITE,
            "languages": settings.LANGUAGES,
        }

    def get_urls(self):
        return [
            *desk.patterns(self),
            path("accesos/", self.admin_view(access_review), name="access_review"),
            path(
                "relevo/designacion/<int:pk>/",
                self.admin_view(people.hand_over_mandate),
                name="hand_over",
            ),
            path(
                "relevo/<slug:slug>/",
                self.admin_view(people.agency_work_page),
                name="handover",
            ),
            path("rondas/", self.admin_view(rounds.round_list), name="rounds"),
            path(
                "avisos/",
                self.admin_view(views.reminder_page),
                name="reminders",
            ),
            *super().get_urls(),
        ]

    def autocomplete_view(self, request):
        return ChoicesView.as_view(admin_site=self)(request)

    def index(self, request, extra_context=None):
        user, today = request.user, timezone.localdate()
        page = record_behind_page(request)
        context = {
            "first": first_steps.first_steps(user, today),
            "behind": page,
            "behind_hide_url": hide_url_for(user, page.record) if page else "",
            "may_hide": HIDING_STEPS.may_decide(user),
            "sheets": queries.open_sheets(user),
            "closed": queries.last_closed_round(user, today),
            "returned": queries.returned_answers(user),
            "reports": access.is_focal_point(user),
            **review.queue_context(request),
            "rounds_to_comment": agency_statements.rounds_to_comment(user),
            "came_back": decisions.returned_proposals(user),
            "reviews": access.is_reviewer(user),
            "administers": access.is_administrator(user),
            "oddities": access_problems() if access.is_administrator(user) else [],
            "letters": letters_to_confirm(user),
            "unconfirmed": AccountChange.objects.waiting().filter(user=user),
            "running": rounds_in_progress(request.GET, today)
            if access.is_reviewer(user)
            else [],
            "to_open": rounds_to_open(today) if access.is_reviewer(user) else [],
            "is_alone": STAND_IN_STEPS.may_decide(user) and reviewers().count() < 2,
        }
        return super().index(request, {**context, **(extra_context or {})})


class ChoicesView(AutocompleteJsonView):
    """Autocomplete limited to the choices of the form's field."""

    def get_queryset(self):
        rows = super().get_queryset()
        related = self.model_admin.list_select_related
        if isinstance(related, list | tuple):
            rows = rows.select_related(*related)
        choices = self._choices()
        return rows if choices is None else rows.filter(pk__in=choices.values("pk"))

    def serialize_result(self, obj, to_field_name):
        found = super().serialize_result(obj, to_field_name)
        if hasattr(self.model_admin, "name_in_pickers"):
            found["text"] = self.model_admin.name_in_pickers(obj)
        return found

    def _choices(self):
        try:
            source = self.admin_site.get_model_admin(self.source_field.model)
        except NotRegistered:
            return None
        return source.formfield_for_dbfield(self.source_field, self.request).queryset

    def process_request(self, request):
        answer = super().process_request(request)
        field = answer[2]
        if not (field.concrete and field.editable):
            raise PermissionDenied
        return answer


@require_POST
def choose_language(request):
    response = HttpResponseRedirect(_return_url(request))
    language = request.POST.get("language")
    if language not in dict(settings.LANGUAGES):
        return response
    if hasattr(request.user, "language"):
        request.user.language = language
        request.user.save(update_fields=["language"])
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        path="/",
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=True,
        samesite=settings.LANGUAGE_COOKIE_SAMESITE,
    )
    return response


def _return_url(request):
    target = request.POST.get("next", "")
    if target.startswith("/") and url_has_allowed_host_and_scheme(
        target, allowed_hosts=None
    ):
        return target
    return reverse("admin:index")
