"""
What is taken from the public goes from the editions, in the same transaction.

``taking_away`` surrounds whatever takes something away. At its end no edition tells, in
either language,

* a text in whose place the marker stands today, a number that is protected, the content
  of a withdrawn report, and what is not told any more of a sensitive indicator;
* what went from today's rows within, also where an edition told it in other words;
* a text that was hidden, wherever it stood besides, and any text with purged words;
* the percent that would tell one of those.

In its place stands what stands there today. What was only changed, as by an amendment,
stays: an edition is what stood. Where the reach cannot be computed, something is taken
away all the same; the edition stays ``is_moving`` and is not served any more.
"""

import logging
from contextlib import contextmanager
from functools import partial

from django.db import transaction
from django.utils import timezone

from strategic_areas.datasets.columns import Gap, Kind
from strategic_areas.datasets.editions import packed, unpacked
from strategic_areas.datasets.snapshots import in_both, snapshot
from strategic_areas.disclosure import MARKER
from strategic_areas.models import Edition, EditionRows, Plan, PurgedText, Status
from strategic_areas.models.publication import random_bits

logger = logging.getLogger(__name__)

#: Datasets in whose rows everything is about one number.
FIGURES = {"values", "breakdowns", "planned_values"}
#: What stands in place of words about people, by the kind of the cell.
INSTEAD = {Kind.TEXT: MARKER, Kind.ADDRESS: None}
#: What stands in place of a percent that would tell a number which went.
NO_PERCENT = {"percent": None, "percent_gap": Gap.PROTECTED.value}
#: As much of the key of an edition's row as a purge can keep.
MOST = PurgedText._meta.get_field("field").max_length


