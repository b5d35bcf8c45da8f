/* ---
id: subject_accounts
doc: Every account number of the control groups with its holder; cards beside their accounts.
--- */
SELECT
    group_key,
    party_key,
    party_kind,
    party_token,
    party_name,
    uscc,
    account,
    is_reported,
    institution,
    region,
    firm_institution,
    account_role
FROM entities
WHERE list_contains($groups, group_key)
ORDER BY group_key, party_key, account
