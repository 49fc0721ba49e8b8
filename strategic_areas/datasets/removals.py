"""
Removal of content from stored editions, in the transaction that removes it in public.

After ``removing_from_editions`` no edition holds, in either language,

* a text that the marker replaces today, a protected number, the content of a withdrawn
  report, or an undisclosed part of a sensitive indicator;
* a cell that this removal took from today's rows, even if the edition has an older
  wording of it;
* a hidden text anywhere, or any text with purged words;
* a percent that would reveal one of these.

Today's cell replaces it. Other changes, such as amendments, do not touch the edition.
If the scope cannot be computed, purged words are still removed, and the edition is
locked for good.
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
from strategic_areas.queries.public_rows import MODELS_BEHIND_ROWS, affected_records
from strategic_areas.queries.public_rows.plan_reading import PlanReading

logger = logging.getLogger(__name__)

#: Datasets with one number a row.
FIGURES = {"values", "breakdowns", "planned_values"}
#: Replacements of removed texts, by cell kind.
REPLACEMENTS = {CellKind.TEXT: MARKER, CellKind.ADDRESS: None}
#: The replacement of a percent that would reveal a removed number.
NO_PERCENT = {"percent": None, "percent_gap": GapReason.PROTECTED.value}
#: The part of a row's key that a purge can store.
MAX_KEY_LENGTH = PurgedText._meta.get_field("field").max_length
#: Models that any row may name, so that the whole plan is affected.
EVERYWHERE = {
    *(Agency, AgencyName, AgencyComment),
    *(Participation, ReportingPeriod, Source),
}
#: Datasets whose rows never depend on removed records.
UNAFFECTED_DATASETS = {"agencies", "rounds", "scorecards"}
#: Models that determine the affected rows.
LINKED_MODELS = MODELS_BEHIND_ROWS.union(UPDATE_MODELS)
EVERYTHING = {
    model: model.objects.all() for model in (Commitment, Indicator, *UPDATE_MODELS)
}


#: ``tables`` are the public rows now and before; ``load_rows`` loads all rows of a
#: dataset; ``texts`` are hidden texts, ``words`` purged words.
RemovalScope = namedtuple("RemovalScope", "tables load_rows texts words")


@contextmanager
def removing_from_editions(
    cause, records, *, plans=None, takedown=None, compares=True, texts=(), words=None
):
    """
    Context manager: remove from editions what its body removes from public rows.

    ``cause`` is a ``WithdrawalCause`` or "protected". ``records`` are pairs of model
    and id, or None for everything in ``plans``; ``texts`` are hidden texts, ``words``
    the purged words. ``compares`` includes cells that vanish from today's rows. The
    yielded dictionary receives the removed cells, by ``EditionRows`` id and row key.
    """
    # Lock the plans, so that no edition is made of the earlier content.
    list(Plan.objects.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    all_editions = Edition.objects.order_by("pk")
    editions = list(
        all_editions if plans is None else all_editions.filter(plan__in=plans)
    )
    keys = cache(lambda: _affected_keys(records))
    rows_before = _today(editions, keys) if compares else defaultdict(dict)
    yield (removed := {})
    rows_now = _today(editions, keys)
    reading = cache(_reading)
    load_dataset = cache(
        lambda plan, name: dataset_table(DATASETS[name], reading(plan))
    )
    for edition in editions:
        note = {"cause": cause, "takedown": takedown}
        try:
            with transaction.atomic():
                tables = rows_now[edition.plan_id], rows_before[edition.plan_id]
                load_rows = partial(load_dataset, edition.plan)
                scope = RemovalScope(tables, load_rows, {*texts}, words)
                removed |= _remove_cells(edition, scope, note)
        except Exception:
            logger.exception("Edition %s is not served any more.", edition)
            edition.is_locked = True
            edition.save(update_fields=["is_locked"])
            if words:
                removed |= _remove_cells(
                    edition, RemovalScope(({}, {}), lambda _: {}, (), words), note
                )


def protect_in_editions(records):
    """Remove from editions what is protected today of these records."""
    with removing_from_editions(GapReason.PROTECTED.value, records, compares=False):
        pass


def _affected_keys(records):
    """The affected records, or None for a whole plan."""
    if records is None:
        return None
    by_model = defaultdict(set)
    for model, pk in records:
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


def _remaining_row(scope, rows, key, edition_row):
    """What of an edition's row may stay public; None if nothing."""
    now, before = (each.get(rows.dataset, {}).get(key) for each in scope.tables)
    if before and not now and rows.dataset == "sources":
        # An unaffected row may cite the source too.
        now = scope.load_rows(rows.dataset).get(key)
    if now is None and (before or _is_undisclosed(rows, edition_row, scope.tables[0])):
        return None
    if edition_row == now and not scope.words:
        return edition_row
    replaced = {
        name: replacement
        for name, replacement in _replaceable_cells(rows).items()
        if edition_row[name] in scope.texts
        or scope.words
        and scope.words.occur_in(edition_row[name])
    }
    if replaced and now is None:
        # An unaffected record may hold the same text.
        now = scope.load_rows(rows.dataset).get(key)
    now, before, remaining = now or {}, before or {}, dict(edition_row)
    columns = rows.declaration["columns"]
    gone_columns = [
        each["name"]
        for each in columns
        if _is_cell_gone(each, edition_row, now, before)
    ]
    is_withdrawn = (
        rows.dataset == "reports" and now.get("status") == RevisionStatus.WITHDRAWN
    )
    if is_withdrawn or gone_columns and rows.dataset in FIGURES:
        # Codes and gaps explain the removed content.
        for each in columns:
            cell = now.get(each["name"])
            if cell is None or each["kind"] == CellKind.CODE:
                remaining[each["name"]] = cell
    else:
        gaps = [gap for name in gone_columns if (gap := f"{name}_gap") in edition_row]
        remaining |= {name: now[name] for name in gone_columns + gaps}
    if rows.dataset == "activities":
        percent = before.get("percent")
        # It is the percent of a withdrawn or replaced report.
        if percent is not None and edition_row["percent"] == percent != now.get(
            "percent"
        ):
            remaining |= NO_PERCENT
    for name, replacement in replaced.items():
        if scope.words or edition_row[name] != now.get(name):
            remaining[name] = replacement
    if remaining != edition_row and "address" in edition_row:
        # The URL may contain removed words.
        remaining["address"] = now.get("address")
    return withdraw_in_both(remaining)


