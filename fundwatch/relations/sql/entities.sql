/* ---
id: entities
doc:
  zh: 账号 → 主体 → 控制组；见过的每个账号一行
  en: Account number → party → control group; one row per account number seen
partition: whole
reads: [account_numbers, sightings, accounts, customers, parties, relationships, firm_snapshots, firms, institutions,
        control_groups, reference_lexicon]
--- */
WITH reported AS (
    SELECT
        account_numbers.canonical_key,
        min(said.institution) AS institution,
        min(said.opened_on) AS opened_on,
        min(said.name) AS name,
        min(said.region) AS region
    FROM (
        SELECT account_key, institution, CAST(NULL AS DATE) AS opened_on, name, region FROM sightings WHERE side = 'own'
        UNION ALL
        SELECT account_key, institution, opened_on, account_name, region FROM accounts
    ) AS said
    JOIN account_numbers ON account_numbers.account_key = said.account_key
    GROUP BY account_numbers.canonical_key
),

heard AS (
    SELECT
        account_numbers.canonical_key,
        min(sightings.token) AS token,
        min(sightings.name) AS name,
        min(sightings.birth_day) AS birth_day,
        min(sightings.region) AS region,
        min(CASE WHEN sightings.side = 'numberless' THEN 1 ELSE 0 END) AS is_numberless
    FROM sightings
    JOIN account_numbers ON account_numbers.account_key = sightings.account_key
    WHERE sightings.side <> 'own'
    GROUP BY account_numbers.canonical_key
),

firm_accounts AS (
    SELECT
        account_numbers.canonical_key,
        min(declared.institution) AS institution,
        min(declared.firm_token) AS firm_token,
        min(declared.role_rank) AS role_rank
    FROM (
        SELECT lending_account_key AS account_key, institution, firm_token, 1 AS role_rank FROM firm_snapshots
        UNION ALL
        SELECT deposit_account_key, institution, firm_token, 2 FROM firm_snapshots
        UNION ALL
        SELECT basic_account_key, institution, firm_token, 3 FROM firm_snapshots
    ) AS declared
    JOIN account_numbers ON account_numbers.account_key = declared.account_key
    GROUP BY account_numbers.canonical_key
),

-- Who holds the account, best source first; ties go to the smallest text, so order of arrival cannot matter.
holders AS (
    SELECT account_key, 1 AS rank, institution, holder_token AS token, customer_no FROM accounts
    UNION ALL
    SELECT account_key, 2, institution, token, customer_no FROM sightings WHERE side = 'own'
    UNION ALL
    SELECT object_account_key, 5, institution, subject_token, subject_customer_no
    FROM relationships
    WHERE relation = 'account_owner' AND object_account_key IS NOT NULL
),

identified AS (
    SELECT
        account_numbers.canonical_key,
        CASE
            WHEN holders.token IS NOT NULL THEN holders.rank
            WHEN customers.token IS NOT NULL THEN holders.rank + 2
            ELSE holders.rank + 10
        END AS rank,
        holders.institution,
        COALESCE(holders.token, customers.token) AS token,
        COALESCE(holders.token, customers.token, holders.institution || '|' || holders.customer_no) AS identity
    FROM holders
    JOIN account_numbers ON account_numbers.account_key = holders.account_key
    LEFT JOIN customers
        ON customers.institution = holders.institution AND customers.customer_no = holders.customer_no
    WHERE COALESCE(holders.token, holders.customer_no) IS NOT NULL
    UNION ALL
    SELECT canonical_key, 8, institution, firm_token, firm_token FROM firm_accounts WHERE firm_token IS NOT NULL
    UNION ALL
    SELECT canonical_key, 9, '', token, token FROM heard WHERE token IS NOT NULL
),

