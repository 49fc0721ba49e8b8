"""
The one document of a plan: whoever edits a plan's structure hands in lines of it.

``tables`` declares what a plan holds: a ``PlanTable`` for each kind of record, with its
``columns``. ``STRUCTURE`` are the tables that people edit.
``stored_plan.StoredPlanObjects`` is what the portal holds of a plan, as records that go
by keys: an activity by its code, a target by "indicator/first day/last day"
(``PlanTable.key_in``).

A ``lines.PlanLine`` says of one record what a person wants: plain values by column, as
JSON holds them: None for nothing, days as "2030-12-31", decimals as text, a link as the
key of its record, links as a sorted list of keys. ``values.parse_value`` makes them of
what somebody typed, ``values.cell_value`` and ``preview.value_in_words`` write them for
people. ``lines.with_defaults`` adds what the portal gives a new record by itself, and
``lines.field_action`` compares a value with what stands and what stood when it was
taken.

From lines everybody goes the same way:

    stored = StoredPlanObjects(plan.code)
    lines = [
        PlanLine(TABLES["activities"], 1, "1.1.1", LineState.CHANGED, origin="1.1.1",
                 said={"title_es": "Otro título"}),
        PlanLine(TABLES["activities"], 2, "1.1.9", LineState.NEW,
                 said=with_defaults(TABLES["activities"], {"code": "1.1.9", ...})),
    ]
    preview = build_preview(stored, lines)  # changes, faults and warnings of each line
    if preview.is_whole and preview.drafts:
        if records.apply_at_once(plan, preview.drafts):
            records.save_drafts(plan, preview.drafts, by=user)
        else:  # records.needs_act: under one amendment
            records.propose_drafts(preview.drafts, by=user)

``stored`` is used up by it: its records are then as the lines would leave them. A draft
has its ``record``, its changed many-to-many ``links`` and what stood ``before``. A line
may lead to a new record of any other line by that one's ``name``; where it takes a code
that another line gives up, ``name`` is that code with ``values.NEW`` before it.
``records.preview_effects`` tells what the public would read otherwise, and which
records are replaced; it saves and undoes the drafts, so build them anew to keep them.
``records.lock_records`` holds the records still between a preview that was shown and
keeping.
"""
