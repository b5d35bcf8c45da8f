SELECT DISTINCT upper(trim(told_cell)) FROM staged_rows WHERE told_cell IS NOT NULL
