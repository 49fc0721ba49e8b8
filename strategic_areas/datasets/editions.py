"""Editions: the rows of a plan as the public read them on one day, kept for good."""

import gzip
import json
from dataclasses import replace
from datetime import date
from hashlib import sha256

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.http import Http404
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import get_language, override

from agencies import audit
from strategic_areas.datasets import DATASETS
from strategic_areas.datasets.columns import Column, Dataset, Gap, Kind
from strategic_areas.datasets.snapshots import Snapshot, snapshot
from strategic_areas.models import (
    Edition,
    EditionProposal,
    EditionRows,
    Plan,
    PublicationVersion,
    ReportingPeriod,
)
from strategic_areas.models.publication import random_bits
from strategic_areas.queries.plan import plans

#: How often a plan is read again that somebody changes meanwhile.
READ_AT_MOST = 5
#: What a dataset and its columns say to people.
SAID = ("title", "row", "changes")
SAID_OF_COLUMN = ("label", "unit", "about")
#: A word that was kept in both languages, in that of the reader.
_in_words = lazy(lambda es, en: en if get_language() == "en" else es, str)


@transaction.atomic
def make(
    plan: Plan,
    *,
    period: ReportingPeriod | None = None,
    proposal: EditionProposal | None = None,
    told: Snapshot | None = None,
) -> Edition:
    """
    The edition of what the public reads of the plan now.

    ``period`` is a round that has closed, ``proposal`` what two people agreed on after
    they had read what is ``told``; with neither it is that of a reconstruction. Made
    already, by whomever, it is the same.
    """
    # Reports may still come in: only who makes another edition waits.
    plan = Plan.objects.select_for_update(no_key=True).get(pk=plan.pk)
    of_round = {"period": period, "closed_on": period and period.closes_on}
    if proposal:
        made = Edition.objects.filter(proposal=proposal)
    elif period:
        made = Edition.objects.filter(**of_round, corrects=None)
    else:
        made = plan.editions.filter(is_reconstructed=True, **of_round, corrects=None)
    if edition := made.first():
        return edition
    told = told or (told_by(proposal) if proposal else quiet(plan))
    edition = Edition(
        plan=plan,
        made_on=timezone.localdate(),
        is_reconstructed=told.is_reconstructed,
        proposal=proposal,
        is_moving=True,
        **of_round,
    )
    corrects = proposal and proposal.corrects
    if proposal:
        edition.corrects, edition.named = corrects, proposal.named
        edition.explanation_es = proposal.explanation_es
        edition.explanation_en = proposal.explanation_en
    if corrects:
        edition.period, edition.closed_on = corrects.period, corrects.closed_on
    edition.number = _next_number(edition)
    edition.save()
    EditionRows.objects.bulk_create(
        EditionRows(
            edition=edition,
            dataset=name,
            columns=_declaration(dataset),
            content=packed(told.tables[name]),
        )
        for name, dataset in datasets_of(corrects).items()
    )
    edition.is_moving, edition.random = False, random_bits()
    edition.save(update_fields=["is_moving", "random"])
    audit.record(
        audit.Event.EDITION_MADE, actor=proposal and proposal.decided_by, obj=edition
    )
    return edition


def make_due(today: date) -> list[Edition]:
    """
    Make the editions that closed rounds and reconstructions lack, and return them.

    Of rounds whose scorecards are public none is made any more: it would tell another
    day. A demonstration has none.
    """
    public = plans.public()
    closed = ReportingPeriod.objects.rounds().filter(
        plan__in=public, closes_on__lt=today, scorecards_public_at=None
    )
    has_one = Edition.objects.filter(
        period=OuterRef("pk"), closed_on=OuterRef("closes_on")
    )
    waiting = closed.exclude(Exists(has_one)).select_related("plan")
    made = [
        make(each.plan, period=each) for each in waiting.order_by("closes_on", "pk")
    ]
    lacking = public.filter(is_reconstructed=True, editions=None)
    return made + [make(plan) for plan in lacking]


def _next_number(edition):
    if first := edition.corrects:
        return f"{first.number}.{first.corrections.count() + 1}"
    stem = f"{edition.made_on.year}-"
    others = edition.plan.editions.filter(corrects=None, number__startswith=stem)
    return f"{stem}{others.count() + 1}"


