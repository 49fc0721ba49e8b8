"""
The audit record: who did what, when and from where. Entries are only ever appended.

Every app writes by ``record``; ``verify`` checks the whole chain. What is kept are
events, keys, codes and counts: never a text that a person wrote, and never a name.

Each entry carries the hash of the one before it, so that a change, a gap or an
insertion shows. ``AuditHead`` says how far the chain goes, so that a missing end shows
too. Somebody who owns the database could rewrite the whole chain and its head; that is
found only with a head that was printed or mailed earlier: ``verify_audit --expect``.
"""

from agencies.audit.chain import AuditEntry, AuditHead, verify
from agencies.audit.events import Event
from agencies.audit.recording import record, take_out

__all__ = ["AuditEntry", "AuditHead", "Event", "record", "take_out", "verify"]
