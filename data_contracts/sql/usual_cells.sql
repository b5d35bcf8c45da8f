SELECT CAST(coalesce(mode(_cells), 0) AS INTEGER) FROM staged_records
