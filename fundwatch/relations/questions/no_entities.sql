/* ---
id: no_entities
doc:
  zh: 尚未重算任何账号
  en: No account has been built again yet
reads: [entities]
--- */
SELECT
    entities.account_key, entities.account, entities.canonical_key, entities.party_key, entities.group_key,
    entities.party_kind, entities.party_token, entities.party_name, entities.uscc, entities.party_class,
    entities.birth_day, entities.region, entities.is_reported, entities.institution, entities.opened_day,
    entities.account_role, entities.firm_institution, entities.basis
FROM entities WHERE FALSE
