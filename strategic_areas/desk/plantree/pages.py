"""A plan's tree, the steps taken on it, and the page on which it is read as a whole."""

from dataclasses import dataclass

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import ProtectedError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from agencies import access, audit
from agencies.access import RefusedError
from strategic_areas import workflow
from strategic_areas.desk.changes.decisions import ApproveForm, with_link_to_change
from strategic_areas.desk.inputs import one_button
from strategic_areas.desk.plantree import levels, tree
from strategic_areas.desk.plantree.forms import form_of
from strategic_areas.desk.plantree.levels import key_of, over
from strategic_areas.desk.screens import screen
from strategic_areas.models import (
    Activity,
    Commitment,
    Indicator,
    Participation,
    Plan,
    Provenance,
)

#: The column of the act → the checkbox by which a person states that there is none.
STATES = {"act_es": "no_act", "launched_on": "no_date"}


@dataclass(frozen=True)
class Lack:
    """
    What a plan has not, and what follows; ``records`` are pairs of a code and a place.

    What ``is_grave`` has to be stated by the persons, or mended.
    """

    text: str
    follows: str
    records: tuple = ()
    is_grave: bool = False


def read_whole(plan):
    found = tree.load(plan, waits=workflow.waiting_change(plan))
    nodes = list(found.root)[1:]
    indicators = list(Indicator.objects.filter(introduced_by=plan).order_by("pk"))
    members = set(
        Participation.objects.filter(plan=plan).values_list("agency", flat=True)
    )
    counts = [
        *found.counts,
        ngettext("%(n)d indicator", "%(n)d indicators", len(indicators))
        % {"n": len(indicators)},
        ngettext("%(n)d agency", "%(n)d agencies", len(members)) % {"n": len(members)},
    ]
    lacks = [*_of_act(plan), *_of_tree(nodes, members), *_of_indicators(indicators)]
    return {
        "plan": plan,
        "tree": found,
        "counts": counts,
        "lacks": lacks,
        "protected": _protected(nodes, indicators),
        "rounds": list(plan.periods.order_by("starts_on", "code")),
    }


def _of_act(plan):
    missing = workflow.unstated(plan)
    if "act_es" in missing:
        yield Lack(
            _("The act that approved it."),
            _("Nobody wrote which act approves it. Write it, or both state it."),
            is_grave=True,
        )
    if "launched_on" in missing:
        yield Lack(
            _("The date of its launch."),
            _("Nobody wrote when it was launched. Write it, or both state it."),
            is_grave=True,
        )
    if late := workflow.overdue(plan):
        yield Lack(
            _("Rounds that were due already: %(rounds)s.")
            % {"rounds": ", ".join(map(str, late))},
            _("At once the public would read that nobody reported. Mend them first."),
            is_grave=True,
        )


def _of_tree(nodes, members):
    commitments = [each for each in nodes if isinstance(each.record, Commitment)]
    activities = [each for each in nodes if isinstance(each.record, Activity)]
    lowest = levels.LEVELS[-1]
    yield from _lack(
        [each for each in nodes if each.level is not lowest and not each.below],
        _("Nothing stands below:"),
        _("The public reads of it only its name; nobody reports on it."),
    )
    yield from _lack(
        [each for each in commitments if not each.result],
        _("Commitments without an expected result:"),
        _("Nobody can ever declare them fulfilled."),
    )
    yield from _lack(
        [
            each
            for each in [*commitments, *activities]
            if each.agency is None or each.agency.pk not in members
        ],
        _("Without an agency that takes part in the plan:"),
        _("Say which agency takes part, or another one."),
    )
    yield from _lack(
        [each for each in activities if not each.record.due_on],
        _("Activities without a due date:"),
        _("They are never late; the public reads that no date is known."),
    )


def _lack(nodes, text, follows):
    if nodes:
        yield Lack(text, follows, tuple((n.record.code, n.key) for n in nodes))


def _of_indicators(indicators):
    bare = [each.code for each in indicators if _counts_people(each)]
    if bare:
        yield Lack(
            _("Indicators that count people, without protection: %(codes)s.")
            % {"codes": ", ".join(bare)},
            _("The public reads each number of them, however small."),
            is_grave=True,
        )
    silent = [each.code for each in indicators if each.agency_id is None]
    if silent:
        yield Lack(
            _("Indicators for which no agency answers: %(codes)s.")
            % {"codes": ", ".join(silent)},
            _("Nobody is asked for their values."),
        )


def _counts_people(indicator):
    return indicator.counts == Indicator.Counts.PERSONS and not indicator.sensitive


