"""Admin of invitations: create, renew by mail or print, revoke."""

from contextlib import suppress
from functools import partial

from django import forms
from django.contrib import admin, messages
from django.http import FileResponse, Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext, gettext_lazy as _

from agencies import access, invitations
from agencies.admin.base import ScopedAdmin
from agencies.audit import record_download
from agencies.invitations import InvitationForm


class InvitationAdmin(ScopedAdmin):
    form = InvitationForm
    list_display = ["email", "role", "agency", "kind", "state", "expires_at"]
    list_filter = ["role"]
    list_select_related = ["agency"]
    search_fields = ["email", "agency__acronym"]
    has_own_audit_entry = True
    change_form_template = "admin/agencies/invitation_change_form.html"

    @admin.display(description=_("state"))
    def state(self, invitation):
        return invitation.state

    def has_change_permission(self, request, obj=None):
        """Invitations are sent again or revoked, never edited."""
        return False

    def changeform_view(self, request, *args, **kwargs):
        """
        Read the letter of designation before any row is locked: a virus scan takes
        seconds.
        """
        if letter := request.FILES.get("letter"):
            # The upload keeps the result, or the error, for the form.
            with suppress(invitations.letter_error_class()):
                invitations.read_letter(letter)
        return super().changeform_view(request, *args, **kwargs)

    def get_form(self, request, obj=None, **kwargs):
        kwargs.setdefault("form", InvitationForm if obj is None else forms.ModelForm)
        form = super().get_form(request, obj, **kwargs)
        form.by = request.user
        return form

    def get_fields(self, request, obj=None):
        fields = list(InvitationForm.Meta.fields)
        if obj is None:
            return [*fields[:4], "takes_over", *fields[4:]]
        return [
            *fields[:-1],
            "succeeds",
            "made_by",
            "made_at",
            "expires_at",
            "accepted_by",
        ]

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        may_show = obj is not None and invitations.may_show_code(obj, request.user)
        return super().render_change_form(
            request, {**context, "may_show_code": may_show}, *args, obj=obj, **kwargs
        )

    def get_urls(self):
        name = "agencies_invitation"
        steps = [
            path(f"<int:pk>/{word}/", self.admin_site.admin_view(view), name=url)
            for word, view, url in [
                ("reenviar", self.invite_again, f"{name}_send"),
                ("codigo", partial(self.invite_again, mail=False), f"{name}_code"),
                ("revocar", self.revoke, f"{name}_revoke"),
                ("carta", self.download_designation, f"{name}_letter"),
            ]
        ]
        return [*steps, *super().get_urls()]

    def save_model(self, request, obj, form, change):
        request.invitation_secret = invitations.invite(obj, by=request.user)

    def log_addition(self, request, obj, message):
        """No log entry: the audit record has one."""

    def response_add(self, request, obj, post_url_continue=None):
        return self._created_response(request, obj, request.invitation_secret)

    def invite_again(self, request, pk, *, mail=True):
        obj = self._invitation(request, pk)
        secret = self._step(request, obj, invitations.invite_again, mail=mail)
        if secret:
            return self._created_response(request, obj, secret, mail=mail)
        return HttpResponseRedirect(self._list())

    def revoke(self, request, pk):
        obj = self._invitation(request, pk)
        self._step(request, obj, invitations.revoke_invitation)
        return HttpResponseRedirect(self._list())

    def download_designation(self, request, pk):
        obj = self._invitation(request, pk, reading=True)
        if not obj.letter:
            raise Http404
        record_download(request, obj, agency=obj.agency, kind="letter")
        response = FileResponse(
            obj.letter.open("rb"),
            as_attachment=True,
            filename=obj.letter_name,
            content_type="application/pdf",
        )
        response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
        return response

    def _invitation(self, request, pk, *, reading=False):
        access.require_administrator(request)
        if not reading and request.method != "POST":
            raise Http404
        return get_object_or_404(self.get_queryset(request), pk=pk)

    def _step(self, request, obj, step, **options):
        try:
            return step(obj, by=request.user, **options)
        except access.RefusedError as error:
            self.message_user(request, str(error), messages.WARNING)
        return None

    def _list(self):
        return reverse("admin:agencies_invitation_changelist")

    def _created_response(self, request, obj, secret, *, mail=True):
        if mail and obj.is_mailed:
            text = gettext("The invitation is on its way to %(email)s.")
            self.message_user(request, text % {"email": obj.email}, messages.SUCCESS)
            return HttpResponseRedirect(self._list())
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Invitation of %(email)s") % {"email": obj},
            **invitations.printed_invitation(obj, secret),
        }
        return TemplateResponse(request, "admin/agencies/invitation_made.html", context)
