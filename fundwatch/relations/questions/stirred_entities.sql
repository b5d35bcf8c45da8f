/* ---
id: stirred_entities
doc:
  zh: 所知有变的账号此前的各列
  en: The rows of the stirred account numbers as they were
reads: [entities, stirred]
--- */
SELECT
    entities.account_key, entities.account, entities.canonical_key, entities.party_key, entities.group_key,
    entities.party_kind, entities.party_token, entities.party_name, entities.uscc, entities.party_class,
    entities.birth_day, entities.region, entities.is_reported, entities.institution, entities.opened_day,
    entities.account_role, entities.firm_institution, entities.basis
FROM entities
JOIN stirred ON stirred.account_key = entities.account_key
