"""
Pages of purges: the request, the matching texts, and the second person's decision.
"""

import re
from collections import defaultdict

from django import forms
from django.contrib import admin
from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from agencies.fields import field_of
from agencies.invitations import Invitation
from agencies.mail import Mail
from strategic_areas import purging
from strategic_areas.desk.inputs import one_button_helper
from strategic_areas.desk.screens import render_screen, take_step
from strategic_areas.models import (
    ActivityProposal,
    Evidence,
    Letter,
    Purge,
    RecordChange,
    Submission,
    Takedown,
)
from strategic_areas.purging import takedowns
from strategic_areas.purging.text_search import (
    matches_by_field,
    rows_of,
    split_unsubmitted,
)
from strategic_areas.workflow.phrases import must_be_particular, strings_of

#: A link in a mail is masked, since it may open an account.
LINK_PATTERN = re.compile(r"https?://\S+")
#: Model that the admin does not list → URL name, and field with its key.
ROW_PAGES = {
    ActivityProposal: ("proposal", "pk"),
    Letter: ("letter", "pk"),
    RecordChange: ("approval", "change_id"),
    Submission: ("receipt", "pk"),
}
#: Fields that link a row without a page to one with a page, the nearest first.
OWNER_FIELDS = (
    *("activity_update", "commitment_update", "code_list", "measurement"),
    *("agency", "activity", "commitment", "plan", "user"),
)
#: URLs of letters' files, which have no token.
LETTER_FILES = {
    Letter: ("file", re.compile(r"/cartas/(\d{1,9})/archivo/?$")),
    Invitation: ("letter", re.compile(r"/invitation/(\d{1,9})/carta/?$")),
}
PURGES_SHOWN = 50
#: A request that hides more public places must be confirmed.
CONFIRM_ABOVE = 20


def hidden_matches(request, takedown, phrases, *, with_texts):
    """Return the texts that the request hid; rows deleted since are left out."""
    rows_by_field = defaultdict(list)
    for key, row in takedown.rows.items() if takedown else ():
        record = takedowns.stored_record(key)
        if record is None:
            continue
        model, address = type(record), _address(request, record)
        for name, value in row["before"].items():
            text = _matching_text(value, model, phrases) if with_texts else ""
            field = model_name(model), field_of(model, name).label_of(name)
            rows_by_field[field].append(
                {"row": record.pk, "address": address, "text": text}
            )
    return [
        {"model": model, "field": field, "rows": rows}
        for (model, field), rows in rows_by_field.items()
    ]


def group_matches(request, matches, phrases, *, with_texts):
    """
    Return the matches by table and field.

    Only the person who decides gets texts: the requester might not be allowed to read
    them.
    """
    return [
        {
            "model": model_name(field.model),
            "field": capfirst(str(field.verbose_name)),
            "rows": [
                {
                    "row": row.pk,
                    "address": _address(request, row),
                    "text": _matching_text(
                        getattr(row, field.attname), type(row), phrases
                    )
                    if with_texts
                    else "",
                }
                for row in rows_of(field.model).filter(pk__in=rows)
            ],
        }
        for field, rows in matches_by_field(matches)
    ]


def model_name(model):
    if original := getattr(model, "instance_type", None):
        return _("History: %(name)s") % {"name": original._meta.verbose_name}
    return capfirst(str(model._meta.verbose_name))


def _matching_text(value, model, phrases):
    strings = strings_of(value)
    text = " · ".join([each for each in strings if phrases.occur_in(each)] or strings)
    return LINK_PATTERN.sub("…", text) if model is Mail else text


def _address(request, row):
    model = type(row)
    if original := getattr(model, "instance_type", None):
        return _admin_url(request, original, row.id, "simple_history", row.history_id)
    if model in ROW_PAGES:
        name, key = ROW_PAGES[model]
        return reverse(f"admin:{name}", args=[getattr(row, key)])
    if admin.site.is_registered(model):
        return _admin_url(request, model, row.pk, "change")
    for name in OWNER_FIELDS:
        owner = getattr(row, name, None)
        if owner is not None:
            return _address(request, owner)
    return ""


def _admin_url(request, model, key, page, *version):
    if not admin.site.is_registered(model):
        return ""
    model_admin = admin.site.get_model_admin(model)
    rows = model_admin.get_queryset(request).filter(pk=key)
    if not model_admin.has_view_permission(request) or not rows.exists():
        return ""
    return reverse(admin_urlname(model._meta, page), args=[key, *version])


