"""A plan as a file: workbook, JSON and calendar."""
