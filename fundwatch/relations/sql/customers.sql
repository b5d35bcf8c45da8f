/* ---
id: customers
kind: step
doc:
  zh: 机构客户号所对应的证件令牌：先依人员信息，次依账户信息，再依流水
  en: The identity token behind a bank's customer number, by the register of people first, then accounts, then entries
partition: whole
reads: [parties, accounts, sightings, account_numbers]
--- */
WITH holdings AS (
    SELECT institution, customer_no, account_key, holder_token AS token, 2 AS rank
    FROM accounts
    WHERE customer_no IS NOT NULL
    UNION ALL
    SELECT institution, customer_no, account_key, token, 3 AS rank
    FROM sightings
    WHERE side = 'own' AND customer_no IS NOT NULL
),

-- What other banks' customers write about whom they pay is used only where the holder's own bank is silent.
hearsay AS (
    SELECT account_numbers.canonical_key, min(sightings.token) AS token
    FROM sightings
    JOIN account_numbers ON account_numbers.account_key = sightings.account_key
    WHERE sightings.side = 'counterparty' AND sightings.token IS NOT NULL
    GROUP BY account_numbers.canonical_key
),

claims AS (
    SELECT institution, customer_no, party_token AS token, 1 AS rank
    FROM parties
    WHERE customer_no IS NOT NULL AND party_token IS NOT NULL
    UNION ALL
    SELECT institution, customer_no, token, rank FROM holdings WHERE token IS NOT NULL
    UNION ALL
    SELECT holdings.institution, holdings.customer_no, hearsay.token, 4 AS rank
    FROM holdings
    JOIN account_numbers ON account_numbers.account_key = holdings.account_key
    JOIN hearsay ON hearsay.canonical_key = account_numbers.canonical_key
)

SELECT institution, customer_no, token
FROM (
    SELECT
        institution, customer_no, token,
        row_number() OVER (PARTITION BY institution, customer_no ORDER BY rank, token) AS place
    FROM claims
) AS ranked
WHERE place = 1
