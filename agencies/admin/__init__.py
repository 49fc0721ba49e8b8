"""
Mandates and accounts: what administrators keep.

Agencies are public: ``strategic_areas.admin.plan`` keeps them by two people.
"""

from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from agencies import mail
from agencies.access import is_administrator
from agencies.accounts.factors import FactorReset
from agencies.admin.accounts import AccountAdmin, FactorResetAdmin, FocalPointAdmin
from agencies.admin.audit import AuditEntryAdmin
from agencies.admin.invitations import InvitationAdmin
from agencies.admin.scoping import MAIL_KINDS, ScopedAdmin, WordsFilter
from agencies.audit import AuditEntry
from agencies.invitations import Invitation
from agencies.models import FocalPoint, User

admin.site.register(AuditEntry, AuditEntryAdmin)
# What a role may do stands in one table, which every migrate puts in force.
admin.site.unregister(Group)
admin.site.register(User, AccountAdmin)
admin.site.register(FocalPoint, FocalPointAdmin)
admin.site.register(Invitation, InvitationAdmin)
admin.site.register(FactorReset, FactorResetAdmin)


@admin.register(mail.Mail)
class MailAdmin(ScopedAdmin):
    """Without the text, which may tell of reports that administrators do not read."""

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
    list_filter = [("kind", WordsFilter), "sent_at", "given_up_at"]
    in_words = {"kind": MAIL_KINDS}
    finds_without_accents = False
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
