"""From the pasted URL of a public page to the records on it that may be hidden."""

from urllib.parse import unquote, urlsplit

from django import forms
from django.conf import settings
from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.shortcuts import redirect
from django.urls import Resolver404, resolve, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_safe

from strategic_areas.desk.public_pages import record_conditions
from strategic_areas.desk.screens import render_screen
from strategic_areas.models import (
    Activity,
    ActivityUpdate,
    AgencyComment,
    Amendment,
    CommitmentUpdate,
    Correction,
    Discrepancy,
    Evidence,
    FrameworkTarget,
    HelpLine,
    LaterActivity,
    LegalInstrument,
    Participation,
    Programme,
    PublishedFigure,
    RevisionStatus,
    TargetLink,
    Term,
    Translation,
)
from strategic_areas.models.review import Revision
from strategic_areas.purging import takedowns
from strategic_areas.workflow import may_review

TARGET_MODELS = (FrameworkTarget, TargetLink)
#: URL name of a list page → models it lists.
MODELS_OF_LIST_PAGE = {
    "help": (HelpLine,),
    "legal_base": (LegalInstrument,),
    "discrepancies": (Discrepancy,),
    "corrections": (Correction,),
    "glossary": (Term,),
    "frameworks": TARGET_MODELS,
    "recommendations": TARGET_MODELS,
    "recommendations_of": TARGET_MODELS,
    "recommendations_to": TARGET_MODELS,
    "amendments": (Amendment,),
    "later_activities": (LaterActivity,),
}
#: URL name of a record's page → other models on it, with their link to the record.
RELATED_MODELS = {
    "area": [(Programme, "area")],
    "commitment": [
        (Activity, "commitment"),
        (ActivityUpdate, "activity__commitment"),
        (CommitmentUpdate, "commitment"),
    ],
    "agency": [(Participation, "agency"), (AgencyComment, "agency")],
    "indicator": [(PublishedFigure, "indicator")],
    "update": [(Translation, "activity_update"), (Translation, "commitment_update")],
}


class HideByAddressForm(forms.Form):
    address = forms.CharField(
        label=gettext_lazy("Address of the public page, as the browser shows it"),
        max_length=2000,
    )

    def __init__(self, *args, request, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.request, self.found = request, []

    def clean_address(self):
        typed = self.cleaned_data["address"].strip()
        self.found = [
            {
                "record": record,
                "address": address,
                "kind": capfirst(str(record._meta.verbose_name)),
            }
            for record in records_on_page(typed, self.request.get_host())
            if (address := hide_url_for(self.request.user, record))
        ]
        if not self.found:
            raise forms.ValidationError(
                _(
                    "No page of the portal with something that you may hide has this "
                    "address. Copy it from the browser, whole."
                )
            )
        return typed


@require_safe
def hide_by_address(request):
    takedowns.HIDING_STEPS.require_decider(request.user)
    form = HideByAddressForm(request.GET or None, request=request)
    if form.is_valid() and len(form.found) == 1:
        return redirect(form.found[0]["address"])
    return render_screen(
        request,
        "desk/hide_by_address.html",
        title=_("Hide now"),
        form=form,
        found=form.found,
    )


def hide_url_for(user, record):
    """Return the page on which this user may hide or withdraw the record, or ""."""
    if isinstance(record, Revision):
        # A report is withdrawn instead, on its own page.
        address = reverse(admin_urlname(record._meta, "change"), args=[record.pk])
        return f"{address}#steps" if may_review(user, record) else ""
    if not takedowns.may_hide(user, record):
        return ""
    return reverse("admin:hide", args=[record._meta.model_name, record.pk])


def records_on_page(typed, host):
    """
    Return the records on a public page; for a URL with a fragment only that record.
    """
    url = typed if "://" in typed or typed.startswith("/") else f"//{typed}"
    try:
        parts = urlsplit(url)
        match = resolve(unquote(parts.path))
    except (ValueError, Resolver404):
        return []
    if parts.netloc not in {"", host, urlsplit(settings.SITE_URL).netloc}:
        return []
    # The URL of a picture or file of a page stands for the page.
    name = match.url_name or ""
    if name not in {*MODELS_OF_LIST_PAGE, *RELATED_MODELS, "plan", "evidence"}:
        name = name.rpartition("_")[0]
    records, anchor = [*_records_of_page(name, match.kwargs)], unquote(parts.fragment)
    return [each for each in records if anchor in _anchors(each)] or records


def _records_of_page(name, url_kwargs):
    if name == "evidence":
        item = Evidence.objects.filter(file=url_kwargs["token"], is_public=True).first()
        yield from [item.record] if item else []
    for model in MODELS_OF_LIST_PAGE.get(name, ()):
        yield from _rows_of_plan(model._default_manager.all(), url_kwargs)
    for model, condition in record_conditions(name, url_kwargs):
        for record in _public_rows(model._default_manager.filter(condition)):
            yield from [record, *_related_records(name, record, url_kwargs)]


def _related_records(name, record, url_kwargs):
    for model, link in RELATED_MODELS.get(name, ()):
        field = model._meta.get_field(link.partition("__")[0])
        if "__" not in link and not isinstance(record, field.related_model):
            continue
        yield from _public_rows(
            _rows_of_plan(model._default_manager.filter(**{link: record}), url_kwargs)
        )


def _rows_of_plan(rows, url_kwargs):
    has_plan = "plan" in url_kwargs and hasattr(rows.model, "plan")
    return rows.filter(plan__code=url_kwargs["plan"]) if has_plan else rows


def _public_rows(rows):
    if issubclass(rows.model, Revision):
        return rows.filter(status=RevisionStatus.PUBLISHED)
    return rows.latest_revisions() if issubclass(rows.model, PublishedFigure) else rows


def _anchors(record):
    code = getattr(record, "code", "")
    plan = getattr(record, "plan", None)
    subject = getattr(record, "subject", None) if isinstance(record, Revision) else None
    anchors = {code, getattr(record, "anchor", ""), getattr(record, "mark", "")}
    anchors |= {f"{plan.code}-{code}" if plan else "", subject.code if subject else ""}
    return anchors - {""}
