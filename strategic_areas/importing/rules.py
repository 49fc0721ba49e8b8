"""What no single value shows: references, order, uniqueness, and what adds up."""

from decimal import Decimal

from strategic_areas.disclosure import is_small
from strategic_areas.importing.format import GEOGRAPHY_SOURCES
from strategic_areas.importing.memory import code_of
from strategic_areas.importing.values import span
from strategic_areas.models import (
    Activity,
    Execution,
    Indicator,
    Plan,
    ReportingPeriod,
)
from strategic_areas.models.records import is_official_kind, is_stronger
from strategic_areas.people_counts import find_people
from strategic_areas.plan_document.checking import all_before

#: Sections whose records have a first and a last day, with the keys that state them.
ORDERED = {
    "plan": ("starts_on", "ends_on"),
    "other_plans": ("starts_on", "ends_on"),
    "periods": ("starts_on", "ends_on"),
    "commitments": ("starts_on", "due_on"),
    "activities": ("starts_on", "due_on"),
    "later_activities": ("starts_on", "due_on"),
}
#: Codes of lists that the classification's own parts take.
OWN_LISTS = {"entities", "breakdown_labels"}


def broken_rules(plan_file, known):
    for rule in (
        repeated,
        unknown_references,
        plans_that_go_back,
        out_of_order,
        taken_addresses,
        contradicted_states,
        percents_of_continuing_work,
        budgets_that_do_not_add_up,
        lost_predecessors,
        circular_succession,
        negative_counts,
        foreign_indicators,
        periods_that_are_rounds,
        stronger_claims,
        printed_by_others,
        people_counted,
        several_tellers,
        own_lists,
        codes_of_other_work,
    ):
        yield from rule(plan_file, known)


def identity(entry):
    """What names an entry within its section and the record above, or None."""
    parts = []
    for key in entry.section.identity:
        value = entry.values.get(key)
        if key == "counted_by":
            value = counted_by(entry)
        elif value is None:
            return None
        parts.append(span(value) if key == "period" and entry.above else value)
    return (id(entry.above), entry.section.name, *parts)


def counted_by(entry):
    """Who counted a value, by its own word or its indicator's."""
    return entry.values.get("counted_by", entry.above.values.get("counted_by"))


def repeated(plan_file, known):
    seen = {}
    for entry in plan_file.every_entry():
        if not entry.section.identity or not (named := identity(entry)):
            continue
        if named in seen:
            expected = f"each record once; line {seen[named].line} has it"
            yield entry.fault(entry.section.identity[0], expected)
        seen.setdefault(named, entry)
    own = plan_file.plan_code
    for entry in plan_file.entries["other_plans"]:
        if own and entry.values.get("code") == own:
            yield entry.fault("code", "another plan than the file's own")


def unknown_references(plan_file, known):
    for entry in plan_file.every_entry():
        for key in entry.section.keys:
            section = getattr(key.kind, "section", "")
            if section and key.name in entry.values:
                yield from unknown_in(entry, key.name, section, known)
    if GEOGRAPHY_SOURCES.name in plan_file.top.values:
        yield from unknown_in(plan_file.top, GEOGRAPHY_SOURCES.name, "sources", known)


def codes_of_other_work(plan_file, known):
    for entry in plan_file.entries["activities"]:
        if entry.values.get("code", "").startswith(Activity.OFF_PLAN):
            expected = (
                f"a code that does not begin with {Activity.OFF_PLAN}, which is for "
                "work that agencies report outside the plan"
            )
            yield entry.fault("code", expected)


def unknown_in(entry, key, section, known):
    value = entry.values[key]
    for code in value if isinstance(value, list) else [value]:
        if code is not None and not known.has(section, code):
            expected = f"the code of one of the {section}"
            yield entry.fault(key, expected, entry.item(key, code))


def plans_that_go_back(plan_file, known):
    for entry in [*plan_file.entries["plan"], *plan_file.entries["other_plans"]]:
        row = known.stored.tables["plans"].rows.get(entry.values.get("code"))
        if row and entry.values.get("status") in Plan.PAST[row.status]:
            yield entry.fault("status", f"{row.status} or later; it never goes back")


def out_of_order(plan_file, known):
    for section, (first, last) in ORDERED.items():
        for entry in plan_file.entries[section]:
            start, end = entry.values.get(first), entry.values.get(last)
            if start and end and end < start:
                yield entry.fault(last, f"a date not before {first}, {start}")


