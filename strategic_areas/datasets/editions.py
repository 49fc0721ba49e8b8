"""Editions: stored rows of a plan as the public read them on one day."""

import gzip
import json
import logging
import zlib
from collections.abc import Container
from dataclasses import replace

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.functional import lazy
from django.utils.translation import get_language, gettext as _

from agencies import audit
from agencies.access import RefusedError
from strategic_areas.datasets import DATASETS
from strategic_areas.datasets.columns import (
    LANGUAGES,
    CellKind,
    DataColumn,
    Dataset,
    GapReason,
)
from strategic_areas.datasets.formats.texts import in_both
from strategic_areas.datasets.snapshots import Snapshot, take_snapshot
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

logger = logging.getLogger(__name__)

#: A stored bilingual text, in the active language.
_text_in_language = lazy(lambda es, en: en if get_language() == "en" else es, str)
#: How many rows are compressed together, and how hard: higher levels take far longer.
ROWS_PER_GROUP, GZIP_LEVEL = 200, 6
#: Attempts to read a plan that keeps changing.
MAX_ATTEMPTS = 9
#: The zlib option for gzip.
GZIP = zlib.MAX_WBITS | 16
#: Changes daily: comparisons ignore it; a correction subtracts the days since the
#: edition that it corrects.
DAYS_LATE = "days_late"
#: The purpose of the digest's key.
DIGEST_PURPOSE = "strategic_areas.edition"
#: An edition of the same round, proposal or reconstruction is returned, not made again.
#: Only tests and benchmarks make editions of none of the three.
MADE_ONCE = Q(is_reconstructed=True) | ~Q(period=None) | ~Q(proposal=None)


@transaction.atomic
def make_edition(
    plan: Plan,
    *,
    period: ReportingPeriod | None = None,
    proposal: EditionProposal | None = None,
    seen: str = "",
) -> Edition:
    """
    Make an edition of the plan's public content now, or return the one already made.

    ``period`` is a closed round, ``proposal`` an agreed proposal; with neither it is
    the edition of a reconstruction. ``seen`` is the digest of what the second person
    read: ``RefusedError`` if the content changed since.
    """
    # Locks out other makers of editions, but no incoming reports.
    plan = Plan.objects.select_for_update(no_key=True).get(pk=plan.pk)
    corrects = proposal and proposal.corrects
    closed_on = corrects.closed_on if corrects else period and period.closes_on
    lookups = {
        "corrects": corrects,
        "proposal": proposal,
        "period": corrects.period if corrects else period,
        "closed_on": closed_on,
    }
    if existing := plan.editions.filter(MADE_ONCE, **lookups).first():
        return existing
    snapshot = snapshot_of_proposal(proposal) if proposal else read_unchanging(plan)
    today = timezone.localdate()
    if proposal and digest_of(snapshot) != seen:
        raise RefusedError(
            _("The public reads something else since you read this: read it again.")
        )
    stem = f"{corrects}." if corrects else f"{today.year}-"
    others = plan.editions.filter(corrects=corrects, number__startswith=stem)
    edition = Edition.objects.create(
        plan=plan,
        number=f"{stem}{others.count() + 1}",
        made_on=today,
        is_reconstructed=snapshot.is_reconstructed,
        corrected_rows=proposal.named if proposal else [],
        explanation_es=proposal.explanation_es if proposal else "",
        explanation_en=proposal.explanation_en if proposal else "",
        withdrawn=latest_correction(corrects).withdrawn if corrects else [],
        is_locked=True,  # until its rows are written
        **lookups,
    )
    EditionRows.objects.bulk_create(
        EditionRows(
            edition=edition,
            dataset=name,
            declaration=_declaration_of(dataset),
            content=pack_rows(snapshot.tables[name]),
        )
        for name, dataset in datasets_of(corrects).items()
    )
    # Rows are written only while it is locked. When that ends, triggers demand a new
    # nonce, by which caches see that the content changed.
    edition.is_locked, edition.nonce = False, random_bits()
    edition.save(update_fields=["is_locked", "nonce"])
    audit.record_event(
        audit.Event.EDITION_MADE, actor=proposal and proposal.decided_by, obj=edition
    )
    return edition