def _is_undisclosed(rows, edition_row, now):
    """Whether it is of a sensitive indicator or of an undisclosed value."""
    if rows.dataset not in FIGURES:
        return False
    indicator, value = (
        now.get(name, {}).get(edition_row.get(key), {})
        for name, key in (("indicators", "indicator"), ("values", "value_id"))
    )
    return indicator.get("sensitive") or value.get("value", ...) is None


def _is_cell_gone(column, edition_row, now, before):
    name = column["name"]
    if edition_row[name] is None or name not in now:
        return False
    if now[name] is not None:
        return now[name] in {MARKER, GapReason.PROTECTED.value}
    gap = now.get(f"{name}_gap") or column["gap"]
    return gap == GapReason.PROTECTED or before.get(name) is not None


def _replaceable_cells(rows):
    """
    Cells that may hold words about people, with their replacements; never keys and
    codes.
    """
    return {
        each["name"]: REPLACEMENTS[each["kind"]]
        for each in rows.declaration["columns"]
        if each["kind"] in REPLACEMENTS
        and not (each["refers"] or each["codes"])
        and each["name"] not in {"address", *rows.declaration["key"]}
    }


def _remove_cells(edition, scope, note):
    changes, lost_percents = {}, defaultdict(set)
    # Datasets are stored commitments first; ``lost_percents`` passes from reports to
    # activities to commitments.
    for rows in edition.datasets.order_by("-pk"):
        content, removed = _rewrite_dataset(rows, scope, lost_percents)
        if removed:
            changes[rows] = content, removed
    if changes:
        keys = [[r.dataset, key] for r in reversed(changes) for key in changes[r][1]]
        note |= {"on": timezone.localdate().isoformat(), "rows": keys}
        edition.refresh_from_db(fields=["withdrawn"])
        contents = {rows: content for rows, (content, _gone) in changes.items()}
        _store(edition, contents, [*edition.withdrawn, note])
    return {str(rows.pk): removed for rows, (_content, removed) in changes.items()}