def taken_addresses(plan_file, known):
    for section, key, code in [
        ("areas", "slug_es", "code"),
        ("areas", "slug_en", "code"),
        ("agencies", "slug", "acronym"),
    ]:
        taken = known.address_words(section, key)
        yield from taken_words(plan_file.entries[section], key, code, taken)


def taken_words(entries, key, code, taken):
    listed = {entry.values.get(code) for entry in entries}
    whose = {}
    for entry in entries:
        word, own = entry.values.get(key), entry.values.get(code)
        if not word or not own:
            continue
        holder = {whose[word]} if word in whose else taken.get(word, {own})
        # One that the file lists too gets the address word that the file gives it.
        if own not in holder and (word in whose or not holder & listed):
            expected = f"another address word: {min(holder)} has this one"
            yield entry.fault(key, expected)
        whose.setdefault(word, own)


def contradicted_states(plan_file, known):
    for entry in plan_file.entries["updates"]:
        percent, status = entry.values.get("percent"), entry.values.get("status")
        if percent is None or status is None:
            continue
        if status == Execution.COMPLETED and percent != 100:
            yield entry.fault("percent", "100 or null, since the status is completed")
        elif percent == 100 and status != Execution.COMPLETED:
            yield entry.fault("status", "completed, since the percent is 100")


def percents_of_continuing_work(plan_file, known):
    kinds = known.values("activities", "kind")
    said = set()
    for entry in plan_file.entries["updates"]:
        activity = entry.values.get("activity")
        said.add((activity, entry.values.get("period")))
        is_continuing = kinds.get(activity, {}).get("kind") == Activity.Kind.CONTINUING
        if is_continuing and entry.values.get("percent") is not None:
            expected = "null: a continuing activity states no percent"
            yield entry.fault("percent", expected)
    becoming = [
        entry
        for entry in plan_file.entries["activities"]
        if entry.values.get("kind") == Activity.Kind.CONTINUING
    ]
    standing = becoming and {code for code, _ in known.published_percents - said}
    for entry in becoming:
        if entry.values.get("code") in standing:
            expected = "one_off: published updates of it state a percent"
            yield entry.fault("kind", expected)


def budgets_that_do_not_add_up(plan_file, known):
    parts = ("budget_amount", "budget_source")
    for entry in plan_file.entries["activities"]:
        is_amount = entry.values.get("budget") == Activity.Budget.AMOUNT
        for part in parts:
            there = entry.values.get(part) is not None
            if is_amount and not there:
                if part in entry.nodes and part not in entry.values:
                    continue  # it is a fault by itself
                yield entry.fault(part, "a value, since the budget is an amount")
            elif there and not is_amount and "budget" not in entry.nodes:
                yield entry.fault("budget", f"amount, since there is a {part}")
            elif there and not is_amount and "budget" in entry.values:
                yield entry.fault(part, "nothing, since the budget is no amount")


def negative_counts(plan_file, known):
    for indicator in plan_file.entries["indicators"]:
        if known.indicators[code_of(indicator)]["counts"] not in Indicator.COUNTED:
            continue
        if is_negative(indicator.values.get("baseline") or {}):
            yield indicator.fault("baseline", "a value from 0 up: it counts")
        for entry in indicator.with_nested():
            if entry is not indicator and is_negative(entry.values):
                yield entry.fault("value", "a number from 0 up: it counts")


def is_negative(values):
    value = values.get("value")
    return value is not None and value.startswith("-")


def foreign_indicators(plan_file, known):
    own = plan_file.plan_code
    for entry in plan_file.entries["indicators"]:
        owner = known.indicators[code_of(entry)]["introduced_by"] or own
        if own and owner != own:
            expected = f"a code of its own: the plan {owner} introduced this one"
            yield entry.fault("code", expected)


def periods_that_are_rounds(plan_file, known):
    for entry in plan_file.entries["periods"]:
        row = known.stored.tables["periods"].rows.get(entry.values.get("code"))
        if row and row.mode == ReportingPeriod.Mode.ROUND:
            yield entry.fault("code", "another code: a round of the portal has it")