chosen AS (
    SELECT canonical_key, token, identity
    FROM (
        SELECT
            identified.canonical_key, identified.token, identified.identity,
            row_number() OVER (
                PARTITION BY identified.canonical_key
                ORDER BY
                    identified.rank,
                    -- The institution that sends the account's statement speaks before any other.
                    CASE WHEN identified.institution = reported.institution THEN 0 ELSE 1 END,
                    identified.institution,
                    identified.identity
            ) AS place
        FROM identified
        LEFT JOIN reported ON reported.canonical_key = identified.canonical_key
    ) AS ranked
    WHERE place = 1
),

canonical AS (
    SELECT
        numbers.canonical_key,
        CASE
            WHEN chosen.identity IS NULL THEN numbers.canonical_key
            ELSE CAST('0x' || substr(md5(chosen.identity), 1, 15) AS BIGINT)
        END AS party_key,
        chosen.token,
        chosen.identity,
        CASE
            WHEN chosen.token IS NOT NULL THEN 'identity'
            WHEN chosen.identity IS NOT NULL THEN 'customer'
            WHEN heard.is_numberless = 1 THEN 'name'
            ELSE 'account'
        END AS basis,
        reported.canonical_key IS NOT NULL AS is_reported,
        reported.institution,
        CAST(date_diff('day', DATE '1970-01-01', reported.opened_on) AS INTEGER) AS opened_day,
        firm_accounts.institution AS firm_institution,
        CASE firm_accounts.role_rank
            WHEN 1 THEN 'lending' WHEN 2 THEN 'deposit' WHEN 3 THEN 'basic' ELSE 'settlement'
        END AS account_role,
        reported.name AS own_name,
        heard.name AS heard_name,
        heard.birth_day,
        COALESCE(reported.region, heard.region) AS region
    FROM (SELECT DISTINCT canonical_key FROM account_numbers) AS numbers
    LEFT JOIN chosen ON chosen.canonical_key = numbers.canonical_key
    LEFT JOIN reported ON reported.canonical_key = numbers.canonical_key
    LEFT JOIN heard ON heard.canonical_key = numbers.canonical_key
    LEFT JOIN firm_accounts ON firm_accounts.canonical_key = numbers.canonical_key
),

-- One description per identity. Only an authority's register grants a class: a name never does.
described AS (
    SELECT
        COALESCE(parties.party_token, parties.institution || '|' || parties.customer_no) AS identity,
        parties.party_type,
        parties.party_name,
        parties.uscc,
        parties.region,
        CAST(date_diff('day', DATE '1970-01-01', parties.birth_on) AS INTEGER) AS birth_day,
        CASE WHEN institutions.sector = 'authority' THEN parties.party_class END AS party_class,
        row_number() OVER (
            PARTITION BY COALESCE(parties.party_token, parties.institution || '|' || parties.customer_no)
            ORDER BY
                CASE WHEN institutions.sector = 'authority' THEN 0 ELSE 1 END,
                COALESCE(parties.valid_from, DATE '0001-01-01') DESC,
                parties.institution,
                parties.record_id
        ) AS place
    FROM parties
    LEFT JOIN institutions ON institutions.code = parties.institution
    WHERE COALESCE(parties.party_token, parties.customer_no) IS NOT NULL
),

registered AS (
    SELECT
        identity,
        min(party_type) AS party_type,
        min(uscc) AS uscc,
        min(birth_day) AS birth_day,
        COALESCE(min(CASE WHEN place = 1 THEN party_name END), min(party_name)) AS party_name,
        COALESCE(min(CASE WHEN place = 1 THEN region END), min(region)) AS region,
        min(CASE WHEN place = 1 THEN party_class END) AS party_class
    FROM described
    GROUP BY identity
),

firm_parties AS (
    SELECT party_key, min(institution) AS institution FROM firms GROUP BY party_key
),

holders_described AS (
    SELECT
        canonical.party_key,
        min(canonical.token) AS token,
        min(canonical.identity) AS identity,
        COALESCE(min(canonical.own_name), min(canonical.heard_name)) AS name,
        min(canonical.birth_day) AS birth_day,
        min(canonical.region) AS region,
        max(CASE WHEN canonical.is_reported THEN 1 ELSE 0 END) AS has_reported
    FROM canonical
    GROUP BY canonical.party_key
),