def _rewrite_dataset(rows, scope, lost_percents):
    """
    The remaining content of a dataset, and the removed cells by key.

    A removed percent takes equal percents of the activity, and the commitment's, with
    it.
    """
    name, removed = rows.dataset, {}
    keys = {key for each in scope.tables for key in each.get(name, ())}
    if name == "commitments":
        keys |= lost_percents[name]
    if scope.words or name in FIGURES and scope.tables[0].get("indicators"):
        keys = None

    def change(key, edition_row):
        remaining = _remaining_row(scope, rows, key, edition_row)
        percent = edition_row.get("percent")
        if remaining and {key, (key, percent)} & lost_percents[name]:
            remaining = {**remaining, **NO_PERCENT}
        left_in_public = remaining or {}
        if name == "reports" and left_in_public.get("percent") != percent:
            lost_percents["activities"].add((edition_row["subject"], percent))
        if name == "activities" and left_in_public.get("percent") != percent:
            lost_percents["commitments"].add(edition_row["commitment"])
        cells = {
            each: edition_row[each]
            for each in edition_row
            if left_in_public.get(each, ...) != edition_row[each]
        }
        if cells:
            removed[key] = cells
        return remaining

    return rewrite_rows(rows.content, keys, scope.texts, change), removed


def _store(edition, content_by_rows, withdrawn):
    stored = Edition.objects.filter(pk=edition.pk)
    stored.update(is_locked=True)
    for rows, content in content_by_rows.items():
        rows.content = content
        rows.save(update_fields=["content"])
    stored.update(is_locked=False, withdrawn=withdrawn, nonce=random_bits())
    # An edition that was locked stays locked.
    stored.update(is_locked=edition.is_locked)


def restore_in_editions(takedown, *, without):
    """
    Restore the cells that a takedown removed, except what was removed since.

    ``without`` are texts hidden since.
    """
    removed = takedown.editions
    edition_rows = EditionRows.objects.filter(pk__in=removed).select_related("edition")
    for rows in edition_rows:
        table, columns = unpack_rows(rows.content), len(rows.declaration["columns"])
        for key, cells in removed[str(rows.pk)].items():
            restored = {
                name: cells[name] for name in cells if cells[name] not in without
            }
            if key in table or len(cells) == columns:
                table[key] = table.get(key, dict.fromkeys(cells, MARKER)) | restored
        notes = [n for n in rows.edition.withdrawn if n["takedown"] != takedown.pk]
        _store(rows.edition, {rows: pack_rows(table)}, notes)
    plans = {rows.edition.plan_id for rows in edition_rows}
    with removing_from_editions(takedown.cause, None, plans=plans, compares=False):
        pass


def count_cells_with(words):
    return sum(
        words.occur_in(row[name])
        for rows in EditionRows.objects.all()
        for row in unpack_rows(rows.content).values()
        for name in _replaceable_cells(rows)
    )


def blank_in_editions(places):
    """Blank these ``places`` of purges in the editions of a restored portal."""
    label = EditionRows._meta.label_lower
    for place in (each for each in places if each["model"] == label):
        for rows in EditionRows.objects.filter(pk=place["row"]):
            table, blanks = unpack_rows(rows.content), _replaceable_cells(rows)
            for key, row in table.items():
                if key[:MAX_KEY_LENGTH] == place["field"]:
                    row |= {name: blanks[name] for name in blanks if row[name]}
            _store(rows.edition, {rows: pack_rows(table)}, rows.edition.withdrawn)
