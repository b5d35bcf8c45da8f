/* ---
id: shared_contacts
doc:
  zh: 弱关联：登记的电话或住址相同的主体；只作线索依据，从不归并控制组
  en: Weak links; parties registered under one telephone number or one address; evidence that never merges
partition: whole
reads: [parties, customers, entities]
--- */
-- Registers are states without days, so this relation is kept whole; the links by device, agent and network address
-- come with entries and are kept by month (weak_links). ``sharers`` tells a household from a dormitory or a placeholder.
-- Values too short to be one telephone or one door (a bare town, 外地) join nobody.
WITH registered AS (
    SELECT
        COALESCE(parties.party_token, customers.token, parties.institution || '|' || parties.customer_no) AS identity,
        regexp_replace(parties.phone, '[^0-9]', '', 'g') AS phone,
        regexp_replace(parties.address, '\s', '', 'g') AS address,
        parties.record_id
    FROM parties
    LEFT JOIN customers
        ON customers.institution = parties.institution AND customers.customer_no = parties.customer_no
    WHERE parties.phone IS NOT NULL OR parties.address IS NOT NULL
),

told AS (
    SELECT 'phone' AS kind, 'phone|' || phone AS value, identity, record_id FROM registered WHERE length(phone) >= 7
    UNION ALL
    SELECT 'address' AS kind, 'address|' || address AS value, identity, record_id
    FROM registered
    WHERE length(address) >= 6 AND regexp_matches(address, '[0-9０-９]')
),

holders AS (
    SELECT party_key, min(group_key) AS group_key FROM entities GROUP BY party_key
),

keyed AS (
    SELECT
        told.kind, CAST('0x' || substr(md5(told.value), 1, 15) AS BIGINT) AS value_key,
        holders.party_key, holders.group_key, min(told.record_id) AS record_id
    FROM told
    JOIN holders ON holders.party_key = CAST('0x' || substr(md5(told.identity), 1, 15) AS BIGINT)
    WHERE told.identity IS NOT NULL
    GROUP BY told.kind, told.value, holders.party_key, holders.group_key
),

counted AS (
    SELECT kind, value_key, CAST(count(*) AS INTEGER) AS sharers
    FROM keyed
    GROUP BY kind, value_key
    HAVING count(*) >= 2
)

SELECT keyed.kind, keyed.value_key, keyed.party_key, keyed.group_key, counted.sharers, keyed.record_id
FROM keyed
JOIN counted ON counted.kind = keyed.kind AND counted.value_key = keyed.value_key
