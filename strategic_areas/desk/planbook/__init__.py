"""
A plan as a workbook: a sheet for each kind of record, taken out, changed, brought back.

In preparation what changed is saved; of an approved plan it becomes one amendment. The
columns follow from the declarations of fields and from the tables of plan files.
"""
