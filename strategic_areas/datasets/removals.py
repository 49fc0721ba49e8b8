"""
Removal of content from stored editions, in the transaction that removes it in public.

After ``removing_from_editions`` no edition holds, in either language,

* a text replaced by the marker today, a protected number, the content of a withdrawn
  report, or an undisclosed part of a sensitive indicator;
* a cell that this removal took from today's rows, also in an older wording;
* a hidden text anywhere, or any text with purged words;
* a percent that would reveal one of these.

Today's cell takes its place. Mere changes, as by amendments, stay in the edition. If
the scope cannot be computed, purged words are still removed, and the edition stays
``is_moving``, that is withheld for good.
"""

import logging
from collections import defaultdict, namedtuple
from contextlib import contextmanager
from functools import cache, partial

from django.db import transaction
from django.utils import timezone

from agencies.models import Agency, AgencyName
from strategic_areas.datasets import DATASETS
from strategic_areas.datasets.columns import CellKind, GapReason
from strategic_areas.datasets.editions import pack_rows, rewrite_rows, unpack_rows
from strategic_areas.datasets.snapshots import dataset_table, withdraw_in_both
from strategic_areas.disclosure import MARKER
from strategic_areas.models import (
    UPDATE_MODELS,
    AgencyComment,
    Commitment,
    Edition,
    EditionRows,
    Indicator,
    Participation,
    Plan,
    PurgedText,
    ReportingPeriod,
    RevisionStatus,
    Source,
)
from strategic_areas.models.publication import random_bits
from strategic_areas.queries.public_rows import SOURCE_MODELS, affected_records
from strategic_areas.queries.public_rows.plan_reading import PlanReading

logger = logging.getLogger(__name__)

#: Datasets with one number a row.
FIGURES = {"values", "breakdowns", "planned_values"}
#: Replacements of removed texts, by cell kind.
REPLACEMENTS = {CellKind.TEXT: MARKER, CellKind.ADDRESS: None}
#: The replacement of a percent that would reveal a removed number.
NO_PERCENT = {"percent": None, "percent_gap": GapReason.PROTECTED.value}
#: The part of a row's key that a purge can store.
MOST = PurgedText._meta.get_field("field").max_length
#: Models that any row may name, so that a whole plan is affected.
EVERYWHERE = {
    *(Agency, AgencyName, AgencyComment),
    *(Participation, ReportingPeriod, Source),
}
#: Datasets whose rows never depend on removed records.
UNAFFECTED_DATASETS = {"agencies", "rounds", "scorecards"}
#: Models that determine the affected rows.
LINKED_MODELS = SOURCE_MODELS.union(UPDATE_MODELS)
EVERYTHING = {
    model: model.objects.all() for model in (Commitment, Indicator, *UPDATE_MODELS)
}


#: ``tables`` are the public rows now and before; ``whole`` loads all rows of a dataset;
#: ``texts`` are hidden, ``words`` purged.
RemovalScope = namedtuple("RemovalScope", "tables whole texts words")


