/* ---
id: evaluated_transfers
doc: Every transfer with the records that it rests on, to be held against a truth.
--- */
SELECT day, out_record, in_record
FROM transfers
ORDER BY transfer_id
