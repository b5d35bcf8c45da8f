/* ---
id: anchors
doc: The party that anchors a new alert on a control group - a reporting firm first, then any firm, then a party whose statement we receive, then the smallest key, so that the choice depends on the data alone.
--- */
SELECT group_key, party_key
FROM (
    SELECT
        group_key,
        party_key,
        row_number() OVER (
            PARTITION BY group_key
            ORDER BY
                CASE WHEN firm_institution IS NOT NULL THEN 0 ELSE 1 END,
                CASE WHEN party_kind = 'firm' THEN 0 ELSE 1 END,
                CASE WHEN is_reported THEN 0 ELSE 1 END,
                party_key
        ) AS place
    FROM entities
    WHERE list_contains($groups, group_key)
) AS ranked
WHERE place = 1
ORDER BY group_key
