SELECT _row FROM checked_keys WHERE NOT _has_key ORDER BY _row