def quiet(plan: Plan) -> Snapshot:
    """What the public reads of a plan between two changes of what it reads."""
    for _time in range(READ_AT_MOST):
        version = PublicationVersion.counters()
        told = snapshot(plan)
        if PublicationVersion.counters() == version:
            break
    return told


def told_by(proposal: EditionProposal) -> Snapshot:
    """
    What a proposed edition tells.

    A correction tells what the last one of its number does, but for the rows that it
    names: those as the public reads them now.
    """
    now, first = quiet(proposal.plan), proposal.corrects
    if not first:
        return now
    before = snapshot_of(latest(first))
    tables = {name: dict(table) for name, table in before.tables.items()}
    for name, key in proposal.named:
        table, row = tables[name], now.tables.get(name, {}).get(key)
        if row is None:
            table.pop(key, None)
        else:
            columns = {each.name for each in datasets_of(first)[name].columns}
            table[key] = dict.fromkeys(columns) | {
                column: value for column, value in row.items() if column in columns
            }
    return replace(before, tables=tables)


def latest(first: Edition) -> Edition:
    """The last correction of an edition, or else itself."""
    return first.corrections.first() or first


def snapshot_of(edition: Edition) -> Snapshot:
    """
    What an edition tells, as it was kept.

    One of which it is unknown what was taken from it is not found: ``is_moving``.
    """
    if edition.is_moving:
        raise Http404
    tables = {each.dataset: unpacked(each.content) for each in edition.datasets.all()}
    plan = edition.plan
    return Snapshot(
        plan=plan.code,
        title_es=plan.title_es,
        title_en=plan.title_en or "",
        day=edition.made_on,
        edition=edition.number,
        is_reconstructed=edition.is_reconstructed,
        tables=tables,
    )


def packed(table: dict[str, dict]) -> bytes:
    """
    The rows of a dataset in their order, each with its key, as compressed JSON.

    The same rows are the same bytes.
    """
    text = json.dumps(
        list(table.items()),
        ensure_ascii=False,
        allow_nan=False,
        sort_keys=True,
        separators=(",", ":"),
    )
    return gzip.compress(text.encode(), mtime=0)


def digest(told: Snapshot) -> str:
    """By this two people know that they read the same; never public."""
    return sha256(packed(told.tables)).hexdigest()


def unpacked(content: bytes) -> dict[str, dict]:
    return dict(json.loads(gzip.decompress(content)))


def datasets_of(edition: Edition | None) -> dict[str, Dataset]:
    """The datasets of an edition, with the columns of its day; without it today's."""
    if edition is None:
        return DATASETS
    return {each.dataset: _declared(each) for each in edition.datasets.all()}


def _declaration(dataset):
    """A dataset and its columns as JSON, each word in both languages."""
    columns = [
        {
            "name": each.name,
            "kind": each.kind,
            "gap": each.gap,
            "refers": each.refers,
            **_both(each, SAID_OF_COLUMN),
            "codes": each.codes
            and {code: _both_of(word) for code, word in each.codes.items()},
        }
        for each in dataset.columns
    ]
    return {"key": dataset.key, "columns": columns, **_both(dataset, SAID)}


def _both(declared, names):
    return {name: _both_of(getattr(declared, name)) for name in names}


def _both_of(word):
    found = []
    for language in ("es", "en"):
        with override(language):
            found.append(str(word))
    return found


def _declared(rows):
    stored = rows.columns
    columns = [
        Column(
            name=each["name"],
            kind=Kind(each["kind"]),
            gap=Gap(each["gap"]) if each["gap"] else None,
            refers=each["refers"],
            **{name: _in_words(*each[name]) for name in SAID_OF_COLUMN},
            codes=each["codes"]
            and {code: _in_words(*words) for code, words in each["codes"].items()},
        )
        for each in stored["columns"]
    ]
    return Dataset(
        name=rows.dataset,
        columns=tuple(columns),
        key=tuple(stored["key"]),
        read=lambda reading: (),
        **{name: _in_words(*stored[name]) for name in SAID},
    )
