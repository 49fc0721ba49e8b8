"""
A plan as a workbook with a sheet for each kind of record: exported, edited, uploaded.
"""
