/* ---
id: renewed_entities
doc:
  zh: 其余账号照旧，所知有变的账号换新
  en: Entities of other numbers as they were, and the new ones of the stirred numbers
reads: [entities, stirred, built_entities]
--- */
SELECT
    entities.account_key, entities.account, entities.canonical_key, entities.party_key, entities.group_key,
    entities.party_kind, entities.party_token, entities.party_name, entities.uscc, entities.party_class,
    entities.birth_day, entities.region, entities.is_reported, entities.institution, entities.opened_day,
    entities.account_role, entities.firm_institution, entities.basis
FROM entities
LEFT JOIN stirred ON stirred.account_key = entities.account_key
WHERE stirred.account_key IS NULL

UNION ALL

SELECT
    built_entities.account_key, built_entities.account, built_entities.canonical_key, built_entities.party_key,
    built_entities.group_key, built_entities.party_kind, built_entities.party_token, built_entities.party_name,
    built_entities.uscc, built_entities.party_class, built_entities.birth_day, built_entities.region,
    built_entities.is_reported, built_entities.institution, built_entities.opened_day, built_entities.account_role,
    built_entities.firm_institution, built_entities.basis
FROM built_entities
