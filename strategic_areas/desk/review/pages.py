from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from strategic_areas import workflow
from strategic_areas.desk.changes import decisions
from strategic_areas.desk.review import review_queue, review_screen
from strategic_areas.desk.review.review_screen import (
    PublishForm,
    PublishManyForm,
    ReturnForm,
)
from strategic_areas.desk.screens import screen
from strategic_areas.models import Status
from strategic_areas.workflow import guard

#: Rows of the queue on one page.
ROWS = 50
#: The most records published at once: nobody reads a longer list.
MOST = 50


def reviews(user):
    return any(workflow.may_review(user, each) for each in review_queue.KINDS.values())


def must_review(user):
    if not reviews(user):
        raise PermissionDenied


def queue_page(request):
    """
    All that waits for a decision; reports without warnings can be published together.
    """
    must_review(request.user)
    waits = review_queue.everything(request.user)
    page = Paginator(waits.items, ROWS).get_page(request.GET.get("page"))
    return screen(
        request,
        "desk/queue.html",
        title=_("Waiting for a decision"),
        waits=waits,
        page=page,
        rows=waits.loaded(page.object_list),
        came_back=decisions.came_back(request.user),
        ticked="todas" in request.GET,
    )


@require_safe
def decision_list(request):
    """What a second person decides, for whoever reviews nothing else; else the list."""
    if reviews(request.user):
        return redirect("admin:review_queue")
    return screen(
        request,
        "desk/decisions.html",
        title=_("To decide by a second person"),
        decisions=decisions.to_decide(request.user),
        came_back=decisions.came_back(request.user),
    )


def record_or_404(user, kind, pk):
    model = review_queue.KINDS.get(kind)
    if model is None:
        raise Http404
    rows = review_queue.reviewable(user, model).prefetch_related("evidences")
    return get_object_or_404(rows, pk=pk)


def record_page(request, kind, pk):
    record = record_or_404(request.user, kind, pk)
    if record.status != Status.SUBMITTED:
        messages.info(request, _("%(record)s waits no more.") % {"record": record})
        name = f"admin:strategic_areas_{record._meta.model_name}_change"
        return redirect(name, record.pk)
    return _show(request, record)


def _show(request, record, posted=None):
    return screen(
        request,
        "desk/review.html",
        status=422 if posted else 200,
        title=str(record),
        screen=review_screen.screen(request.user, record, posted),
    )


@require_POST
def publish(request, kind, pk):
    return _take_step(
        request, record_or_404(request.user, kind, pk), PublishForm, _publish
    )


@require_POST
def give_back(request, kind, pk):
    record = record_or_404(request.user, kind, pk)
    return _take_step(request, record, ReturnForm, _return)


def _publish(record, user, cleaned):
    if guard.blocks(record):
        raise workflow.TransitionError(
            _("%(record)s holds personal data: return it.") % {"record": record}
        )
    workflow.publish(
        record,
        by=user,
        seen_version=cleaned["seen_version"],
        evidence=cleaned.get("evidence", ()),
        printed_by=cleaned.get("printed_by"),
    )


def _return(record, user, cleaned):
    workflow.give_back(
        record,
        by=user,
        reason=cleaned["reason"],
        private_note=cleaned["private_note"],
        seen_version=cleaned["seen_version"],
    )


def _take_step(request, record, form_class, step):
    item = review_queue.QueuedReport(record, is_mine=False)
    form = review_screen.step_form(form_class, item, request.POST)
    if record.status == Status.SUBMITTED and not form.is_valid():
        return _show(request, record, form)
    try:
        if form.is_valid():
            step(record, request.user, form.cleaned_data)
        else:
            raise workflow.TransitionError(
                _("%(record)s waits no more.") % {"record": record}
            )
    except workflow.TransitionError as error:
        messages.error(request, str(error))
        return redirect(item.address)
    text = _("%(record)s: %(status)s.") % {
        "record": record,
        "status": record.get_status_display().lower(),
    }
    messages.success(request, text)
    return redirect(_next_address(request.user, item.place))


def _next_address(user, place):
    following = review_queue.after(review_queue.places(user, contributors=user), place)
    return following.address if following else reverse("admin:review_queue")


def publish_many(request):
    must_review(request.user)
    picked = request.POST if request.method == "POST" else request.GET
    tokens = picked.getlist("pick")
    chosen, left_out = choose(request.user, tokens)
    form = PublishManyForm(
        request.POST if request.method == "POST" else None,
        action=reverse("admin:review_many"),
        tokens=tokens,
        items=chosen,
    )
    if form.is_valid():
        _publish_each(request, chosen, left_out)
        return redirect("admin:review_queue")
    previews = review_screen.previews(request.user, [item.record for item in chosen])
    return screen(
        request,
        "desk/publish_many.html",
        status=422 if request.method == "POST" else 200,
        title=_("Publish together"),
        previews=previews,
        chosen=[item for item in chosen if item.examined.asks],
        in_english=[entry for entry in previews if entry.text_en],
        left_out=left_out,
        form=form,
    )


def choose(user, tokens):
    """
    The ticked items that may be published together, and why each other may not.

    A token counts only while the version that it names still waits.
    """
    named = {token.rpartition("-")[0] for token in tokens}
    places = review_queue.places(user)
    asked = [place for place in places if f"{place.word}-{place.pk}" in named]
    found = review_queue.reports(user, asked).values()
    by_token = {item.token: item for item in found}
    chosen, left_out = [], []
    for token in dict.fromkeys(tokens):
        item = by_token.get(token)
        reason = _why_not(item, len(chosen))
        if reason:
            left_out.append((item.record if item else token, reason))
        else:
            chosen.append(item)
    return chosen, left_out


def _why_not(item, number):
    if item is None:
        return _("it waits no more, or was changed since.")
    if item.is_mine:
        return _("you had a part in it: another person publishes it.")
    if item.count:
        return _("something in it has to be read by itself.")
    if number >= MOST:
        return _("at most %(number)d at once.") % {"number": MOST}
    return ""


def _publish_each(request, chosen, left_out):
    published = 0
    for item in chosen:
        version = item.record.version
        try:
            workflow.publish(item.record, by=request.user, seen_version=version)
        except workflow.TransitionError as error:
            messages.warning(request, str(error))
        else:
            published += 1
    for label, reason in left_out:
        messages.warning(request, f"{label}: {reason}")
    if published:
        text = ngettext(
            "%(number)d report was published.",
            "%(number)d reports were published.",
            published,
        )
        messages.success(request, text % {"number": published})
