"""What no single value shows of successions: among records, and among agencies."""


def lost_predecessors(plan_file, known):
    """
    Records that supersede or continue themselves, and what continues from nowhere.

    What earlier files linked still stands where this one says nothing of it.
    """
    own = plan_file.plan_code
    for section in ("commitments", "activities"):
        entries = [
            each for each in plan_file.entries[section] if each.values.get("code")
        ]
        replaced = {
            code: earlier
            for code, row in known.stored.tables[section].rows.items()
            if (earlier := known.stored.plain(row, "supersedes"))
        }
        for entry in entries:
            if "supersedes" in entry.values:
                replaced[entry.values["code"]] = entry.values["supersedes"] or []
        for entry in entries:
            code = entry.values["code"]
            if entry.values.get("supersedes") and code in all_before(code, replaced):
                yield entry.fault("supersedes", "codes of other, earlier records")
            if before := entry.values.get("continues"):
                pair = (before["plan"], before["code"])
                elsewhere = known.in_other_plans[section]
                if before["plan"] == own:
                    yield entry.fault("continues", "a record of another plan")
                elif pair not in elsewhere:
                    expected = f"one of the {section} that another plan has here"
                    yield entry.fault("continues", expected)
                elif (own, code) in all_before(pair, elsewhere):
                    expected = "an earlier record: this one is what it continues"
                    yield entry.fault("continues", expected)


def circular_succession(plan_file, known):
    """Agencies that would succeed themselves, at once or by way of others."""
    stored = known.stored.tables["agencies"].rows
    successor = {
        acronym: known.stored.plain(row, "succeeded_by")
        for acronym, row in stored.items()
    }
    entries = plan_file.entries["agencies"]
    for entry in entries:
        if "succeeded_by" in entry.values:
            successor[entry.values.get("acronym")] = entry.values["succeeded_by"]
    for entry in entries:
        own, passed = entry.values.get("acronym"), set()
        later = entry.values.get("succeeded_by")
        while later and later not in passed:
            if later == own:
                yield entry.fault("succeeded_by", "an agency that is not its own end")
                break
            passed.add(later)
            later = successor.get(later)


def all_before(code, replaced):
    """Every record that one takes the place of, directly or through others."""
    found, waiting = set(), list(replaced.get(code, []))
    while waiting:
        earlier = waiting.pop()
        if earlier not in found:
            found.add(earlier)
            waiting.extend(replaced.get(earlier, []))
    return found