@contextmanager
def removing_from_editions(
    cause, touched, *, plans=None, takedown=None, compares=True, texts=(), words=None
):
    """
    Context manager: remove from editions what its body removes from public rows.

    ``cause`` is a ``WithdrawalCause`` or "protected". ``touched`` are pairs of model
    and id, or None for everything in ``plans``; ``texts`` are hidden texts, ``words``
    the purged words. ``compares`` includes cells that vanish from today's rows. The
    yielded dictionary receives the removed cells, by ``EditionRows`` id and row key.
    """
    # Lock the plans, so that no edition is made of the earlier content.
    list(Plan.objects.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    every = Edition.objects.order_by("pk")
    editions = list(every if plans is None else every.filter(plan__in=plans))
    keys = cache(lambda: _keys(touched))
    stood = _today(editions, keys) if compares else defaultdict(dict)
    yield (gone := {})
    now = _today(editions, keys)
    reading = cache(_reading)
    whole = cache(lambda plan, name: dataset_table(DATASETS[name], reading(plan)))
    for edition in editions:
        note = {"cause": cause, "takedown": takedown}
        try:
            with transaction.atomic():
                tables = now[edition.plan_id], stood[edition.plan_id]
                whole_of = partial(whole, edition.plan)
                reach = RemovalScope(tables, whole_of, {*texts}, words)
                gone |= _take(edition, reach, note)
        except Exception:
            logger.exception("Edition %s is not served any more.", edition)
            edition.is_moving = True
            edition.save(update_fields=["is_moving"])
            if words:
                gone |= _take(
                    edition, RemovalScope(({}, {}), lambda _: {}, (), words), note
                )


def protect_in_editions(touched):
    """Remove from editions what is protected today of these records."""
    with removing_from_editions(GapReason.PROTECTED.value, touched, compares=False):
        pass


def _keys(touched):
    """The affected records, or None for a whole plan."""
    if touched is None:
        return None
    by_model = defaultdict(set)
    for model, pk in touched:
        by_model[model].add(pk)
    if EVERYWHERE & by_model.keys():
        return None
    for model in by_model.keys() - LINKED_MODELS:
        rows = model._default_manager.filter(pk__in=by_model[model])
        for link in model._meta.concrete_fields:
            if link.related_model in LINKED_MODELS:
                linked = rows.exclude(**{link.name: None})
                by_model[link.related_model].update(
                    linked.values_list(link.attname, flat=True)
                )
    return affected_records(
        (model, pk) for model, pks in by_model.items() for pk in pks
    )


def _today(editions, keys):
    found = {}
    for pk, plan in Plan.objects.in_bulk({each.plan_id for each in editions}).items():
        try:
            with transaction.atomic():
                only = keys()
                reading = _reading(plan, EVERYTHING if only is None else only)
                found[pk] = {
                    name: dataset_table(dataset, reading)
                    for name, dataset in DATASETS.items()
                    if only is None or name not in UNAFFECTED_DATASETS
                }
        except Exception:
            logger.exception("It is not known what is taken from editions of %s.", plan)
    return found


def _reading(plan, only=None):
    return PlanReading(plan, timezone.localdate(), only)


def _left(reach, rows, key, told):
    """What of an edition's row may stay public; None if nothing."""
    now, stood = (each.get(rows.dataset, {}).get(key) for each in reach.tables)
    if stood and not now and rows.dataset == "sources":
        # An unaffected row may cite the source too.
        now = reach.whole(rows.dataset).get(key)
    if now is None and (stood or _is_of_untold(rows, told, reach.tables[0])):
        return None
    if told == now and not reach.words:
        return told
    worded = {
        name: instead
        for name, instead in _worded(rows).items()
        if told[name] in reach.texts or reach.words and reach.words.occur_in(told[name])
    }
    if worded and now is None:
        # An unaffected record may hold the same text.
        now = reach.whole(rows.dataset).get(key)
    now, stood, left = now or {}, stood or {}, dict(told)
    columns = rows.columns["columns"]
    gone = [each["name"] for each in columns if _is_gone(each, told, now, stood)]
    is_withdrawn = (
        rows.dataset == "reports" and now.get("status") == RevisionStatus.WITHDRAWN
    )
    if is_withdrawn or gone and rows.dataset in FIGURES:
        # Codes and gaps explain the removed content.
        for each in columns:
            cell = now.get(each["name"])
            if cell is None or each["kind"] == CellKind.CODE:
                left[each["name"]] = cell
    else:
        gaps = [gap for name in gone if (gap := f"{name}_gap") in told]
        left |= {name: now[name] for name in gone + gaps}
    if rows.dataset == "activities":
        percent = stood.get("percent")
        # It is the percent of a withdrawn or replaced report.
        if percent is not None and told["percent"] == percent != now.get("percent"):
            left |= NO_PERCENT
    for name, instead in worded.items():
        if reach.words or told[name] != now.get(name):
            left[name] = instead
    if left != told and "address" in told:
        # The URL may contain removed words.
        left["address"] = now.get("address")
    return withdraw_in_both(left)


def _is_of_untold(rows, told, now):
    """Whether it is of a sensitive indicator or of an undisclosed value."""
    if rows.dataset not in FIGURES:
        return False
    indicator, value = (
        now.get(name, {}).get(told.get(key), {})
        for name, key in (("indicators", "indicator"), ("values", "value_id"))
    )
    return indicator.get("sensitive") or value.get("value", ...) is None


def _is_gone(column, told, now, stood):
    name = column["name"]
    if told[name] is None or name not in now:
        return False
    if now[name] is not None:
        return now[name] in {MARKER, GapReason.PROTECTED.value}
    why = now.get(f"{name}_gap") or column["gap"]
    return why == GapReason.PROTECTED or stood.get(name) is not None


def _worded(rows):
    """
    Cells that may hold words about people, with their replacements; never keys and
    codes.
    """
    return {
        each["name"]: REPLACEMENTS[each["kind"]]
        for each in rows.columns["columns"]
        if each["kind"] in REPLACEMENTS
        and not (each["refers"] or each["codes"])
        and each["name"] not in {"address", *rows.columns["key"]}
    }


def _take(edition, reach, note):
    found, lost = {}, defaultdict(set)
    # Reports, activities, commitments in this order, as ``lost`` is passed on.
    for rows in edition.datasets.order_by("-pk"):
        content, gone = _taken(rows, reach, lost)
        if gone:
            found[rows] = content, gone
    if found:
        listed = [[r.dataset, key] for r in reversed(found) for key in found[r][1]]
        note |= {"on": timezone.localdate().isoformat(), "rows": listed}
        edition.refresh_from_db(fields=["withdrawn"])
        contents = {rows: content for rows, (content, _gone) in found.items()}
        _change(edition, contents, [*edition.withdrawn, note])
    return {str(rows.pk): gone for rows, (_content, gone) in found.items()}


def _taken(rows, reach, lost):
    """
    The remaining content of a dataset, and the removed cells by key.

    A removed percent takes equal percents of the activity, and the commitment's, with
    it.
    """
    name, gone = rows.dataset, {}
    keys = {key for each in reach.tables for key in each.get(name, ())}
    if name == "commitments":
        keys |= lost[name]
    if reach.words or name in FIGURES and reach.tables[0].get("indicators"):
        keys = None

    def change(key, told):
        left = _left(reach, rows, key, told)
        percent = told.get("percent")
        if left and {key, (key, percent)} & lost[name]:
            left = {**left, **NO_PERCENT}
        kept = left or {}
        if name == "reports" and kept.get("percent") != percent:
            lost["activities"].add((told["subject"], percent))
        if name == "activities" and kept.get("percent") != percent:
            lost["commitments"].add(told["commitment"])
        cells = {each: told[each] for each in told if kept.get(each, ...) != told[each]}
        if cells:
            gone[key] = cells
        return left

    return rewrite_rows(rows.content, keys, reach.texts, change), gone


def _change(edition, contents, withdrawn):
    stored = Edition.objects.filter(pk=edition.pk)
    stored.update(is_moving=True)
    for rows, content in contents.items():
        rows.content = content
        rows.save(update_fields=["content"])
    stored.update(is_moving=False, withdrawn=withdrawn, random=random_bits())
    # An edition that was withheld stays withheld.
    stored.update(is_moving=edition.is_moving)


def restore_in_editions(takedown, *, without):
    """
    Restore the cells that a takedown removed, except what was removed since.

    ``without`` are texts hidden since.
    """
    gone = takedown.editions
    stored = EditionRows.objects.filter(pk__in=gone).select_related("edition")
    for rows in stored:
        table, columns = unpack_rows(rows.content), len(rows.columns["columns"])
        for key, cells in gone[str(rows.pk)].items():
            stood = {name: cells[name] for name in cells if cells[name] not in without}
            if key in table or len(cells) == columns:
                table[key] = table.get(key, dict.fromkeys(cells, MARKER)) | stood
        left = [n for n in rows.edition.withdrawn if n["takedown"] != takedown.pk]
        _change(rows.edition, {rows: pack_rows(table)}, left)
    plans = {rows.edition.plan_id for rows in stored}
    with removing_from_editions(takedown.cause, None, plans=plans, compares=False):
        pass


def count_cells_with(words):
    return sum(
        words.occur_in(row[name])
        for rows in EditionRows.objects.all()
        for row in unpack_rows(rows.content).values()
        for name in _worded(rows)
    )


def blank_in_editions(places):
    """Blank these ``places`` of purges in the editions of a restored portal."""
    label = EditionRows._meta.label_lower
    for place in (each for each in places if each["model"] == label):
        for rows in EditionRows.objects.filter(pk=place["row"]):
            table, blanks = unpack_rows(rows.content), _worded(rows)
            for key, row in table.items():
                if key[:MOST] == place["field"]:
                    row |= {name: blanks[name] for name in blanks if row[name]}
            _change(rows.edition, {rows: pack_rows(table)}, rows.edition.withdrawn)
