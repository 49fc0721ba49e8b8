"""The chain of hashes: how an entry is bound to the one before it, and the check."""

import json
from dataclasses import dataclass
from datetime import UTC
from hashlib import sha256

from agencies.audit.entries import GENESIS, AuditEntry, AuditHead

#: What happened, as opposed to where the entry stands in the chain.
CONTENT = ["at", "actor_id", "role", "agency", "ip", "event", "object", "facts"]
#: How many entries are in memory at a time while the chain is read.
CHUNK = 2000


@dataclass(frozen=True)
class Verdict:
    """How far the chain is whole; ``fault`` says what breaks it, if anything."""

    count: int
    hash: str
    fault: str = ""

    @property
    def head(self):
        """The end of the chain in one word, to print and to compare later."""
        return f"{self.count}:{self.hash}"


def digest(content):
    """SHA-256 of what happened, written in the one way that JSON can be sorted."""
    told = {**content, "at": content["at"].astimezone(UTC).isoformat()}
    text = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return sha256(text.encode()).hexdigest()


def link(prev_hash, seq, content_digest):
    """The hash of an entry; the trigger for PostgreSQL computes just the same."""
    return sha256(f"{prev_hash}:{seq}:{content_digest}".encode()).hexdigest()


def append(entry):
    """
    Give a new entry its place, the end of the chain, and store it.

    For the embedded database, where a transaction that writes is alone from its begin.
    """
    head, _created = AuditHead.objects.get_or_create(pk=1)
    entry.seq, entry.prev_hash = head.seq + 1, head.hash
    entry.hash = link(entry.prev_hash, entry.seq, entry.digest)
    entry.save(force_insert=True)
    AuditHead.objects.filter(pk=1).update(seq=entry.seq, hash=entry.hash)


def verify(expected=""):
    """
    Read the whole chain and return a ``Verdict``; it stops at the first broken entry.

    ``expected`` is a head printed earlier, as ``number:hash``: the entry of that number
    must still have that hash. People may go on working meanwhile.
    """
    known = [_stored_head(), *_told_head(expected)]
    count, last = 0, GENESIS
    for row in _rows():
        fault = _fault(row, count + 1, last) or _contradiction(row, known)
        if fault:
            return Verdict(count, last, fault)
        count, last = row["seq"], row["hash"]
    return Verdict(count, last, _fault_of_end(count, known))


def _stored_head():
    """Number and hash of the marked end; the very beginning where none is marked."""
    head = AuditHead.objects.filter(pk=1).values_list("seq", "hash").first()
    return head or (0, GENESIS)


def _told_head(expected):
    """A head as it is printed, as number and hash; ``ValueError`` if it is none."""
    if expected:
        number, _colon, hash_of_it = expected.partition(":")
        yield int(number), hash_of_it


def _rows():
    """Every entry in order of the chain, then whatever has no place in it."""
    names = ["id", "seq", "prev_hash", "hash", "digest", *CONTENT]
    chained = AuditEntry.objects.filter(seq__isnull=False).order_by("seq")
    yield from chained.values(*names).iterator(chunk_size=CHUNK)
    loose = AuditEntry.objects.filter(seq__isnull=True).order_by("pk")
    yield from loose.values(*names)


def _fault(row, number, last):
    """What is wrong with the entry that should be the next one, in words."""
    if row["seq"] is None:
        return f"a row (id {row['id']}) has no place in the chain: it was inserted"
    if row["seq"] > number:
        return f"entry {number} is missing"
    if row["seq"] < number:
        return f"entry {row['seq']} does not belong there: it was inserted"
    if digest({name: row[name] for name in CONTENT}) != row["digest"]:
        return f"entry {number} was changed"
    if row["prev_hash"] != last or link(last, number, row["digest"]) != row["hash"]:
        return f"entry {number} does not follow from the one before it"
    return ""


def _contradiction(row, known):
    """An entry where a head once stood has that head's hash still."""
    for number, hash_of_it in known:
        if row["seq"] == number and row["hash"] != hash_of_it:
            return f"entry {number} is not the one of the head {number}:{hash_of_it}"
    return ""


def _fault_of_end(count, known):
    """The chain reaches every known head, and not beyond what is marked by now."""
    if count < max(number for number, _hash in known):
        return f"entry {count + 1} is missing"
    marked, _hash = _stored_head()
    if not marked and count:
        return f"entry {count} is not marked as the last one any more"
    return f"entry {marked + 1} was inserted" if count > marked else ""
