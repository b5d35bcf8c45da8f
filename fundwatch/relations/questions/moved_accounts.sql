/* ---
id: moved_accounts
doc:
  zh: 此前已见、今归属有变的账号，及此前或现在与之同一账户的账号
  en: Account numbers seen before whose party or account is another now, with all numbers of those accounts, old or new
reads: [old_entities, built_entities]
--- */
-- A number seen for the first time occurs in new entries only, and their days are built anyway. Two entries can be legs
-- of one transfer only if their accounts are the same, so all numbers of a moved account move with it.
WITH moved AS (
    SELECT before.canonical_key AS was, after.canonical_key AS is_now
    FROM old_entities AS before
    JOIN built_entities AS after ON after.account_key = before.account_key
    WHERE before.canonical_key <> after.canonical_key
        OR before.party_key <> after.party_key
        OR before.group_key <> after.group_key
        OR before.party_kind IS DISTINCT FROM after.party_kind
        OR before.is_reported <> after.is_reported
        OR before.firm_institution IS DISTINCT FROM after.firm_institution
)

SELECT account_key
FROM old_entities
WHERE canonical_key IN (SELECT was FROM moved UNION ALL SELECT is_now FROM moved)

UNION

SELECT account_key
FROM built_entities
WHERE canonical_key IN (SELECT was FROM moved UNION ALL SELECT is_now FROM moved)
