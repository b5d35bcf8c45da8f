/* Entries of a batch whose holder stays unknown: no identity number, and no account record that leads to one. */
SELECT count(*) AS entries, CAST(coalesce(sum(CASE WHEN holders.value IS NULL THEN 1 ELSE 0 END), 0) AS BIGINT) AS unknown
FROM _own_entries AS own
LEFT JOIN (
    SELECT DISTINCT numbers.value
    FROM (
        SELECT account AS value, holder_token, customer_no FROM _accounts
        UNION ALL
        SELECT card AS value, holder_token, customer_no FROM _accounts WHERE card IS NOT NULL
    ) AS numbers
    LEFT JOIN _parties AS parties ON parties.customer_no = numbers.customer_no AND parties.party_token IS NOT NULL
    WHERE numbers.holder_token IS NOT NULL OR parties.customer_no IS NOT NULL
    UNION
    SELECT account AS value FROM _own_entries WHERE holder_token IS NOT NULL
    UNION
    SELECT entries.account AS value
    FROM _own_entries AS entries
    INNER JOIN _parties AS parties ON parties.customer_no = entries.customer_no AND parties.party_token IS NOT NULL
) AS holders ON holders.value = own.account
