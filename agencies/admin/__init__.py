"""
Admin of mandates, accounts and mails.

Agencies are public records: see ``strategic_areas.admin.plan``.
"""

from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _, ngettext

from agencies import mail
from agencies.access import is_administrator, is_reviewer
from agencies.accounts.second_factors import FactorReset
from agencies.admin.accounts import AccountAdmin, FactorResetAdmin, FocalPointAdmin
from agencies.admin.audit import AuditEntryAdmin
from agencies.admin.base import MAIL_KINDS, ScopedAdmin, WordsFilter
from agencies.admin.invitations import InvitationAdmin
from agencies.audit import AuditEntry
from agencies.invitations import Invitation
from agencies.models import FocalPoint, User

admin.site.register(AuditEntry, AuditEntryAdmin)
# Permissions of groups are set by ``plan_portal.roles`` at each migrate.
admin.site.unregister(Group)
admin.site.register(User, AccountAdmin)
admin.site.register(FocalPoint, FocalPointAdmin)
admin.site.register(Invitation, InvitationAdmin)
admin.site.register(FactorReset, FactorResetAdmin)


@admin.register(mail.Mail)
class MailAdmin(ScopedAdmin):
    """
    Mails. Their text may quote reports: it is shown in a demonstration alone.
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
    list_display = ["subject", "to", "kind", "state", "created_at", "attempts"]
    list_filter = [("kind", WordsFilter), "sent_at", "given_up_at"]
    in_words = {"kind": MAIL_KINDS}
    finds_without_accents = False
    search_fields = ["to", "subject"]
    actions = ["try_again"]

    @admin.display(description=_("state"))
    def state(self, row):
        return row.state

    def get_fields(self, request, obj=None):
        return [*self.fields, "text"] if obj and obj.is_readable else self.fields

    get_readonly_fields = get_fields

    def has_view_permission(self, request, obj=None):
        return super().has_view_permission(request, obj) or (
            is_reviewer(request.user) and mail.is_demonstration()
        )

    def has_try_permission(self, request):
        return is_administrator(request.user)

    @admin.action(description=_("Try again to send"), permissions=["try"])
    def try_again(self, request, queryset):
        number = mail.retry_mails(queryset)
        text = ngettext("%(n)d mail waits.", "%(n)d mails wait.", number)
        self.message_user(request, text % {"n": number}, messages.SUCCESS)