def _protected(nodes, indicators):
    activities = [n.record for n in nodes if isinstance(n.record, Activity)]
    return _(
        "Protected as numbers of people: %(sensitive)d of %(indicators)d indicators. "
        "Of %(activities)d activities %(counts)d count victims and %(reaches)d reach "
        "them."
    ) % {
        "sensitive": sum(each.sensitive for each in indicators),
        "indicators": len(indicators),
        "activities": len(activities),
        "counts": sum(each.counts_victims for each in activities),
        "reaches": sum(each.reaches_victims for each in activities),
    }


class ReadMixin(forms.Form):
    """
    Says that a plan was read as it stands; one that changed since is asked for again.
    """

    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)
    no_act = forms.BooleanField(
        label=gettext_lazy("There is no act that approves it. The public reads so.")
    )
    no_date = forms.BooleanField(
        label=gettext_lazy(
            "There is no date on which it was launched. The public reads so."
        )
    )
    plan_read = forms.BooleanField(
        label=gettext_lazy(
            "I have read the plan and what is missing. From now on it changes only by "
            "an act."
        )
    )

    def __init__(self, data, *, plan, **kwargs):
        self.now = workflow.digest(plan)
        super().__init__(data, initial={"seen": self.now}, **kwargs)
        self.missing = workflow.unstated(plan)
        for column, name in STATES.items():
            if column not in self.missing:
                del self.fields[name]

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("seen") != self.now:
            self.add_error(
                None, _("The plan was changed after you had read it: read it again.")
            )
            # What is drawn now is the plan as it stands, and nothing of it is ticked.
            self.data = {self.step: "1", "seen": self.now}
        return cleaned

    @property
    def arguments(self):
        return {"seen": self.cleaned_data["seen"], "states": self.missing}


class ApprovePlanForm(ReadMixin, ApproveForm):
    button = gettext_lazy("Yes, approve the plan")


class SendForm(ReadMixin):
    step = "send"

    def __init__(self, data, **kwargs):
        super().__init__(data, label_suffix="", **kwargs)
        self.helper = one_button(
            "step-form", self.step, _("Send the plan for approval")
        )


def plan_to_approve(change):
    """The plan that a waiting change approves; None where it approves none."""
    if not (change.is_waiting and change.plan_digest):
        return None
    return Plan.objects.get(pk=change.records.get().object_id)


def approval_page(request, plan):
    """Show the whole plan; posted, it is proposed for approval as it was shown."""
    place = redirect("admin:plan_tree", plan=plan.code)
    if plan.status != Plan.Status.IN_PREPARATION:
        return place
    if waits := workflow.waiting_change(plan):
        return redirect("admin:approval", pk=waits.pk)
    form = SendForm(request.POST if request.method == "POST" else None, plan=plan)
    if form.is_valid():
        try:
            change = workflow.propose_approval(plan, by=request.user, **form.arguments)
        except RefusedError as error:
            form.add_error(None, str(error))
        else:
            text = _("Kept. It applies when another person approves it.")
            messages.success(request, text)
            return redirect("admin:approval", pk=change.pk)
    return screen(
        request,
        "desk/plan_approval.html",
        status=422 if form.errors else 200,
        title=_("Send the plan %(code)s for approval") % {"code": plan.code},
        whole=read_whole(plan),
        form=form,
        act_address=reverse("admin:strategic_areas_plan_change", args=[plan.pk]),
    )


#: The header by which the script asks for a part of the page: "form" or "tree".
PART = "X-Tree-Part"
#: The words of the buttons that move a record → which neighbour it changes with.
STEPS = {"up": -1, "down": 1}


def _plan(request, code):
    access.only_reviewers(request)
    return get_object_or_404(Plan.objects.visible_to(request.user), code=code)


def _record(plan, kind, pk):
    level = levels.named(kind)
    if level is None:
        raise Http404
    record = get_object_or_404(level.rows(plan), pk=pk)
    record.plan = plan
    return record


@require_safe
def plan_list(request):
    access.only_reviewers(request)
    return screen(
        request,
        "desk/plan_list.html",
        title=_("Build and keep a plan"),
        plans=Plan.objects.visible_to(request.user),
    )


@require_safe
def plan_tree(request, plan):
    """The whole plan, open at the record that ``node`` in the address names."""
    return _page(request, _plan(request, plan))


def plan_node(request, plan, kind, pk):
    """The form of one record in its place; posted, it saves or proposes."""
    plan = _plan(request, plan)
    record = _record(plan, kind, pk)
    return _form_page(request, plan, record, key_of(record))


def plan_node_new(request, plan, kind, above):
    plan, level = _plan(request, plan), levels.named(kind)
    if level is None:
        raise Http404
    rows = level.higher.rows(plan) if level.higher else Plan.objects.filter(pk=plan.pk)
    above = get_object_or_404(rows, pk=above)
    record = level.model(provenance=Provenance.PLAN, plan=plan)
    setattr(record, level.above, above)
    return _form_page(request, plan, record, key_of(above))