party_facts AS (
    SELECT
        holders_described.party_key,
        holders_described.token,
        COALESCE(registered.party_name, holders_described.name) AS party_name,
        registered.party_type,
        registered.uscc,
        COALESCE(registered.party_class, 'ordinary') AS party_class,
        COALESCE(registered.birth_day, holders_described.birth_day) AS birth_day,
        COALESCE(registered.region, holders_described.region) AS region,
        firm_parties.institution AS firm_institution,
        holders_described.has_reported = 1 OR registered.identity IS NOT NULL AS is_known
    FROM holders_described
    LEFT JOIN registered ON registered.identity = holders_described.identity
    LEFT JOIN firm_parties ON firm_parties.party_key = holders_described.party_key
),

-- Names are read only where no register says what the party is.
name_classes AS (
    SELECT
        names.party_name,
        max(CASE WHEN reference_lexicon.class = 'clearing_name' THEN 1 ELSE 0 END) AS is_clearing,
        max(CASE WHEN reference_lexicon.class = 'organisation_name' THEN 1 ELSE 0 END) AS is_organisation
    FROM (
        SELECT DISTINCT party_name FROM party_facts WHERE party_type IS NULL AND party_name IS NOT NULL
    ) AS names
    JOIN reference_lexicon
        ON reference_lexicon.class IN ('clearing_name', 'organisation_name')
        AND contains(names.party_name, reference_lexicon.term)
    GROUP BY names.party_name
),

party_kinds AS (
    SELECT
        party_facts.party_key,
        party_facts.token,
        party_facts.party_name,
        party_facts.uscc,
        party_facts.party_class,
        party_facts.birth_day,
        party_facts.region,
        party_facts.firm_institution,
        CASE
            WHEN party_facts.party_class IN ('clearing', 'public', 'licensed') THEN party_facts.party_class
            WHEN party_facts.party_type = 'person' THEN 'person'
            WHEN party_facts.party_type = 'firm' OR party_facts.uscc IS NOT NULL
                OR party_facts.firm_institution IS NOT NULL THEN 'firm'
            WHEN party_facts.birth_day IS NOT NULL THEN 'person'
            WHEN name_classes.is_clearing = 1 AND NOT party_facts.is_known THEN 'clearing'
            WHEN name_classes.is_clearing = 1 OR name_classes.is_organisation = 1 THEN 'firm'
            WHEN regexp_matches(party_facts.party_name, '^[一-鿿]{2,4}$') THEN 'person'
            WHEN regexp_matches(party_facts.party_name, '^[一-鿿]+[·•][一-鿿·•]+$') THEN 'person'
            WHEN regexp_matches(party_facts.party_name, '[一-鿿]{5,}') THEN 'firm'
            ELSE 'unknown'
        END AS party_kind
    FROM party_facts
    LEFT JOIN name_classes ON name_classes.party_name = party_facts.party_name
)

SELECT
    account_numbers.account_key,
    account_numbers.account,
    canonical.canonical_key,
    canonical.party_key,
    COALESCE(control_groups.group_key, canonical.party_key) AS group_key,
    party_kinds.party_kind,
    party_kinds.token AS party_token,
    party_kinds.party_name,
    party_kinds.uscc,
    party_kinds.party_class,
    party_kinds.birth_day,
    party_kinds.region,
    canonical.is_reported,
    canonical.institution,
    canonical.opened_day,
    canonical.account_role,
    COALESCE(canonical.firm_institution, party_kinds.firm_institution) AS firm_institution,
    canonical.basis
FROM account_numbers
JOIN canonical ON canonical.canonical_key = account_numbers.canonical_key
JOIN party_kinds ON party_kinds.party_key = canonical.party_key
LEFT JOIN control_groups ON control_groups.party_key = canonical.party_key