def rounds_without_edition() -> QuerySet[ReportingPeriod]:
    """Closed rounds of public plans that have no edition of their closing."""
    closed = ReportingPeriod.objects.counted_rounds().filter(
        plan__in=plans.public_plans(), closes_on__lt=timezone.localdate()
    )
    has_one = Edition.objects.filter(
        period=OuterRef("pk"), closed_on=OuterRef("closes_on")
    )
    without_edition = closed.exclude(Exists(has_one)).select_related("plan")
    return without_edition.order_by("closes_on", "pk")


def make_due_editions() -> list[Edition]:
    """
    Make and return the missing editions of closed rounds and reconstructions.

    A round with public scorecards gets none: its data changed since it closed.
    Failures are retried next time; /salud/tareas names the rounds.
    """
    public = plans.public_plans()
    without_edition = rounds_without_edition().filter(scorecards_public_at=None)
    due = [(each.plan, each) for each in without_edition]
    due += [
        (plan, None) for plan in public.filter(is_reconstructed=True, editions=None)
    ]
    made = []
    for plan, period in due:
        try:
            made.append(make_edition(plan, period=period))
        except Exception:
            # An error in one plan must not stop the others.
            logger.exception("The edition of plan %s was not made", plan.code)
    return made


def read_unchanging(plan: Plan) -> Snapshot:
    """
    A snapshot during which nothing public changed.

    ``RefusedError`` if every attempt met a change.
    """
    for _attempt in range(MAX_ATTEMPTS):
        version, snapshot = PublicationVersion.counters(), take_snapshot(plan)
        if PublicationVersion.counters() == version:
            return snapshot
    raise RefusedError(_("The portal is changing too fast: try again in a moment."))


def digest_of(snapshot: Snapshot) -> str:
    """A keyed digest of the content that a person read."""
    return salted_hmac(
        DIGEST_PURPOSE, _json(snapshot.tables), algorithm="sha256"
    ).hexdigest()


def snapshot_of_proposal(proposal: EditionProposal) -> Snapshot:
    """
    The content of a proposed edition.

    A correction repeats its latest predecessor, except the rows in ``proposal.named``,
    which are read now; delays stay those of the original day. ``RefusedError`` if a
    named row is unchanged, refers to a missing row, if none is named, or if the
    predecessor is locked.
    """
    if not (first := proposal.corrects):
        return read_unchanging(proposal.plan)
    if (last := latest_correction(first)).is_locked:
        raise RefusedError(
            _("Edition %(number)s is withheld: nobody can correct it.")
            % {"number": last}
        )
    before, datasets, now = (
        snapshot_of(last),
        datasets_of(first),
        read_unchanging(proposal.plan),
    )
    tables = {name: dict(table) for name, table in before.tables.items()}
    for name, key in proposal.named:
        if row := now.tables.get(name, {}).get(key):
            names = [each.name for each in datasets[name].columns]
            tables[name][key] = row = {name: row.get(name) for name in names}
            if late := row.get(DAYS_LATE):
                row[DAYS_LATE] = max(late - (now.day - before.day).days, 0)
        else:
            tables[name].pop(key, None)
    rows_before_and_now = [
        (before.tables[name].get(key), tables[name].get(key))
        for name, key in proposal.named
    ]
    if not rows_before_and_now or any(old == new for old, new in rows_before_and_now):
        raise RefusedError(
            _("Choose only rows in which the edition differs from what is public now.")
        )
    if _unresolved(datasets, tables) - _unresolved(datasets, before.tables):
        raise RefusedError(
            _("One of these rows names another that the edition lacks: name it too.")
        )
    return replace(before, tables=tables)


def _unresolved(datasets, tables):
    return {
        (name, column.name, row[column.name])
        for name, dataset in datasets.items()
        for column in dataset.columns
        for dataset_name, _dot, key in [column.refers.partition(".")]
        if dataset_name in tables
        for known in [{None, *(row[key] for row in tables[dataset_name].values())}]
        for row in tables[name].values()
        if row[column.name] not in known
    }