class RequestPurgeForm(forms.Form):
    phrases = forms.CharField(
        label=gettext_lazy("Words to look for, one name or number a line"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off"}),
        help_text=gettext_lazy(
            "Every text that holds one of them is withdrawn as a whole. Capitals, "
            "accents and punctuation between the words make no difference. The "
            "portal forgets the words as soon as the purge is done or cancelled."
        ),
    )
    files = forms.CharField(
        label=gettext_lazy("Files to remove, one address a line"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
        help_text=gettext_lazy(
            "What a file says is not read: open the reports concerned, look at their "
            "files, and copy here the address of each one that has to go."
        ),
    )

    hides_many = forms.BooleanField(
        label=gettext_lazy("Hide all of these places"),
        required=False,
        widget=forms.HiddenInput,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.helper = one_button_helper(
            "step-form",
            "ask",
            gettext_lazy("Hide now and ask for the purge"),
            css_class="deletelink",
        )

    def clean_phrases(self):
        try:
            purging.Phrases(self.cleaned_data["phrases"])
            must_be_particular(self.cleaned_data["phrases"])
        except purging.PhrasesError as error:
            raise forms.ValidationError(str(error)) from error
        return self.cleaned_data["phrases"]

    def clean_files(self):
        tokens = []
        for line in self.cleaned_data["files"].split():
            token = _file_token(line)
            if not token:
                raise forms.ValidationError(
                    _("No file of the portal has the address %(address)s.")
                    % {"address": line}
                )
            tokens.append(token)
        return tokens

    def clean(self):
        cleaned = super().clean()
        if not self.errors and not (cleaned["phrases"].strip() or cleaned["files"]):
            raise forms.ValidationError(_("Say which words, or which file."))
        if not (self.errors or cleaned["hides_many"]):
            self._count(cleaned["phrases"], cleaned["files"])
        return cleaned

    def _count(self, phrases, files):
        if (number := purging.count_public(phrases, files)) > CONFIRM_ABOVE:
            self.fields["hides_many"].widget = forms.CheckboxInput()
            self.add_error(
                "hides_many",
                _(
                    "This hides %(number)s public places at once, for everybody. Name "
                    "the person more closely, or tick the box and ask again."
                )
                % {"number": number},
            )


def _file_token(line):
    *_site, last = line.rstrip("/").split("/")
    for model, (name, pattern) in LETTER_FILES.items():
        if found := pattern.search(line):
            letters = model.objects.filter(pk=found[1])
            return letters.values_list(name, flat=True).first() or ""
    return last if Evidence.objects.filter(file=last).exists() else ""


@require_safe
def purge_list(request):
    purging.PURGE_STEPS.require_decider(request.user)
    purges = Purge.objects.visible_to(request.user).select_related(
        "proposed_by", "decided_by"
    )
    return render_screen(
        request,
        "desk/purges.html",
        title=_("Withdraw a text to protect people"),
        purges=purges[:PURGES_SHOWN],
    )


def purge_new(request):
    purging.PURGE_STEPS.require_decider(request.user)
    form = RequestPurgeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        purge = purging.request_purge(
            phrases=form.cleaned_data["phrases"],
            files=form.cleaned_data["files"],
            by=request.user,
        )
        return redirect("admin:purge", pk=purge.pk)
    return render_screen(
        request,
        "desk/purge_new.html",
        title=_("Request a purge"),
        form=form,
    )


@require_safe
def purge_detail(request, pk):
    purge = _purge_or_404(request, pk)
    why_not = purging.PURGE_STEPS.why_not(request.user, purge)
    context = {"title": str(purge), "purge": purge, "why_not": why_not}
    if purge.status == Purge.Status.APPROVED:
        counts = [(model_name(model), number) for model, number in purge.counts]
        context["counts"] = counts
    if purge.is_waiting:
        context |= _matches(request, purge, with_texts=not why_not)
    return render_screen(request, "desk/purge.html", **context)


def _matches(request, purge, *, with_texts):
    matches, by_hand = purging.preview_purge(purge)
    phrases, takedown = purging.Phrases(purge.phrases), takedowns.hidden_by(purge)
    if takedown:
        own = Takedown, takedown.pk
        matches = [each for each in matches if (each.model, each.row) != own]
    shown, unsubmitted = split_unsubmitted(matches)
    by_hand_shown, by_hand_unsubmitted = split_unsubmitted(by_hand)
    already_hidden = hidden_matches(request, takedown, phrases, with_texts=with_texts)
    return {
        "number": len(matches) + sum(len(each["rows"]) for each in already_hidden),
        "already_hidden": already_hidden,
        "groups": group_matches(request, shown, phrases, with_texts=with_texts),
        "unsubmitted": len(unsubmitted),
        "by_hand": group_matches(
            request, by_hand_shown, phrases, with_texts=with_texts
        ),
        "by_hand_unsubmitted": len(by_hand_unsubmitted),
        "files": purge.files.split(),
    }


@require_POST
def confirm_purge(request, pk):
    return _take_step(request, pk, purging.confirm, _("Withdrawn everywhere."))


@require_POST
def cancel_purge(request, pk):
    return _take_step(request, pk, purging.cancel, _("Cancelled; its words are gone."))


def _purge_or_404(request, pk):
    purges = Purge.objects.visible_to(request.user)
    return get_object_or_404(purges.select_related("proposed_by", "decided_by"), pk=pk)


def _take_step(request, pk, step, done):
    take_step(request, step, _purge_or_404(request, pk), done=done)
    return redirect("admin:purge", pk=pk)
