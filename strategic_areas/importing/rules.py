"""Rules across values: references, order, uniqueness, budgets, percents, sources."""

from decimal import Decimal
from itertools import chain

from strategic_areas.disclosure import is_small
from strategic_areas.importing.known_records import identifier_of
from strategic_areas.importing.values import span
from strategic_areas.models import (
    Activity,
    ExecutionState,
    Indicator,
    Plan,
    ReportingPeriod,
)
from strategic_areas.models.records import is_official_kind, is_stronger
from strategic_areas.people_counts import find_people
from strategic_areas.plan_document.validation import all_reachable

#: No list may have these codes: the file states them in sections of their own.
RESERVED_LIST_CODES = {"entities", "breakdown_labels"}
#: Section, key of its slug, and key that identifies its records.
SLUG_KEYS = (
    ("areas", "slug_es", "code"),
    ("areas", "slug_en", "code"),
    ("agencies", "slug", "acronym"),
)


def broken_rules(parsed, known):
    for sections, key, rule, expected in RECORD_RULES:
        for entry in chain(*map(parsed.entries_at, sections)):
            if found := rule(entry, key, known):
                yield entry.fault(key, expected.format(found))
    for rule in FILE_RULES:
        yield from rule(parsed, known)


def identity(entry):
    """The identifying values of an entry within its section and parent, or None."""
    values = []
    # Below an indicator ``period`` is a span of days, elsewhere the code of a period.
    for key in entry.section.identity:
        value = entry.values.get(key)
        if key == "counted_by":
            value = counted_by(entry)
        elif value is None:
            return None
        values.append(span(value) if key == "period" and entry.above else value)
    return (id(entry.above), entry.section.name, *values)


def counted_by(entry):
    return entry.values.get("counted_by", entry.above.values.get("counted_by"))


def repeated(parsed, known):
    entry_by_identity = {}
    for entry in parsed.top.with_nested():
        if not entry.section.identity or not (named := identity(entry)):
            continue
        if named in entry_by_identity:
            yield entry.fault(
                entry.section.identity[0],
                f"each record once; line {entry_by_identity[named].line} has it",
            )
        entry_by_identity.setdefault(named, entry)


def unknown_references(parsed, known):
    for entry in parsed.top.with_nested():
        for key in entry.section.keys:
            record_kind = getattr(key.kind, "record_kind", "")
            value = entry.values.get(key.name) if record_kind else None
            for code in value if isinstance(value, list) else [value]:
                if code is not None and not known.has(record_kind, code):
                    expected = f"the code of one of the {record_kind}"
                    yield entry.fault(
                        key.name, expected, entry.node_of_item(key.name, code)
                    )


def taken_slugs(parsed, known):
    for section, key, identifying_key in SLUG_KEYS:
        slug_owners, owner_by_slug = known.slugs_in_use(section, key), {}
        entries = parsed.entries[section]
        listed = {entry.values.get(identifying_key) for entry in entries}
        for entry in entries:
            slug, own = entry.values.get(key), entry.values.get(identifying_key)
            if not slug or not own:
                continue
            owners = (
                {owner_by_slug[slug]}
                if slug in owner_by_slug
                else slug_owners.get(slug, {own})
            )
            # A stored record that the file lists gives up its slug for the file's.
            if own not in owners and (slug in owner_by_slug or not owners & listed):
                yield entry.fault(
                    key, f"another address word: {min(owners)} has this one"
                )
            owner_by_slug.setdefault(slug, own)


def second_total_indicators(parsed, known):
    """A second indicator that publishes its family's total, in the file or stored."""
    found = dict(known.indicators)
    listed = [
        (entry, found.pop(code))
        for entry in parsed.entries["indicators"]
        if (code := identifier_of(entry)) in found
    ]
    total_indicators = {
        indicator["family"]: code
        for code, indicator in found.items()
        if indicator["is_teller"]
    }
    for entry, indicator in listed:
        if indicator["is_teller"] and indicator["family"] in total_indicators:
            other = total_indicators[indicator["family"]]
            yield entry.fault(
                "is_teller", f"false: of this family, {other} publishes the total"
            )
        if indicator["is_teller"]:
            total_indicators.setdefault(indicator["family"], identifier_of(entry))


