SELECT CAST(current_setting('preserve_insertion_order') AS BOOLEAN)
