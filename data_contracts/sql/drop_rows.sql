DELETE FROM told_rows WHERE _row IN (SELECT unnest(CAST($rows AS INTEGER[])))
