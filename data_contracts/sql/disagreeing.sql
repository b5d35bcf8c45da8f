-- Typed rows of the accounts that disagree somewhere.
CREATE OR REPLACE TEMP TABLE checked_tried_typed AS
SELECT *
FROM checked_typed
WHERE account IN (
    SELECT series.account
    FROM checked_series AS series
    INNER JOIN checked_offsets AS told ON told.series = series.series
    WHERE abs(told.off_by) > $tolerance
)
