-- Typed rows of the accounts that disagree somewhere.
CREATE OR REPLACE TEMP TABLE checked_tried_typed AS
SELECT *
FROM checked_typed
WHERE account_key IN (SELECT account_key FROM checked_offsets WHERE abs(off_by) > $tolerance)
