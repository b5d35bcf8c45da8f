/* ---
id: all_entities
doc:
  zh: 此前全部账号的归属
  en: The party of every account number before
reads: [entities]
--- */
SELECT account_key, canonical_key, party_key, group_key, party_kind, is_reported, firm_institution FROM entities
