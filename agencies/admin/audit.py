"""The audit record in the admin, read-only."""

from django.contrib import admin
from django.core.paginator import Paginator
from django.utils import formats, timezone
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from agencies.accounts.account_changes import AccountChange
from agencies.admin.base import DeclaredList, ReadOnlyMixin, ScopedAdmin
from agencies.audit.events import event_groups
from agencies.fields import field_of, models_by_label
from agencies.models import Agency, User

FACT_LABELS = {
    "account": _("account"),
    "accounts": _("accounts looked at"),
    "added": _("added"),
    "address": _("page"),
    "changed": _("changed"),
    "closes_on": _("closes on"),
    "created": _("new"),
    "due_on": _("due on"),
    "ends_on": _("until"),
    "factors": _("factors removed"),
    "fields": _("fields"),
    "indicator": _("indicator"),
    "former": _("former mandate"),
    "from_status": _("before"),
    "given": _("role given"),
    "is_active": _("active"),
    "is_staff": _("staff"),
    "is_superuser": _("superuser"),
    "kept": _("left as they were"),
    "kind": _("kind"),
    "known": _("the account exists"),
    "leave_cover": _("covers a leave"),
    "left_out": _("lines returned"),
    "limit": _("limit of"),
    "mandate": _("with a mandate"),
    "method": _("method"),
    "opens_on": _("opens on"),
    "people": _("people written to"),
    "period": _("reporting period"),
    "places": _("places"),
    "proposed": _("proposed for closing"),
    "reason": _("reason"),
    "removed": _("removed"),
    "drafts": _("drafts that went with it"),
    "revision": _("revision"),
    "role": _("role"),
    "starts_on": _("from"),
    "status": _("answer"),
    "taken": _("role taken"),
    "times": _("times within the hour"),
    "to_status": _("afterwards"),
    "until": _("until"),
    "user": _("account"),
    "way": _("made sure by"),
    "what": _("what"),
}
#: Prefix of facts taken from the URL of a denied request.
REQUESTED_PREFIX = "asked_"
#: Facts that are ids of accounts.
ACCOUNT_FACTS = ("account", "user")
VALUE_LABELS = {
    **dict(AccountChange.Kind.choices),
    True: _("Yes"),
    False: _("No"),
    None: "–",
    "absolute": _("twelve hours had passed"),
    "account_changed": _("the account was changed"),
    "account_closed": _("the account was closed"),
    "administrator": _("Administrator"),
    "administrator_ended": _("an administrator closed it"),
    "alternate": _("Alternate"),
    "act": _("act of an amendment"),
    # Of older entries: also a mandate handed over or second factors removed.
    "closed": _("the account was closed, or it or its access changed"),
    "draft": _("Draft"),
    "factors_removed": _("the account's second factors were removed"),
    "focal_point": _("Focal point"),
    "exact_values": _("exact values"),
    "idle": _("an hour without use"),
    "in_person": _("an identity document"),
    "mandate_handed_over": _("a mandate of the account was handed over"),
    "of_account": _("one account"),
    "of_network_address": _("one network address"),
    "published": _("Published"),
    "recovery_codes": _("recovery codes"),
    "replaced": _("Replaced"),
    "returned": _("Returned"),
    "reviewer": _("Reviewer"),
    "role_given": _("the account was given a role"),
    "server": _("a command on the server"),
    "submitted": _("Submitted"),
    "superior": _("a letter of their superior"),
    "superuser": _("Superuser"),
    "titular": _("Titular"),
    "totp": _("authenticator app"),
    "video": _("a video call"),
    "webauthn": _("passkey or security key"),
    "withdrawn": _("Withdrawn"),
    "letter": _("letter"),
    "workbook": _("workbook"),
}


class BoundedPaginator(Paginator):
    """Counts only the newest entries; a date filter finds the older ones."""

    max_count = 5000

    @cached_property
    def count(self):
        return self.object_list.order_by()[: self.max_count].count()


class EventFilter(admin.SimpleListFilter):
    title = _("event")
    parameter_name = "event"

    def lookups(self, request, model_admin):
        chosen = request.GET.get(self.parameter_name)
        offered = []
        for word, label, events in event_groups():
            offered.append((word, label))
            if chosen == word or chosen in events:
                offered += [(event.value, f"– {event.label}") for event in events]
        return offered

    def queryset(self, request, queryset):
        value = self.value()
        if not value:
            return queryset
        wanted = {word: events for word, _label, events in event_groups()}
        return queryset.filter(event__in=wanted.get(value, [value]))


