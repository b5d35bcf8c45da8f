/* ---
id: weak_links
doc:
  zh: 弱关联：主体某日经由某一设备、代办人或网络地址操作账户；只作线索依据，从不归并控制组
  en: Weak links; on a day a party's account was operated through a device, an agent or a network address; evidence that never merges
partition: day
amended:
  keys: amended_own_days
  by: [party_key, day]
  reads: {transactions: entries_of_own_days}
  days: [amended_own_days, day]
reads: [transactions, entities, reference_lexicon]
--- */
-- A link is a party and a value, never a pair of parties: whoever shares the value shares the key, so a gateway with
-- a thousand users is a thousand rows.
-- Left out, because they say nothing about who sits at the keyboard: what the bank's own machines do (entries with a
-- teller, or of a counter, machine or batch channel), receipts (the sender's device), numbers that many devices bear
-- (all zeros, all ones, the privacy default 02:00:00:00:00:00), and addresses of private networks and of the machine
-- itself, which repeat in every building.
WITH machine_channels AS (
    SELECT DISTINCT said.channel
    FROM (
        SELECT DISTINCT channel FROM transactions WHERE booked_day BETWEEN $first_day AND $last_day AND channel IS NOT NULL
    ) AS said
    JOIN reference_lexicon
        ON reference_lexicon.class IN ('counter_channel', 'batch_channel')
        AND contains(said.channel, reference_lexicon.term)
        AND $month_last_day BETWEEN reference_lexicon.valid_from_day AND reference_lexicon.valid_to_day
),

remote AS (
    SELECT
        transactions.account_key, transactions.booked_day, transactions.record_id, transactions.ip,
        upper(replace(replace(replace(transactions.mac, '-', ''), ':', ''), '.', '')) AS mac
    FROM transactions
    LEFT JOIN machine_channels ON machine_channels.channel = transactions.channel
    WHERE transactions.booked_day BETWEEN $first_day AND $last_day
        AND transactions.direction = 'out' AND transactions.succeeded AND NOT transactions.is_reversal
        AND transactions.teller IS NULL AND machine_channels.channel IS NULL
        AND COALESCE(transactions.mac, transactions.ip) IS NOT NULL
),

uses AS (
    SELECT 'device' AS kind, 'device|' || mac AS value, account_key, booked_day, record_id
    FROM remote
    WHERE length(mac) >= 12 AND mac NOT IN ('000000000000', 'FFFFFFFFFFFF', '020000000000')
    UNION ALL
    SELECT 'ip' AS kind, 'ip|' || ip AS value, account_key, booked_day, record_id
    FROM remote
    WHERE ip IS NOT NULL
        AND NOT regexp_matches(ip, '^(0|10|127)[.]|^192[.]168[.]|^169[.]254[.]|^172[.](1[6-9]|2[0-9]|3[01])[.]|^::|^f[cde]')
    UNION ALL
    -- The key of an agent is the key of the party that the agent is, wherever he or she holds accounts too.
    SELECT 'agent' AS kind, agent_token AS value, account_key, booked_day, record_id
    FROM transactions
    WHERE booked_day BETWEEN $first_day AND $last_day AND agent_token IS NOT NULL AND succeeded AND NOT is_reversal
),

keyed AS (
    SELECT
        uses.kind, CAST('0x' || substr(md5(uses.value), 1, 15) AS BIGINT) AS value_key,
        entities.party_key, entities.group_key, entities.party_kind, uses.booked_day, uses.record_id
    FROM uses
    JOIN entities ON entities.account_key = uses.account_key
)

SELECT
    kind,
    value_key,
    party_key,
    any_value(group_key) AS group_key,
    any_value(party_kind) AS party_kind,
    booked_day AS day,
    CAST(count(*) AS INTEGER) AS entries,
    min(record_id) AS record_id
FROM keyed
WHERE kind <> 'agent' OR value_key <> party_key
GROUP BY kind, value_key, party_key, booked_day
