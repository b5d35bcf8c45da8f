/* ---
id: population
zh: 参与比较的控制组及其同类：近 30 日至少 min_transfers 笔、且有报送账户的控制组
en: which control groups are compared, and with whom; groups with a reported account and enough transfers in 30 days
look_ahead: none
peers:
  person: {zh: 自然人, en: persons, parent: all}
  firm: {zh: 企业, en: firms, parent: all}
  micro_loan: {zh: 小额贷款公司, en: micro-loan firms, parent: firm}
  guarantee: {zh: 融资担保公司, en: guarantee firms, parent: firm}
  pawn: {zh: 典当行, en: pawn firms, parent: firm}
  unknown: {zh: 类型不明主体, en: holders of unknown kind, parent: all}
  all: {zh: 全部主体, en: all subjects}
--- */
-- Public bodies, licensed institutions and clearing accounts are not compared: their flows are strange by trade.
-- A group that owns several reporting firms is compared as the first sector in the order of the alphabet.
WITH kinds AS (
    SELECT
        group_key,
        max(CASE WHEN party_kind = 'firm' THEN 1 ELSE 0 END) AS has_firm,
        max(CASE WHEN party_kind = 'person' THEN 1 ELSE 0 END) AS has_person,
        max(CASE WHEN party_kind = 'unknown' THEN 1 ELSE 0 END) AS has_unknown
    FROM entities
    WHERE is_reported
    GROUP BY group_key
),
sectors AS (
    SELECT group_key, min(sector) AS sector
    FROM firms
    WHERE sector IN ('micro_loan', 'guarantee', 'pawn')
    GROUP BY group_key
),
active AS (
    SELECT group_key
    FROM party_day
    WHERE day BETWEEN $as_of_day - 29 AND $as_of_day
    GROUP BY group_key
    HAVING sum(in_count + out_count) >= $min_transfers
)
SELECT
    kinds.group_key,
    CASE
        WHEN sectors.sector IS NOT NULL THEN sectors.sector
        WHEN kinds.has_firm = 1 THEN 'firm'
        WHEN kinds.has_person = 1 THEN 'person'
        ELSE 'unknown'
    END AS peer
FROM kinds
INNER JOIN active ON active.group_key = kinds.group_key
LEFT JOIN sectors ON sectors.group_key = kinds.group_key
WHERE kinds.has_firm + kinds.has_person + kinds.has_unknown > 0 OR sectors.sector IS NOT NULL
ORDER BY kinds.group_key
