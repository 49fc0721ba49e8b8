"""The sheet as a workbook: filled off line, uploaded, compared, saved row by row."""
