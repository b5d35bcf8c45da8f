-- Set bits become (row, place) hits, joined by what reading flagged. A cell keeps its gravest hit; a row that is broken as a
-- whole (torn, unclosed quote, wrong width) keeps only that, since its cells cannot be trusted to be in their columns.
CREATE OR REPLACE TEMP TABLE checked_hits AS
WITH known AS (
    SELECT unnest(CAST($bits AS INTEGER[])) AS bit, unnest(CAST($places AS INTEGER[])) AS place,
           unnest(CAST($codes AS VARCHAR[])) AS code, unnest(CAST($levels AS VARCHAR[])) AS level,
           unnest(CAST($details AS VARCHAR[])) AS detail
),
set_bits AS (
    SELECT _row, word * $width + unnest(list_filter(range(0, 62), lambda place: (mask >> place) & 1 = 1)) AS bit
    FROM checked_masks
),
flagged AS (
    SELECT unnest(CAST($flag_rows AS INTEGER[])) AS _row, unnest(CAST($flag_places AS INTEGER[])) AS place,
           unnest(CAST($flag_codes AS VARCHAR[])) AS code
),
hits AS (
    SELECT set_bits._row, known.place, known.code, known.level,
           CASE WHEN known.code = 'F023' THEN coalesce(CAST(raw._cells AS VARCHAR), '') || ' ≠ ' || known.detail ELSE known.detail END AS detail,
           CASE WHEN known.place = 0 AND known.level = 'error' THEN 3 ELSE 9 END AS gravity, known.bit
    FROM set_bits
    INNER JOIN known ON known.bit = set_bits.bit
    INNER JOIN staged_rows AS raw ON raw._row = set_bits._row
    UNION ALL
    SELECT clean._row, flagged.place, flagged.code, 'error', '',
           CASE flagged.code WHEN 'F024' THEN 1 WHEN 'F025' THEN 2 WHEN 'F040' THEN 2 ELSE 8 END, -1
    FROM flagged
    INNER JOIN checked_judged AS clean ON clean._row = flagged._row AND clean._skip IS NULL
),
ranked AS (
    SELECT *, min(gravity) OVER (PARTITION BY _row) AS gravest,
           row_number() OVER (PARTITION BY _row, place ORDER BY gravity, CASE WHEN level = 'error' THEN 0 ELSE 1 END, bit) AS rank
    FROM hits
)
SELECT _row, place, code, level, detail
FROM ranked
WHERE rank = 1 AND (gravest > 3 OR gravity = gravest)
