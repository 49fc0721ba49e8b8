"""Agencies, mandates and accounts: what administrators keep."""

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from agencies import audit, mail, sessions
from agencies.access import (
    ADMINISTRATORS,
    FOCAL_POINTS,
    REVIEWERS,
    is_administrator,
)
from agencies.audit.page import AuditEntryAdmin
from agencies.models import Agency, AgencyName, FocalPoint, User
from agencies.scoping import BilingualHistoryAdmin, ScopedAdmin, ScopedHistoryAdmin
from agencies.staleness import StaleGuardMixin

admin.site.register(audit.AuditEntry, AuditEntryAdmin)


class FormerNameInline(admin.TabularInline):
    model = AgencyName
    fields = ["name_es", "name_en", "acronym", "slug", "starts_on", "ends_on"]
    extra = 0


@admin.register(Agency)
class AgencyAdmin(BilingualHistoryAdmin):
    list_display = ["acronym", "name", "kind", "dissolved_on"]
    list_filter = ["kind"]
    search_fields = ["acronym", "name_es", "name_en"]
    inlines = [FormerNameInline]

    def save_model(self, request, obj, form, change):
        """Keep the former name, so that the old address leads on."""
        renamed = {"acronym", "slug", "name_es", "name_en"} & set(form.changed_data)
        if change and renamed:
            obj.rename(**{name: getattr(obj, name) for name in renamed})
        else:
            super().save_model(request, obj, form, change)


@admin.register(FocalPoint)
class FocalPointAdmin(ScopedHistoryAdmin):
    list_display = ["agency", "user", "kind", "starts_on", "ends_on", "leave_cover"]
    list_filter = [("agency", admin.RelatedOnlyFieldListFilter), "kind"]
    list_select_related = ["agency", "user"]
    search_fields = ["agency__acronym", "user__username", "user__last_name"]


class AccountForm(StaleGuardMixin, UserChangeForm):
    """Django's form for an account, not saved over somebody else's change."""


@admin.register(User)
class AccountAdmin(ScopedAdmin, UserAdmin):
    """Accounts, without the switches that would let somebody raise herself."""

    list_display = ["username", "first_name", "last_name", "is_active", "last_login"]
    list_filter = ["is_active", "groups"]
    form = AccountForm
    filter_horizontal = []
    fieldsets = [
        (None, {"fields": ["username", "password", "seen_state"]}),
        (
            _("Person"),
            {"fields": ["first_name", "last_name", "email", "language", "reminders"]},
        ),
        (
            _("What this account may do"),
            {"fields": ["is_active", "is_staff", "groups"]},
        ),
        (_("Dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    readonly_fields = ["last_login", "date_joined"]
    actions = ["end_sessions"]

    @admin.action(description=_("End their sessions now"), permissions=["change"])
    def end_sessions(self, request, queryset):
        """For a lost computer, or whatever else looks wrong; the account stays."""
        for person in queryset:
            audit.record(
                audit.Event.SESSION_ENDED,
                request=request,
                obj=person,
                reason="administrator",
            )
            sessions.end_sessions_of(person)
        text = ngettext("%(n)d person is out.", "%(n)d people are out.", len(queryset))
        self.message_user(request, text % {"n": len(queryset)}, messages.SUCCESS)

    def get_queryset(self, request):
        """Leave out superusers (for others) and the locked account of the record."""
        accounts = super().get_queryset(request)
        if request.user.is_superuser:
            return accounts
        return accounts.filter(is_superuser=False).exclude(
            is_staff=False, is_active=False
        )

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        """Only the three roles may be given."""
        if db_field.name == "groups":
            kwargs["queryset"] = Group.objects.filter(
                name__in=[FOCAL_POINTS, REVIEWERS, ADMINISTRATORS]
            )
        return super().formfield_for_manytomany(db_field, request, **kwargs)


@admin.register(mail.Mail)
class MailAdmin(ScopedAdmin):
    """
    What the portal has written to whom, and what became of it.

    Without the text: it may tell of reports, which administrators do not read.
    """

    fields = [
        "to",
        "subject",
        "kind",
        "language",
        "state",
        "created_at",
        "attempts",
        "next_attempt_at",
        "last_error",
        "sent_at",
        "given_up_at",
    ]
    readonly_fields = fields
    list_display = ["subject", "to", "kind", "state", "created_at", "attempts"]
    list_filter = ["kind", "sent_at", "given_up_at"]
    search_fields = ["to", "subject"]
    actions = ["try_again"]

    @admin.display(description=_("state"))
    def state(self, row):
        return row.state

    def has_try_permission(self, request):
        return is_administrator(request.user)

    @admin.action(description=_("Try again to send"), permissions=["try"])
    def try_again(self, request, queryset):
        number = mail.try_again(queryset)
        text = ngettext("%(n)d mail waits.", "%(n)d mails wait.", number)
        self.message_user(request, text % {"n": number}, messages.SUCCESS)
