INSERT INTO checked_hits
SELECT unnest(CAST($rows AS INTEGER[])), unnest(CAST($places AS INTEGER[])), unnest(CAST($codes AS VARCHAR[])),
       unnest(CAST($levels AS VARCHAR[])), unnest(CAST($details AS VARCHAR[]))
