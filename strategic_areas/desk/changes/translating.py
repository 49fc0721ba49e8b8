"""Reviewers translate into English what was published in Spanish only."""

from django import forms
from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.template.defaultfilters import linebreaksbr
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from agencies.fields import in_english
from strategic_areas import workflow
from strategic_areas.desk.changes.decisions import ChangeForm
from strategic_areas.desk.review.review_queue import KINDS, WORDS
from strategic_areas.desk.screens import screen
from strategic_areas.models import Translation
from strategic_areas.models.trail import TEXTS, untranslated


class TranslationForm(ChangeForm):
    class Meta:
        model = Translation
        fields = TEXTS
        widgets = {
            name: forms.Textarea(attrs={"rows": 5, "lang": "en"}) for name in fields
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        record = self.instance.record
        missing = untranslated(record)
        for name in list(self.fields):
            if name not in self._meta.fields:
                continue
            if name not in missing:
                del self.fields[name]
                continue
            label = capfirst(record._meta.get_field(missing[name]).verbose_name)
            self.fields[name].label = in_english(label)
            self.fields[name].help_text = format_html(
                '<span class="original" lang="es">{}</span>',
                linebreaksbr(getattr(record, f"{missing[name]}_es"), autoescape=True),
            )


def translation_address(user, record):
    """The address at which this person may translate a record, or ""."""
    new = Translation(**{record.link_field: record})
    if not untranslated(record) or not workflow.may_propose(user, new):
        return ""
    return reverse("admin:translation", args=[WORDS[type(record)], record.pk])


def translation(request, kind, pk):
    """Show the Spanish texts with fields for English; another person approves it."""
    kept = _translation_or_404(request.user, kind, pk)
    data = request.POST if request.method == "POST" else None
    form = TranslationForm(data, instance=kept)
    if form.is_valid() and (change := form.propose(by=request.user)):
        messages.success(
            request,
            _("Kept. It applies when another person of the secretariat approves it."),
        )
        return redirect("admin:approval", pk=change.pk)
    return screen(
        request,
        "desk/translation.html",
        record=kept.record,
        form=form,
        waits=workflow.waiting_change(kept),
    )


def _translation_or_404(user, kind, pk):
    """The translation, stored or new, of a record that this person may translate."""
    if kind not in KINDS:
        raise Http404
    rows = KINDS[kind].objects.visible_to(user).select_related("translation", "period")
    record = rows.filter(pk=pk).first()
    if record is None:
        raise Http404
    new = Translation(**{record.link_field: record})
    kept = getattr(record, "translation", None) or new
    if not workflow.may_propose(user, kept) or not untranslated(record):
        raise Http404
    return kept