def people_counted(parsed, known):
    """In texts about victims, numbers of people need an official source."""
    for entry in parsed.entries["updates"] + parsed.entries["commitment_updates"]:
        source = entry.values.get("printed_by")
        about = entry.values.get("activity") or entry.values.get("commitment")
        if source or about not in known.victim_codes:
            continue
        for key in entry.section.text_keys:
            for each in find_people(entry.values.get(key) or ""):
                quoted = entry.values[key][each.start : each.end]
                expected = (
                    f"no number of people such as “{quoted}”, since the work is with "
                    "victims; or printed_by, an official source that printed it"
                )
                yield entry.fault(key, expected)


def lost_predecessors(parsed, known):
    """Records that supersede or continue themselves, or continue a missing record."""
    own = parsed.plan_code
    for section, elsewhere in known.in_other_plans.items():
        replaced = {
            code: record["supersedes"]
            for code, record in known.values(section, "supersedes").items()
        }
        for entry in parsed.entries[section]:
            code = entry.values.get("code")
            if entry.values.get("supersedes") and code in all_reachable(code, replaced):
                yield entry.fault("supersedes", "codes of other, earlier records")
            before = code and entry.values.get("continues")
            earlier = before and f"{before['plan']}/{before['code']}"
            if before and before["plan"] == own:
                yield entry.fault("continues", "a record of another plan")
            elif before and earlier not in elsewhere:
                expected = f"one of the {section} that another plan has here"
                yield entry.fault("continues", expected)
            elif before and f"{own}/{code}" in all_reachable(earlier, elsewhere):
                expected = "an earlier record: this one is what it continues"
                yield entry.fault("continues", expected)


# Rules of one record and key. They return whether there is a fault, or, if there is,
# the word that replaces ``{}`` in the expectation below.


def is_the_files_own(entry, key, known):
    return entry.values.get(key) == known.stored.plan_code


def is_off_plan(entry, key, known):
    return entry.values.get(key, "").startswith(Activity.OFF_PLAN)


def is_reserved_list_code(entry, key, known):
    return entry.values.get(key) in RESERVED_LIST_CODES


def is_a_round(entry, key, known):
    row = known.stored.tables["periods"].row_of_key.get(entry.values.get(key))
    return row and row.mode == ReportingPeriod.Mode.ROUND


def owner_if_other_plan(entry, key, known):
    owner = known.indicators[identifier_of(entry)]["introduced_by"]
    return owner if known.stored.plan_code not in ("", owner) else None


def stored_status_if_later(entry, key, known):
    row = known.stored.tables["plans"].row_of_key.get(entry.values.get("code"))
    return (
        row.status
        if row and entry.values.get(key) in Plan.EARLIER_STATUSES[row.status]
        else ""
    )


def start_if_after_end(entry, key, known):
    first, last = entry.values.get("starts_on"), entry.values.get(key)
    return first if first and last and last < first else None


def is_completed_in_part(entry, key, known):
    # In a file an update's ``execution`` is called ``status``.
    is_completed = entry.values.get("status") == ExecutionState.COMPLETED
    return is_completed and entry.values.get(key) not in (None, 100)


def is_full_but_not_completed(entry, key, known):
    is_stated = entry.values.get(key) is not None
    is_completed = entry.values.get(key) == ExecutionState.COMPLETED
    return is_stated and entry.values.get("percent") == 100 and not is_completed


def is_percent_of_continuing(entry, key, known):
    kind = known.activities.get(entry.values.get("activity"), {}).get("kind")
    return kind == Activity.Kind.CONTINUING and entry.values.get(key) is not None


def stated_a_percent(entry, key, known):
    is_continuing = entry.values.get(key) == Activity.Kind.CONTINUING
    return is_continuing and entry.values.get("code") in known.with_unrepeated_percents


def is_of_amount(entry):
    return entry.values.get("budget") == Activity.Budget.AMOUNT


def lacks_budget_key(entry, key, known):
    is_unread = key in entry.nodes and key not in entry.values
    return is_of_amount(entry) and not is_unread and entry.values.get(key) is None


def has_budget_key_without_amount(entry, key, known):
    is_other = "budget" in entry.values and not is_of_amount(entry)
    return is_other and entry.values.get(key) is not None


def budget_key_without_budget(entry, key, known):
    keys = [each for each in BUDGET_KEYS if entry.values.get(each) is not None]
    return keys and key not in entry.nodes and keys[0]


def supported_if_weaker(entry, key, known):
    is_unread = "sources" in entry.nodes and "sources" not in entry.values
    claim, supported = entry.values.get(key), known.provenance_by_sources(entry)
    is_too_strong = claim and not is_unread and is_stronger(claim, than=supported)
    return supported if is_too_strong else None


