"""Published accounts in the order of what they are about, newest first."""

from collections import defaultdict
from dataclasses import dataclass, replace

from strategic_areas.models import Commitment
from strategic_areas.newest import newness
from strategic_areas.queries.entry import Entry


@dataclass(frozen=True)
class Moment:
    """
    An account of one period: what stands, and the revisions that it replaced.

    ``replaced`` ends where a revision was withdrawn: what was taken back is not shown
    in an older wording. ``former`` is the record that it was filed under when that one
    was superseded, else None. ``is_told_above`` marks what the page tells beside the
    activity: its last account, and every demonstration.
    """

    entry: Entry
    replaced: tuple[Entry, ...]
    former: object
    is_told_above: bool = False


def timeline(entries, commitment: Commitment, own_activities: set[int]):
    """Moments of one commitment; what superseded records say is marked as theirs."""
    groups = defaultdict(list)
    for entry in entries:
        groups[entry.kind, entry.subject.pk, entry.period.pk].append(entry)
    moments = []
    for group in groups.values():
        head, *replaced = sorted(group, key=lambda entry: entry.revision, reverse=True)
        is_own = (
            head.subject == commitment
            if head.kind == "commitmentupdate"
            else head.subject.pk in own_activities
        )
        moments.append(
            Moment(
                entry=head,
                replaced=_shown(head, replaced),
                former=None if is_own else head.subject,
            )
        )
    moments.sort(key=lambda moment: newness(moment.entry), reverse=True)
    return tuple(_mark_told_above(moments))


def _mark_told_above(moments):
    told = set()
    for moment in moments:
        entry = moment.entry
        if moment.former or entry.is_withdrawn or entry.kind != "activityupdate":
            yield moment
        elif entry.is_demonstration or entry.subject.pk not in told:
            if not entry.is_demonstration:
                told.add(entry.subject.pk)
            yield replace(moment, is_told_above=True)
        else:
            yield moment


def _shown(head, replaced):
    shown = []
    for newer, entry in zip([head, *replaced], replaced, strict=False):
        if newer.is_withdrawn:
            break
        shown.append(entry)
    return tuple(shown)
