/* ---
id: kin_accounts
doc:
  zh: 与所列账号同一账户、同一客户号或同一主体（此前或现在）的账号，含其自身
  en: The listed account numbers and those of the same account, customer number or party, before or now
reads: [stirred, entities, account_numbers, sightings, accounts, built_entities]
--- */
-- Whether the same account, customer or party: what an account's row says rests on nothing else that entries can change.
WITH holdings AS (
    SELECT institution, customer_no, account_key FROM accounts WHERE customer_no IS NOT NULL
    UNION ALL
    SELECT institution, customer_no, account_key FROM sightings WHERE side = 'own' AND customer_no IS NOT NULL
)

SELECT account_key FROM stirred

UNION

SELECT entities.account_key
FROM entities
WHERE entities.canonical_key IN (
    SELECT known.canonical_key FROM entities AS known JOIN stirred ON stirred.account_key = known.account_key
)

UNION

SELECT account_numbers.account_key
FROM account_numbers
WHERE account_numbers.canonical_key IN (
    SELECT known.canonical_key FROM account_numbers AS known JOIN stirred ON stirred.account_key = known.account_key
)

UNION

SELECT holdings.account_key
FROM holdings
JOIN (
    SELECT DISTINCT own.institution, own.customer_no
    FROM holdings AS own
    JOIN stirred ON stirred.account_key = own.account_key
) AS customers ON customers.institution = holdings.institution AND customers.customer_no = holdings.customer_no

UNION

SELECT entities.account_key
FROM entities
WHERE entities.party_key IN (
    SELECT known.party_key FROM entities AS known JOIN stirred ON stirred.account_key = known.account_key
    UNION ALL
    SELECT built_entities.party_key FROM built_entities
)
