"""The review: the queue, one record after another, and the two steps."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from strategic_areas import workflow
from strategic_areas.desk import reviewing, waiting
from strategic_areas.desk.deciding import PublishForm, ReturnForm
from strategic_areas.models import Status
from strategic_areas.workflow import guard

#: Rows of the queue on one page.
ROWS = 50


def must_review(user):
    """Refuse whoever reviews nothing at all."""
    if not any(workflow.may_review(user, model) for model in waiting.KINDS.values()):
        raise PermissionDenied


def queue_page(request):
    """All that waits, the longest first; what nothing warns of can be ticked."""
    must_review(request.user)
    items = waiting.queue(request.user)
    page = Paginator(items, ROWS).get_page(request.GET.get("page"))
    context = {
        **reviewing.frame(request, _("Waiting for review")),
        "page": page,
        "ticked": "todas" in request.GET,
    }
    return render(request, "desk/queue.html", context)


def find_or_404(user, kind, pk):
    """The record, or not found: what is not hers to review does not exist."""
    model = waiting.KINDS.get(kind)
    if model is None:
        raise Http404
    rows = waiting.reviewable(user, model).prefetch_related("evidences")
    return get_object_or_404(rows, pk=pk)


def record_page(request, kind, pk):
    """A submitted record beside the last published one, and what may be done."""
    record = find_or_404(request.user, kind, pk)
    if record.status != Status.SUBMITTED:
        messages.info(request, _("%(record)s waits no more.") % {"record": record})
        return redirect(_own_page(record))
    return _show(request, record)


def _own_page(record):
    name = f"admin:strategic_areas_{record._meta.model_name}_change"
    return reverse(name, args=[record.pk])


def _show(request, record, posted=None):
    context = {
        **reviewing.frame(request, str(record)),
        "screen": reviewing.screen(request.user, record, posted),
    }
    status = 422 if posted else 200
    return render(request, "desk/review.html", context, status=status)


@require_POST
def publish(request, kind, pk):
    """Publish what was read, clear the ticked evidence, go on to the next."""
    return _decide(request, find_or_404(request.user, kind, pk), PublishForm, _publish)


@require_POST
def give_back(request, kind, pk):
    """Return it with a reason, go on to the next."""
    return _decide(request, find_or_404(request.user, kind, pk), ReturnForm, _return)


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
    )


def _return(record, user, cleaned):
    workflow.give_back(
        record,
        by=user,
        reason=cleaned["reason"],
        private_note=cleaned["private_note"],
        seen_version=cleaned["seen_version"],
    )


def _decide(request, record, form_class, step):
    item = waiting.Waiting(record, is_mine=False)
    form = reviewing.step_form(form_class, item, request.POST)
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
    """The next record that she may publish; the queue when there is none."""
    items = [item for item in waiting.queue(user) if not item.is_mine]
    following = waiting.after(items, place)
    return following.address if following else reverse("admin:review_queue")
