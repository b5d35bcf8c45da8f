/* ---
id: control_links
doc:
  zh: 实际用于归并控制组的强关联
  en: The strong links as used to form control groups
partition: whole
reads: [strong_links, control_groups]
--- */
SELECT
    control_groups.group_key,
    strong_links.party_key,
    strong_links.via_party,
    strong_links.relation,
    strong_links.record_id
FROM strong_links
JOIN control_groups ON control_groups.party_key = strong_links.party_key
