/* ---
id: group_parties
doc: Every party of the control groups, to find the alerts that are anchored on one of them.
--- */
SELECT DISTINCT party_key, group_key
FROM entities
WHERE list_contains($groups, group_key)
ORDER BY party_key
