"""
The sheet as a workbook: filled off line, uploaded, compared, then saved row by row.

A workbook says something only in the cells that somebody changed since it was
downloaded; each row is stored by the very forms of the sheet.
"""
