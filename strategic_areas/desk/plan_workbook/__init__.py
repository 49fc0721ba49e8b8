"""
A plan as a workbook, with a sheet for each kind of record: taken, changed, brought
back.
"""