class AgencyFilter(admin.SimpleListFilter):
    title = _("agency")
    parameter_name = "agency"

    def lookups(self, request, model_admin):
        acronyms = Agency.objects.order_by("acronym").values_list("acronym", flat=True)
        return [(acronym, acronym) for acronym in acronyms]

    def queryset(self, request, queryset):
        return queryset.filter(agency=self.value()) if self.value() else queryset


class AuditList(DeclaredList):
    def get_results(self, request):
        super().get_results(request)
        self.result_list = list(self.result_list)
        numbers = {
            str(number)
            for entry in self.result_list
            for number in (*map(entry.facts.get, ACCOUNT_FACTS), _account_of(entry))
        }
        rows = User.objects.filter(pk__in=filter(str.isdecimal, numbers))
        names = {str(pk): name for pk, name in rows.values_list("pk", "username")}
        for entry in self.result_list:
            entry.usernames = names


def _account_of(entry):
    label, _colon, number = entry.object.partition(":")
    return number if label == User._meta.label_lower else ""


class AuditEntryAdmin(ReadOnlyMixin, ScopedAdmin):
    list_display = ["moment_of", "who", "what", "details"]
    list_display_links = None
    list_filter = ["at", EventFilter, AgencyFilter]
    list_select_related = ["actor"]
    search_fields = ["actor__username", "object", "ip"]
    search_help_text = _("Account, record such as agencies.user:12, or address.")
    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    finds_without_accents = False

    def get_changelist(self, request, **kwargs):
        return AuditList

    def changelist_view(self, request, extra_context=None):
        title = {"title": capfirst(self.opts.verbose_name_plural)}
        return super().changelist_view(request, {**title, **(extra_context or {})})

    @admin.display(description=_("when"), ordering="pk")
    def moment_of(self, entry):
        return exact_time(entry.at)

    @admin.display(description=_("who"))
    def who(self, entry):
        context = [roles_in_words(entry.role), entry.agency, entry.ip]
        rest = " · ".join(filter(None, context))
        name = entry.actor.username if entry.actor else "–"
        return format_html('{}<br><span class="quiet">{}</span>', name, rest)

    @admin.display(description=_("what"))
    def what(self, entry):
        return format_html(
            '{}<br><span class="quiet">{}</span>',
            entry.get_event_display(),
            self._about(entry),
        )

    def _about(self, entry):
        number = entry.object.partition(":")[2]
        model = _model_of(entry)
        if model is None:
            return entry.object
        known = getattr(entry, "usernames", {}) if model is User else {}
        name = known.get(number, number)
        return f"{capfirst(str(model._meta.verbose_name))} {name}"

    @admin.display(description=_("facts"))
    def details(self, entry):
        return format_html_join("\n", "<div>{}: {}</div>", facts_in_words(entry))


def roles_in_words(role):
    roles = filter(None, role.split("+"))
    return ", ".join(str(VALUE_LABELS.get(name, name)) for name in roles)


def facts_in_words(entry):
    names = getattr(entry, "usernames", {})
    facts = {name: _as_list(value) for name, value in entry.facts.items()}
    if {"kind", "record"} <= facts.keys():
        numbers = {}
        for kind, number in zip(facts.pop("kind"), facts.pop("record"), strict=True):
            numbers.setdefault(kind, []).append(number)
        facts = {**numbers, **facts}
    for name, values in facts.items():
        if name in ACCOUNT_FACTS:
            values = [names.get(str(each), each) for each in values]
        if name == "fields":
            values = _field_labels(entry, values)
        text = ", ".join(dict.fromkeys(map(_value_label, values))) or "–"
        asked = (
            _("asked for") if name.startswith(REQUESTED_PREFIX) else _model_label(name)
        )
        yield str(FACT_LABELS.get(name, asked)), text


def _as_list(value):
    return value if isinstance(value, list) else [value]


def _field_labels(entry, names):
    kinds = _as_list(entry.facts.get("kind") or [])
    labels = {}
    for model in filter(None, (_model_of(entry), *map(models_by_label().get, kinds))):
        for each in (*model._meta.concrete_fields, *model._meta.many_to_many):
            labels.setdefault(each.name, field_of(model, each.name).label_of(each.name))
    return [labels.get(name, name) for name in names]


def _model_of(entry):
    return models_by_label().get(entry.object.partition(":")[0])


def _value_label(value):
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return str(VALUE_LABELS.get(value) or _model_label(value))


def _model_label(value):
    found = models_by_label().get(str(value))
    return found._meta.verbose_name if found else value


def exact_time(at):
    here = timezone.localtime(at)
    return f"{formats.date_format(here, 'SHORT_DATE_FORMAT')} {here:%H:%M:%S}"