def latest_correction(first: Edition) -> Edition:
    """The last correction of an edition, or the edition itself."""
    return first.corrections.first() or first


def snapshot_of(edition: Edition) -> Snapshot:
    """
    The stored content of an edition.

    Http404 if it is locked: it is unknown what was removed from it.
    """
    if edition.is_locked:
        raise Http404
    tables = {
        each.dataset: unpack_rows(each.content) for each in edition.datasets.all()
    }
    plan = tables["plans"][edition.plan.code]
    return Snapshot(
        plan=plan["code"],
        title_es=plan["title_es"],
        title_en=plan["title_en"] or "",
        day=(edition.corrects or edition).made_on,
        edition=edition.number,
        is_reconstructed=edition.is_reconstructed,
        tables=tables,
    )


def pack_rows(table: dict[str, dict]) -> bytes:
    """
    The rows as lines of JSON with their keys, compressed in groups.

    Equal rows give equal bytes.
    """
    lines = [_line(*each) for each in table.items()]
    starts = range(0, len(lines), ROWS_PER_GROUP)
    return b"".join(
        _compressed(lines[start : start + ROWS_PER_GROUP]) for start in starts
    )


def unpack_rows(content: bytes) -> dict[str, dict]:
    return dict(map(json.loads, gzip.decompress(content).splitlines()))


def rewrite_rows(content: bytes, keys: Container[str] | None, texts, change) -> bytes:
    """
    The content with some rows changed.

    ``change`` gets the key and row of each row with one of ``keys`` or, as a whole
    value, one of ``texts`` (all if ``keys`` is None) and returns the new row, or None.
    Only groups with changes are compressed again.
    """
    starts = {_start(_line(key, {})) for key in keys or ()}
    texts, groups = [_json(text) for text in texts], []
    while content:
        reader = zlib.decompressobj(wbits=GZIP)
        lines = reader.decompress(content).splitlines(keepends=True)
        changed = list(lines)
        for position, line in enumerate(lines):
            if (
                keys is None
                or _start(line) in starts
                or any(text in line for text in texts)
            ):
                key, row = json.loads(line)
                new_row = change(key, row)
                changed[position] = b"" if new_row is None else _line(key, new_row)
        group = content[: len(content) - len(reader.unused_data)]
        groups.append(group if changed == lines else _compressed(changed))
        content = reader.unused_data
    return b"".join(groups)


def _line(key, row):
    return _json([key, row]) + b"\n"


def _json(value):
    return json.dumps(
        value,
        ensure_ascii=False,
        allow_nan=False,
        sort_keys=True,
        separators=(",", ":"),
    ).encode()


def _start(line):
    return line.partition(b'",{')[0]


def _compressed(lines):
    return gzip.compress(b"".join(lines), GZIP_LEVEL, mtime=0)


def datasets_of(edition: Edition | None) -> dict[str, Dataset]:
    """The datasets of an edition with the columns of its day; today's without one."""
    if edition is None:
        return DATASETS
    return {
        each.dataset: _dataset_from(each.declaration) for each in edition.datasets.all()
    }


def _declaration_of(dataset):
    columns = [vars(each) for each in dataset.columns]
    declaration = {**vars(dataset), "columns": columns, "read": None}
    return json.loads(json.dumps(declaration, default=in_both))


def _dataset_from(declaration):
    stored = {**declaration, "key": tuple(declaration["key"])}
    stored["columns"] = tuple(
        DataColumn(
            **_with_lazy_texts(each)
            | {
                "kind": CellKind(each["kind"]),
                "gap": each["gap"] and GapReason(each["gap"]),
            }
        )
        for each in stored["columns"]
    )
    return Dataset(**_with_lazy_texts(stored))


def _with_lazy_texts(stored):
    return {
        name: _text_in_language(**value)
        if isinstance(value, dict) and value.keys() == LANGUAGES.keys()
        else _with_lazy_texts(value)
        if isinstance(value, dict)
        else value
        for name, value in stored.items()
    }
