"""
The audit record: who did what, when and from where. Only ever appended to.

``record`` is the one door in, for every app; ``verify`` reads the whole chain again.
What is written down are events, keys, codes and counts: never a text that a person
wrote, never a name.

Each entry carries the hash of the one before it, so that a change, a gap or an
insertion shows, and ``AuditHead`` says how far the chain goes, so that a missing end
shows too. Whoever owns the database and rewrites the whole chain with its head is found
only by a head that was printed or mailed earlier: ``verify_audit --expect``.
"""

from agencies.audit.chain import verify
from agencies.audit.entries import AuditEntry, AuditHead
from agencies.audit.events import Event
from agencies.audit.recording import record

__all__ = ["AuditEntry", "AuditHead", "Event", "record", "verify"]
