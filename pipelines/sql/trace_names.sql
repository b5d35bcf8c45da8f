/* ---
id: trace_names
doc: What the parties of trace_parties are called, with one account number and the institution that reports it.
--- */
SELECT party_key, party_kind, party_name, account, institution
FROM (
    SELECT
        entities.party_key, entities.party_kind, entities.party_name, entities.account, entities.institution,
        row_number() OVER (
            PARTITION BY entities.party_key
            ORDER BY CASE WHEN entities.is_reported THEN 0 ELSE 1 END, entities.account
        ) AS place
    FROM entities
    JOIN trace_parties ON trace_parties.party_key = entities.party_key
) AS ranked
WHERE place = 1
ORDER BY party_key
