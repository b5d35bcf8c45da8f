SELECT _row, told_cell FROM told_rows WHERE list_contains(CAST($rows AS INTEGER[]), _row)
