/* ---
id: stirred_entities
doc:
  zh: 所知有变的账号此前的归属
  en: The party of the stirred account numbers before
reads: [entities, stirred]
--- */
SELECT
    entities.account_key, entities.canonical_key, entities.party_key, entities.group_key, entities.party_kind,
    entities.is_reported, entities.firm_institution
FROM entities
JOIN stirred ON stirred.account_key = entities.account_key
