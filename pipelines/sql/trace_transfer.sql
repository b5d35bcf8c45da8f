/* ---
id: trace_transfer
doc: The transfer that a record is a leg of, with its parties and its day.
--- */
SELECT transfer_id, day, from_party, to_party
FROM transfers
WHERE transfer_id = $record OR out_record = $record OR in_record = $record
ORDER BY transfer_id
