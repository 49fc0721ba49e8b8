"""
The plan document: every edit of a plan's structure is a list of its lines.

``tables`` declares a ``PlanTable`` per kind of record; ``EDITED_TABLES`` are the tables
that people edit. ``stored_plan.StoredPlanObjects`` holds the stored records of a plan
by key: an activity's code, or "indicator/first day/last day" of a target
(``PlanTable.key_in``).

A ``lines.PlanLine`` holds the wanted values of one record, in plain form by column:
None for nothing, days as "2030-12-31", decimals as text, a link as a key, links as a
sorted list of keys (``values``).

Every editor proceeds like this:

    stored = StoredPlanObjects(plan.code)
    lines = [
        PlanLine(TABLES["activities"], 1, "1.1.1", LineState.CHANGED,
                 stored_key="1.1.1", values={"title_es": "Otro título"}),
        PlanLine(TABLES["activities"], 2, "1.1.9", LineState.NEW,
                 values=with_defaults(TABLES["activities"], {"code": "1.1.9", ...})),
    ]
    preview = build_preview(stored, lines)  # changes, faults and warnings of each line
    if not preview.has_problems and preview.records_to_save:
        if records.none_needs_approval(plan, preview.records_to_save):
            records.save_uploaded_records(plan, preview.records_to_save, by=user)
        else:  # records.needs_act: under one amendment
            records.propose_records(preview.records_to_save, by=user)

An edit that is no upload calls ``save_records_unaudited`` and writes its audit entry.

``build_preview`` changes the records of ``stored``; use it once. A ``RecordToSave`` has
its ``record``, changed many-to-many ``links`` and the values ``before``. A line refers
to another line's new record by that line's ``key``; if it takes a code that another
line gives up, ``key`` is that code after ``values.NEW``. ``records.preview_effects``
saves the records and rolls back: build them again to save them.
"""
