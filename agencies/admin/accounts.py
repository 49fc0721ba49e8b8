"""Admin of accounts and mandates, and the closing of accounts."""

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext, gettext_lazy as _, ngettext

from agencies import access
from agencies.access import Role
from agencies.accounts import account_changes, closing, second_factors
from agencies.accounts.account_changes import AccountChange
from agencies.accounts.second_factors import FactorReset, annotate_has_factor
from agencies.admin.base import ScopedAdmin, ScopedHistoryAdmin
from agencies.edit_conflicts import EditConflictMixin
from agencies.models import User


class RolesField(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, group):
        return Role(group.name).label


class RoleFilter(admin.RelatedFieldListFilter):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.title = _("role")

    def field_choices(self, field, request, model_admin):
        roles = Group.objects.filter(name__in=Role.values)
        return [(role.pk, Role(role.name).label) for role in roles]


class AccountForm(EditConflictMixin, UserChangeForm):
    """
    Django's account form without the password.

    Changes that another person must confirm go to ``proposed``; the stored value stays.
    The last administrator cannot be removed.
    """

    #: The user who fills in the form.
    by = None

    password = None
    closes_own = forms.BooleanField(
        label=_("Yes, close my own account"),
        required=False,
        help_text=_(
            "You are signed out at once, and only another administrator lets you in "
            "again."
        ),
    )
    asks_confirmation = forms.BooleanField(
        label=_("Ask another person to confirm that they know this one"),
        required=False,
        help_text=_(
            "So far only the person who invited them says that they know them. "
            "Neither that person nor you can confirm it."
        ),
    )

    class Meta(UserChangeForm.Meta):
        labels = {"is_staff": _("May open the staff pages")}
        help_texts = {
            "is_active": _("Without it nobody signs in; what the person wrote stays."),
            "is_staff": "",
        }

    def clean(self):
        closing.lock_administrators()
        cleaned = super().clean()
        self.proposed = list(self._withhold_proposed_changes(cleaned))
        is_closed = not cleaned.get("is_active")
        if self.is_own and is_closed and not cleaned.get("closes_own"):
            self.add_error(
                "closes_own", _("This is your own account: tick here to close it.")
            )
        if not self._stays_administrator(cleaned) and closing.is_last_administrator(
            self.instance
        ):
            raise ValidationError(
                _(
                    "This is the last administrator: make another one first, or nobody "
                    "could keep accounts."
                )
            )
        return cleaned

    @property
    def is_own(self):
        return self.instance == self.by

    def _withhold_proposed_changes(self, cleaned):
        stored = User.objects.get(pk=self.instance.pk)
        # A reviewer who gives roles could otherwise act as two persons.
        is_by_reviewer = access.is_reviewer(self.by)
        chosen = cleaned.get("groups") or Group.objects.none()
        added = [
            group
            for group in chosen.exclude(user=stored)
            if is_by_reviewer or group.name in account_changes.DECIDING
        ]
        if added:
            cleaned["groups"] = chosen.exclude(pk__in=[group.pk for group in added])
        for group in added:
            yield AccountChange.Kind.ROLE, group.name
        if cleaned.get("asks_confirmation") and stored.is_unconfirmed:
            yield AccountChange.Kind.CONFIRMATION, ""
        for what in (AccountChange.Kind.EMAIL, AccountChange.Kind.USERNAME):
            value, before = cleaned.get(what), getattr(stored, what)
            if value is not None and value != before:
                if what == AccountChange.Kind.USERNAME and _is_taken(value, stored):
                    self.add_error(what, _("This user name is taken."))
                cleaned[what] = before
                yield what, value
        if not (added or is_by_reviewer or account_changes.decides_or_will(stored)):
            return
        flags = ("is_active", "is_staff")
        is_reactivated = all(cleaned.get(flag, getattr(stored, flag)) for flag in flags)
        if is_reactivated and not (stored.is_active and stored.is_staff):
            cleaned |= {flag: getattr(stored, flag) for flag in flags}
            yield AccountChange.Kind.REACTIVATION, ""

    def _stays_administrator(self, cleaned):
        if self.is_own:  # a user cannot change their own roles
            return bool(cleaned.get("is_active"))
        roles = {group.name for group in cleaned.get("groups") or []}
        return bool(
            cleaned.get("is_active")
            and cleaned.get("is_staff")
            and (self.instance.is_superuser or Role.ADMINISTRATOR in roles)
        )


