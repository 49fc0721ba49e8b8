"""The sheet as a workbook: filled off line, uploaded, compared and saved row by row."""