def lacks_printed_where(entry, key, known):
    return entry.values.get("printed_by") and not entry.values.get(key)


def indicator_of(entry, known):
    while entry.above:
        entry = entry.above
    return known.indicators[identifier_of(entry)]


def counts_below_zero(entry, key, known):
    value = entry.values.get(key)
    number = value.get("value") if isinstance(value, dict) else value
    is_counted = indicator_of(entry, known)["counts"] in Indicator.COUNTED
    return is_counted and str(number).startswith("-")


def is_small_and_unofficial(entry, key, known):
    number = entry.values.get("value")
    is_of_people = number is not None and indicator_of(entry, known)["sensitive"]
    is_small_count = is_of_people and is_small(Decimal(number))
    return is_small_count and is_unofficial(entry, key, known)


def is_unofficial(entry, key, known):
    kind = known.source_kinds.get(entry.values.get(key))
    return kind is not None and not is_official_kind(kind)


def succeeds_itself(entry, key, known):
    own = entry.values.get("acronym")
    return entry.values.get(key) and own in all_reachable(own, known.successors)


BUDGET_KEYS = ("budget_amount", "budget_source")
UPDATES = ("updates", "commitment_updates")
DATED_SECTIONS = ("commitments", "activities", "later_activities")
PLANS = ("plan", "other_plans")
VALUES, BREAKDOWNS = "indicators.values", "indicators.values.breakdown"
OFF_PLAN = (
    f"a code that does not begin with {Activity.OFF_PLAN}, which is for work that "
    "agencies report outside the plan"
)
#: Sections and key → rule and expectation, formatted with the rule's result.
RECORD_RULES = (
    (("other_plans",), "code", is_the_files_own, "another plan than the file's own"),
    (("activities",), "code", is_off_plan, OFF_PLAN),
    (
        ("classification.lists",),
        "code",
        is_reserved_list_code,
        "another code: this one is that of a part of the classification",
    ),
    (
        ("periods",),
        "code",
        is_a_round,
        "another code: a round of the portal has it",
    ),
    (
        ("indicators",),
        "code",
        owner_if_other_plan,
        "a code of its own: the plan {} introduced this one",
    ),
    (PLANS, "status", stored_status_if_later, "{} or later; it never goes back"),
    (
        (*PLANS, "periods"),
        "ends_on",
        start_if_after_end,
        "a date not before starts_on, {}",
    ),
    (DATED_SECTIONS, "due_on", start_if_after_end, "a date not before starts_on, {}"),
    (
        ("updates",),
        "percent",
        is_completed_in_part,
        "100 or null, since the status is completed",
    ),
    (
        ("updates",),
        "status",
        is_full_but_not_completed,
        "completed, since the percent is 100",
    ),
    (
        ("updates",),
        "percent",
        is_percent_of_continuing,
        "null: a continuing activity states no percent",
    ),
    *(
        (("activities",), key, rule, expected)
        for key in BUDGET_KEYS
        for rule, expected in (
            (lacks_budget_key, "a value, since the budget is an amount"),
            (has_budget_key_without_amount, "nothing, since the budget is no amount"),
        )
    ),
    (
        ("activities",),
        "budget",
        budget_key_without_budget,
        "amount, since there is a {}",
    ),
    (
        (*UPDATES, VALUES),
        "provenance",
        supported_if_weaker,
        "{} or weaker, as its sources give",
    ),
    (
        (VALUES, BREAKDOWNS),
        "printed_where_es",
        lacks_printed_where,
        "where in the source it is printed",
    ),
    ((*UPDATES, BREAKDOWNS), "printed_by", is_unofficial, "an official source"),
    (
        (VALUES,),
        "printed_by",
        is_small_and_unofficial,
        "an official source, of so small a number",
    ),
    (
        ("indicators",),
        "baseline",
        counts_below_zero,
        "a value from 0 up: it counts",
    ),
    (
        (VALUES, BREAKDOWNS, "indicators.targets"),
        "value",
        counts_below_zero,
        "a number from 0 up: it counts",
    ),
    (
        ("activities",),
        "kind",
        stated_a_percent,
        "one_off: published updates of it state a percent",
    ),
    (
        ("agencies",),
        "succeeded_by",
        succeeds_itself,
        "an agency that this one does not itself succeed",
    ),
)
FILE_RULES = (
    repeated,
    unknown_references,
    taken_slugs,
    lost_predecessors,
    people_counted,
    second_total_indicators,
)
