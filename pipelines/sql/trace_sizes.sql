/* ---
id: trace_sizes
doc: How many transfers of the window each party of trace_parties has on either side; hubs are told by it before their rows are read.
--- */
SELECT party_key, CAST(sum(transfers) AS BIGINT) AS transfers
FROM (
    SELECT trace_parties.party_key, count(*) AS transfers
    FROM transfers
    JOIN trace_parties ON trace_parties.party_key = transfers.from_party
    WHERE transfers.day BETWEEN $from_day AND $to_day
    GROUP BY trace_parties.party_key
    UNION ALL
    SELECT trace_parties.party_key, count(*) AS transfers
    FROM transfers
    JOIN trace_parties ON trace_parties.party_key = transfers.to_party
    WHERE transfers.day BETWEEN $from_day AND $to_day
    GROUP BY trace_parties.party_key
) AS either
GROUP BY party_key
ORDER BY party_key