@contextmanager
def taking_away(cause, *, takedown=None, compares=True, texts=(), words=None):
    """
    Within, something is taken from the public: at the end it is gone from the editions.

    ``cause`` is a public ``Cause``, or "protected"; ``texts`` are hidden by it,
    ``words`` are those of a purge. With ``compares`` it counts what goes from today's
    rows meanwhile. The dictionary that is yielded holds at the end, by the key of an
    edition's rows and that of each row, the cells that stood there.
    """
    # Who makes an edition has locked its plan: none is made of what stood before.
    list(Plan.objects.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    editions = list(Edition.objects.filter(is_moving=False).order_by("pk"))
    stood = _today(editions) if compares else {}
    yield (gone := {})
    now = _today(editions)
    for edition in editions:
        try:
            with transaction.atomic():
                tables = now[edition.plan_id], stood.get(edition.plan_id, {})
                left_of = partial(_left, tables, {*texts}, words)
                note = {"cause": cause, "takedown": takedown}
                gone |= _take(edition, left_of, note)
        except Exception:
            logger.exception("Edition %s is not served any more.", edition)
            Edition.objects.filter(pk=edition.pk).update(is_moving=True)


def protect():
    """Take from the editions what is protected today."""
    with taking_away(Gap.PROTECTED.value, compares=False):
        pass


def _today(editions):
    """What the public reads of the plans of editions; None if that is not known."""
    try:
        with transaction.atomic():
            plans = Plan.objects.in_bulk({each.plan_id for each in editions})
            return {pk: snapshot(plan).tables for pk, plan in plans.items()}
    except Exception:
        logger.exception("It is not known what is taken from editions.")
        return None


def _left(tables, texts, words, rows, key, told):
    """What the public may read of a row of an edition; None if nothing."""
    now, stood = (each.get(rows.dataset, {}).get(key) for each in tables)
    if now is None and (stood or _is_of_sensitive(rows, told, *tables)):
        return None
    if told == now and not words:
        return told
    now, stood, left = now or {}, stood or {}, dict(told)
    columns = rows.columns["columns"]
    gone = [each["name"] for each in columns if _is_gone(each, told, now, stood)]
    is_withdrawn = rows.dataset == "reports" and now.get("status") == Status.WITHDRAWN
    if is_withdrawn or gone and rows.dataset in FIGURES:
        # Beside the content that went, codes and gaps say why.
        for each in columns:
            cell = now.get(each["name"])
            if cell is None or each["kind"] == Kind.CODE:
                left[each["name"]] = cell
    else:
        gaps = [gap for name in gone if (gap := f"{name}_gap") in told]
        left |= {name: now[name] for name in gone + gaps}
    if rows.dataset == "activities":
        percent = stood.get("percent")
        # It is that of a report which does not stand any more.
        if percent is not None and told["percent"] == percent != now.get("percent"):
            left |= NO_PERCENT
    for name, instead in _worded(rows).items():
        is_hidden = told[name] in texts and told[name] != now.get(name)
        if is_hidden or words and words.occur_in(told[name]):
            left[name] = instead
    if left != told and "address" in told:
        # It may be made of words that went.
        left["address"] = now.get("address")
    return in_both(left)


def _is_of_sensitive(rows, told, now, _stood):
    """Whether it is about a sensitive indicator, which tells it no more."""
    code = told["indicator"] if rows.dataset in FIGURES else None
    return now.get("indicators", {}).get(code, {}).get("sensitive", False)


def _is_gone(column, told, now, stood):
    """Whether the public may not read a cell any more."""
    name = column["name"]
    if told[name] is None or name not in now:
        return False
    if now[name] is not None:
        return now[name] in {MARKER, Gap.PROTECTED.value}
    why = now.get(f"{name}_gap") or column["gap"]
    return why == Gap.PROTECTED or stood.get(name) is not None


def _worded(rows):
    """
    The cells that may hold words about people, and what stands in their place.

    By keys and codes rows are found, and an address of this portal has those alone.
    """
    return {
        each["name"]: INSTEAD[each["kind"]]
        for each in rows.columns["columns"]
        if each["kind"] in INSTEAD
        and not (each["refers"] or each["codes"])
        and each["name"] not in {"address", *rows.columns["key"]}
    }


def _take(edition, left_of, note):
    """Take from an edition what is not left; return what it was."""
    told = {each: unpacked(each.content) for each in edition.datasets.all()}
    left = {
        rows: {key: left_of(rows, key, row) for key, row in table.items()}
        for rows, table in told.items()
    }
    _take_averages(told, left)
    gone = {
        rows: {
            key: {name: row[name] for name in row if kept.get(name, ...) != row[name]}
            for key, row in table.items()
            if (kept := left[rows][key] or {}) != row
        }
        for rows, table in told.items()
    }
    changed = {
        rows: {key: row for key, row in left[rows].items() if row is not None}
        for rows in gone
        if gone[rows]
    }
    if changed:
        note["on"] = timezone.localdate().isoformat()
        note["rows"] = [[rows.dataset, key] for rows in changed for key in gone[rows]]
        edition.refresh_from_db(fields=["withdrawn"])
        _change(edition, changed, [*edition.withdrawn, note])
    return {str(rows.pk): gone[rows] for rows in changed}


def _take_averages(told, left):
    """Of a commitment the percent goes that tells the one which an activity lost."""
    of = {rows.dataset: rows for rows in told}
    averages = left[of["commitments"]]
    for key, row in told.get(of.get("activities"), {}).items():
        now = left[of["activities"]][key] or NO_PERCENT
        is_gone = row["percent"] is not None and now["percent"] is None
        if is_gone and (average := averages.get(row["commitment"])):
            averages[row["commitment"]] = average | NO_PERCENT


def _change(edition, tables, withdrawn):
    stored = Edition.objects.filter(pk=edition.pk)
    stored.update(is_moving=True)
    for rows, table in tables.items():
        rows.content = packed(table)
        rows.save(update_fields=["content"])
    stored.update(is_moving=False, withdrawn=withdrawn, random=random_bits())


def put_back_in_editions(gone, takedown, *, without):
    """
    Let stand again in editions what a takedown took from them, and nothing else.

    ``without`` are texts that were hidden since.
    """
    for rows in EditionRows.objects.filter(pk__in=gone).select_related("edition"):
        table = unpacked(rows.content)
        for key, cells in gone[str(rows.pk)].items():
            stood = {name: cells[name] for name in cells if cells[name] not in without}
            table[key] = table.get(key, dict.fromkeys(cells, MARKER)) | stood
        notes = rows.edition.withdrawn
        left = [note for note in notes if note["takedown"] != takedown]
        _change(rows.edition, {rows: table}, left)


def cells_with(words):
    """How many cells of editions hold these words."""
    return sum(
        words.occur_in(row[name])
        for rows in EditionRows.objects.all()
        for row in unpacked(rows.content).values()
        for name in _worded(rows)
    )


def blank(places):
    """
    Blank each text of these rows, in a portal that is restored.

    Of the ``places`` of purges beside its backup those in editions count.
    """
    label = EditionRows._meta.label_lower
    for place in (each for each in places if each["model"] == label):
        for rows in EditionRows.objects.filter(pk=place["row"]):
            table, blanks = unpacked(rows.content), _worded(rows)
            for key, row in table.items():
                if key[:MOST] == place["field"]:
                    row |= {name: blanks[name] for name in blanks if row[name]}
            _change(rows.edition, {rows: table}, rows.edition.withdrawn)