def _form_page(request, plan, record, key):
    is_posted = request.method == "POST"
    with transaction.atomic():
        form = form_of(type(record))(
            *((request.POST, request.FILES) if is_posted else ()), instance=record
        )
        is_valid = form.is_valid()
        if is_valid and form.goes_on:
            form.add_other()
        elif is_valid and (said := _keep(request, form)):
            messages.success(request, said)
            return _done(plan, form, goes_on="add" in request.POST)
        if is_posted:
            transaction.set_rollback(True)
    is_refused = is_posted and not (is_valid and form.goes_on)
    return _page(request, plan, form, key, status=422 if is_refused else 200)


def _keep(request, form):
    """
    Save what the form says, or propose it where a second person has to approve.

    Returns the sentence that says so; "" where the form's errors say why not.
    """
    record, is_new = form.instance, form.instance.pk is None
    together = [(record, form.links), *((each, {}) for each in form.coded_anew)]
    together += form.new_records
    changed = [*form.typed_names(), *(["code"] if form.coded_anew else [])]
    if not is_new and not changed:
        return _("Nothing was changed.")
    try:
        if not all(
            workflow.applies_at_once(each, changed, links) for each, links in together
        ):
            change = form.propose(together, by=request.user)
            return with_link_to_change(
                change, _("Kept. It applies when another person approves it.")
            )
        form.save()
        for each in form.coded_anew:
            each.save()
    except workflow.AlreadyWaiting as error:
        text = _("A change of this waits for approval; nothing of yours was kept.")
        form.add_error(None, with_link_to_change(error.current, text))
        return ""
    except RefusedError as error:
        form.add_error(None, str(error))
        return ""
    event = audit.Event.RECORD_MADE if is_new else audit.Event.RECORD_CHANGED
    audit.record(event, request=request, obj=record, fields=set(changed))
    return _("Saved: %(record)s") % {"record": record}


@require_POST
def plan_node_step(request, plan, kind, pk):
    """Move a record before or after its neighbour, or delete it; nobody approves it."""
    plan = _plan(request, plan)
    record = _record(plan, kind, pk)
    above, step = over(record), request.POST.get("step")
    try:
        with transaction.atomic():
            if step == "delete":
                said = _delete(request, record)
            elif step in STEPS:
                said = _move(request, record, STEPS[step])
            else:
                raise Http404
    except RefusedError as error:
        messages.warning(request, str(error))
        return _back(plan, record)
    messages.success(request, said)
    return _back(plan, above if step == "delete" else record)


def _move(request, record, step):
    for each in levels.swap(record, step):
        audit.record(
            audit.Event.RECORD_CHANGED, request=request, obj=each, fields={"code"}
        )
    return _("Moved: %(record)s") % {"record": record}


def _delete(request, record):
    if not workflow.applies_at_once(record, ["code"]):
        raise RefusedError(_("Only what stands in a plan in preparation is deleted."))
    told = str(record)
    audit.record(audit.Event.RECORD_DELETED, request=request, obj=record)
    try:
        record.delete()
    except ProtectedError as error:
        text = _("Other records hang on it; delete those first: %(others)s")
        others = ", ".join(sorted({str(each) for each in error.protected_objects})[:5])
        raise RefusedError(text % {"others": others}) from error
    return _("Deleted: %(record)s") % {"record": told}


def plan_approval(request, plan):
    return approval_page(request, _plan(request, plan))


def _done(plan, form, goes_on):
    record, level = form.instance, form.level
    if not goes_on:
        return _back(plan, record if record.pk else over(record))
    if level.below and record.pk:
        return redirect("admin:plan_node_new", plan.code, level.below.word, record.pk)
    return redirect("admin:plan_node_new", plan.code, level.word, over(record).pk)


def _back(plan, record):
    page, key = reverse("admin:plan_tree", args=[plan.code]), key_of(record)
    return redirect(f"{page}?node={key}#{key}")


def _page(request, plan, form=None, key="", status=200):
    """The page, with a form in the node of this key; for the script a part of it."""
    key = key or request.GET.get("node", "plan")
    waits = workflow.waiting_change(plan)
    found, part = tree.load(plan, key, waits), request.headers.get(PART)
    node = next((each for each in found.root if each.key == key), None)
    context = {"tree": found, "form": form, "key": key, "node": node}
    if form and (part == "form" or part and request.method == "POST"):
        return render(request, "desk/_plan_node_form.html", context, status=status)
    if part:
        context["said"] = messages.get_messages(request)
        return render(request, "desk/_plan_tree.html", context)
    context |= {
        **admin.site.each_context(request),
        "title": _("Plan %(code)s as a tree") % {"code": plan.code},
        "waits": waits,
    }
    return render(request, "desk/plan_tree.html", context, status=status)