ACCESS = _("What this account may do")
ACCESS_TO_CONFIRM = {"fields": ["is_active", "is_staff", "asks_confirmation", "groups"]}
OWN_ACCESS = {
    "fields": ["is_active", "closes_own", "own_roles"],
    "description": _("Another administrator changes the roles of your account."),
}


class AccountAdmin(ScopedAdmin, UserAdmin):
    """
    Accounts, without the fields by which users could give themselves rights.

    Nobody changes their own roles: another administrator or ``manage.py change_access``
    does.
    """

    list_display = [
        "username",
        "first_name",
        "last_name",
        "is_active",
        "factor",
        "last_login",
    ]
    list_filter = ["is_active", ("groups", RoleFilter)]
    form = AccountForm
    change_form_template = "admin/agencies/account_change_form.html"
    filter_horizontal = []
    fieldsets = [
        (None, {"fields": ["username", "seen_state"]}),
        (
            _("Person"),
            {"fields": ["first_name", "last_name", "email", "language", "reminders"]},
        ),
        (ACCESS, {"fields": ["is_active", "is_staff", "groups"]}),
        (_("Dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    readonly_fields = ["last_login", "date_joined", "own_roles"]
    actions = ["end_sessions"]

    @admin.action(description=_("End their sessions now"), permissions=["change"])
    def end_sessions(self, request, queryset):
        for person in queryset:
            closing.end_sessions(person, reason="administrator_ended")
        text = ngettext("%(n)d person is out.", "%(n)d people are out.", len(queryset))
        self.message_user(request, text % {"n": len(queryset)}, messages.SUCCESS)

    @admin.display(description=_("second factor"), boolean=True)
    def factor(self, user):
        return user.has_second_factor

    @admin.display(description=_("roles"))
    def own_roles(self, user):
        roles = user.groups.filter(name__in=Role.values).values_list("name", flat=True)
        return ", ".join(str(Role(name).label) for name in roles) or "–"

    def get_fieldsets(self, request, obj=None):
        fieldsets = super().get_fieldsets(request, obj)
        if obj == request.user:
            access_fields = OWN_ACCESS
        elif obj and obj.is_unconfirmed:
            access_fields = ACCESS_TO_CONFIRM
        else:
            return fieldsets
        return [
            (name, access_fields if name is ACCESS else options)
            for name, options in fieldsets
        ]

    def get_form(self, request, obj=None, **kwargs):
        form = super().get_form(request, obj, **kwargs)
        form.by = request.user
        return form

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        pending_changes = AccountChange.objects.waiting().filter(user=obj)
        return super().render_change_form(
            request,
            {**context, "pending_changes": pending_changes},
            *args,
            obj=obj,
            **kwargs,
        )

    def get_urls(self):
        """Without Django's page for setting another user's password."""
        return [
            each
            for each in super().get_urls()
            if each.name != "auth_user_password_change"
        ]

    def has_add_permission(self, request):
        """Accounts come from invitations alone."""
        return False

    def has_delete_permission(self, request, obj=None):
        """Accounts are closed, so that their texts keep an author."""
        return False

    def get_queryset(self, request):
        """
        Leave out superusers and the importer's account, except for a superuser.
        """
        accounts = annotate_has_factor(super().get_queryset(request))
        if request.user.is_superuser:
            return accounts
        # The importer has no address and never signed in.
        return accounts.filter(is_superuser=False).exclude(
            is_staff=False, is_active=False, email="", last_login=None
        )

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if db_field.name == "groups":
            kwargs["queryset"] = Group.objects.filter(name__in=Role.values)
            kwargs |= {
                "form_class": RolesField,
                "widget": RolesField.widget,
                "label": _("Roles"),
                "help_text": "",
            }
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        request.has_proposals = bool(form.proposed)
        for what, value in form.proposed:
            self._propose(request, obj, what, value)
        if form.initial.get("is_active") and not obj.is_active:
            closing.close_account(obj)
        elif {"is_staff", "groups"} & set(form.changed_data):
            closing.end_sessions(obj, reason="account_changed")

    def response_change(self, request, obj):
        """Show no "saved" message for changes that wait for confirmation."""
        if request.has_proposals:
            return self.response_post_save_change(request, obj)
        return super().response_change(request, obj)

    def _propose(self, request, obj, what, value):
        try:
            change = account_changes.propose_account_change(
                obj, what, value, by=request.user
            )
        except access.RefusedError as error:
            self.message_user(request, str(error), messages.WARNING)
            return
        text = _(
            "%(change)s: it takes effect when another reviewer or administrator "
            "confirms that they know this person."
        )
        self.message_user(request, text % {"change": change}, messages.WARNING)


class FocalPointAdmin(ScopedHistoryAdmin):
    """Nobody adds or changes their own mandate."""

    list_display = ["agency", "user", "kind", "starts_on", "ends_on", "leave_cover"]
    list_filter = [("agency", admin.RelatedOnlyFieldListFilter), "kind"]
    list_select_related = ["agency", "user"]
    search_fields = ["agency__acronym", "user__username", "user__last_name"]
    has_own_audit_entry = True
    change_form_template = "admin/agencies/focalpoint_change_form.html"

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and _is_of_another_user(
            request, obj
        )

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and _is_of_another_user(
            request, obj
        )

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "user":
            kwargs["queryset"] = User.objects.exclude(pk=request.user.pk)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


def _is_taken(username, user):
    return User.objects.exclude(pk=user.pk).filter(username__iexact=username).exists()


def _is_of_another_user(request, mandate):
    return mandate is None or mandate.user_id != request.user.pk


class FactorResetForm(forms.ModelForm):
    class Meta:
        model = FactorReset
        # ``way``: how it was made sure that the account's owner asks.
        fields = ["user", "way"]

    def clean_user(self):
        user = self.cleaned_data["user"]
        if user == self.asked_by:
            raise ValidationError(_("Another administrator must ask for this."))
        if FactorReset.objects.waiting().filter(user=user).exists():
            raise ValidationError(_("This was asked for already."))
        if user.is_superuser and not self.asked_by.is_superuser:
            raise ValidationError(_("This account is recovered on the server."))
        return user


class FactorResetAdmin(ScopedAdmin):
    form = FactorResetForm
    list_display = ["user", "status", "proposed_by", "proposed_at", "decided_by"]
    list_select_related = ["user", "proposed_by", "decided_by"]
    search_fields = ["user__username", "user__last_name"]
    has_own_audit_entry = True
    change_form_template = "admin/agencies/factor_reset_change_form.html"

    def has_change_permission(self, request, obj=None):
        return False

    def get_form(self, request, obj=None, **kwargs):
        if obj is not None:
            kwargs["form"] = forms.ModelForm
        form = super().get_form(request, obj, **kwargs)
        form.asked_by = request.user
        return form

    def get_fields(self, request, obj=None):
        decision = ["status", "proposed_by", "proposed_at", "decided_by", "decided_at"]
        return ["user", "way", *(decision if obj else [])]

    def get_urls(self):
        steps = [
            path(
                f"<int:pk>/{word}/",
                self.admin_site.admin_view(view),
                name=f"agencies_factorreset_{name}",
            )
            for word, view, name in [
                ("confirmar", self.approve, "approve"),
                ("rechazar", self.refuse, "refuse"),
            ]
        ]
        return [*steps, *super().get_urls()]

    def save_model(self, request, obj, form, change):
        second_factors.request_reset(obj, by=request.user)

    def log_addition(self, request, obj, message):
        """No log entry: the audit record has one."""

    def approve(self, request, pk):
        done = gettext("The second factors are removed and the person is notified.")
        return self._step(request, pk, second_factors.RESET_STEPS.approve, done)

    def refuse(self, request, pk):
        return self._step(
            request, pk, second_factors.RESET_STEPS.drop, gettext("It is refused.")
        )

    def _step(self, request, pk, step, done):
        access.require_administrator(request)
        found = self.get_queryset(request).filter(pk=pk).first()
        if request.method != "POST" or found is None:
            raise Http404
        try:
            step(found, by=request.user)
        except access.RefusedError as error:
            self.message_user(request, str(error), messages.WARNING)
        else:
            self.message_user(request, done, messages.SUCCESS)
        return HttpResponseRedirect(
            reverse("admin:agencies_factorreset_change", args=[pk])
        )