def stronger_claims(plan_file, known):
    reported = [
        *plan_file.entries["updates"],
        *plan_file.entries["commitment_updates"],
        *plan_file.nested("indicators", "values"),
    ]
    for entry in reported:
        claim = entry.values.get("provenance")
        if "sources" in entry.nodes and "sources" not in entry.values:
            continue
        given = known.given_provenance(entry)
        if claim and is_stronger(claim, than=given):
            yield entry.fault("provenance", f"{given} or weaker, as its sources give")


def printed_by_others(plan_file, known):
    """Numbers are quoted with their place; parts, and few people, only officially."""
    for value in plan_file.nested("indicators", "values"):
        for part in value.nested["breakdown"]:
            yield from said_where(part)
            kind = known.source_kinds.get(part.values.get("printed_by"))
            if kind is not None and not is_official_kind(kind):
                yield part.fault("printed_by", "an official source")
        yield from said_where(value)
        kind = known.source_kinds.get(value.values.get("printed_by"))
        number = value.values.get("value")
        if kind is None or number is None or is_official_kind(kind):
            continue
        is_of_people = known.indicators[code_of(value.above)]["sensitive"]
        if is_of_people and is_small(Decimal(number)):
            yield value.fault("printed_by", "an official source, of so small a number")


def several_tellers(plan_file, known):
    """A second indicator that tells of the same people, here or stored."""
    found = dict(known.indicators)
    listed = [
        (entry, found.pop(code))
        for entry in plan_file.entries["indicators"]
        if (code := code_of(entry)) in found
    ]
    tellers = {
        said["family"]: code for code, said in found.items() if said["is_teller"]
    }
    for entry, said in listed:
        if said["is_teller"] and said["family"] in tellers:
            other = tellers[said["family"]]
            expected = f"one indicator that tells of them; {other} does"
            yield entry.fault("is_teller", expected)
        if said["is_teller"]:
            tellers.setdefault(said["family"], code_of(entry))


def people_counted(plan_file, known):
    """A text about victims tells a number of people only from an official source."""
    for entry in plan_file.entries["updates"] + plan_file.entries["commitment_updates"]:
        source = entry.values.get("printed_by")
        if not is_official_kind(known.source_kinds.get(source, "official_")):
            yield entry.fault("printed_by", "an official source")
        about = entry.values.get("activity") or entry.values.get("commitment")
        if source or about not in known.of_victims:
            continue
        for key in entry.section.typed:
            for each in find_people(entry.values.get(key) or ""):
                said = entry.values[key][each.start : each.end]
                expected = (
                    f"no number of people such as “{said}”, since the work is with "
                    "victims; or printed_by, an official source that printed it"
                )
                yield entry.fault(key, expected)


def said_where(entry):
    if entry.values.get("printed_by") and not entry.values.get("printed_where_es"):
        yield entry.fault("printed_where_es", "where in the source it is printed")


def own_lists(plan_file, known):
    for entry in plan_file.nested("classification", "lists"):
        if entry.values.get("code") in OWN_LISTS:
            expected = "another code: this one is that of a part of the classification"
            yield entry.fault("code", expected)


def lost_predecessors(plan_file, known):
    """Records that supersede or continue themselves, or continue what is not there."""
    own = plan_file.plan_code
    for section, elsewhere in known.in_other_plans.items():
        replaced = {
            code: said["supersedes"]
            for code, said in known.values(section, "supersedes").items()
        }
        for entry in plan_file.entries[section]:
            code = entry.values.get("code")
            if entry.values.get("supersedes") and code in all_before(code, replaced):
                yield entry.fault("supersedes", "codes of other, earlier records")
            before = code and entry.values.get("continues")
            pair = before and (before["plan"], before["code"])
            if before and before["plan"] == own:
                yield entry.fault("continues", "a record of another plan")
            elif before and pair not in elsewhere:
                expected = f"one of the {section} that another plan has here"
                yield entry.fault("continues", expected)
            elif before and (own, code) in all_before(pair, elsewhere):
                expected = "an earlier record: this one is what it continues"
                yield entry.fault("continues", expected)


def circular_succession(plan_file, known):
    """Agencies that would succeed themselves."""
    successors = {
        acronym: [said["succeeded_by"]]
        for acronym, said in known.values("agencies", "succeeded_by").items()
    }
    for entry in plan_file.entries["agencies"]:
        own = entry.values.get("acronym")
        if entry.values.get("succeeded_by") and own in all_before(own, successors):
            yield entry.fault("succeeded_by", "an agency that is not its own end")
