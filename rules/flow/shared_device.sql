/* ---
id: shared_device
code: T21
version: 1
name: {zh: 同设备、同代办人, en: One device or one agent for many}
sectors: [bank]
severity: [high, medium]
window_days: 30
lookback_days: 59
opens_alert: true
reads: [entities, reference_lexicon, shared_contacts, transactions, transfers, weak_links]
requires: [transactions]
claim:
  zh: "{window_days} 日内互不同户的多人账户由同一设备操作 {device_persons} 人、由同一代办人办理 {agent_persons} 人、经同一网络地址 {ip_persons} 人（-- 为不适用），所涉操作 {entry_count} 笔，其中付给本方 {amount_in} 元"
  en: "Within {window_days} days accounts of people from different households were operated through one device ({device_persons} persons), one agent ({agent_persons} persons) or one network address ({ip_persons} persons; -- where it does not apply): {entry_count} entries, {amount_in} yuan of their money paid to this subject"
explanation:
  zh: 多名互无关系的人共用一台设备或由同一人代办，说明这些账户可能由一人掌控或被组织引导操作。同一控制组、同一登记住址的人按一户计；只有网络地址相同的，严重度为中，且须付款给同一对象。
  en: Unrelated people whose accounts are run from one device or by one agent may be controlled or led by somebody. People of one control group or one registered address count as one household; a common network address alone is of medium severity and counts only for payments to one payee.
no_data:
  zh: 这些人的电子渠道分录中记有设备或网络地址的不足规定比例，是否惯常共用无从判断
  en: too few of these people's electronic entries state a device or a network address to judge
legal_basis:
  - {text: "《防范和处置非法集资条例》（国务院令第737号）第十三条第三项", valid_from: 2021-05-01, valid_to: null}
  - {text: "《金融机构大额交易和可疑交易报告管理办法》（中国人民银行令〔2016〕第3号）第十一条", valid_from: 2017-07-01, valid_to: null}
false_positives:
  zh: 网点终端与自助设备、村组或单位共用一个出口地址、子女为父母代办
  en: branch terminals and self-service machines, a village or firm behind one gateway, children who act for their parents
blind_spots:
  zh: 超过上限人数的设备与地址视为公共出口，不评估；未登记住址的亲属按不同户计；代办信息不报送的机构看不到代办人；更换设备号的软件
  en: devices and addresses with more persons than the ceiling are taken for public gateways and not judged; relatives without a registered address count apart; agents are not seen where banks do not report them; software that changes the device number
parameters:
  min_device_persons: {value: 5, unit: persons, min: 2, max: 100, why: 一家人的手机很少登录五户人的账户}
  min_agent_persons: {value: 3, unit: persons, min: 2, max: 100, why: 为三户无关的人代办已超出家庭照料}
  min_ip_persons: {value: 5, unit: persons, min: 2, max: 100, why: 同一地址、付给同一对象的五户人}
  max_device_persons: {value: 200, unit: persons, min: 10, max: 10000, why: 一台设备月内登录二百人以上只能是公共终端}
  max_ip_persons: {value: 50, unit: persons, min: 5, max: 10000, why: 一个地址月内有五十人以上是运营商或单位的公共出口}
  max_household: {value: 6, unit: persons, min: 2, max: 50, why: 登记在同一住址的人超过六名不像一户，住址可能是集体宿舍或占位填写}
  min_known_share: {value: 0.3, unit: share, min: 0.0, max: 1.0, why: 已知比例不足三成时个别共用不能代表习惯}
measures:
  device_persons: {unit: persons, zh: 同设备人数, en: persons on one device, threshold: min_device_persons, full: 20}
  agent_persons: {unit: persons, zh: 同代办人人数, en: persons of one agent, threshold: min_agent_persons, full: 12}
  ip_persons: {unit: persons, zh: 同网络地址人数, en: persons of one network address, threshold: min_ip_persons, full: 30}
  entry_count: {unit: count, zh: 所涉操作笔数, en: entries}
  amount_in: {unit: CNY, zh: 付给主体, en: paid to the subject}
  known_share: {unit: share, zh: 设备信息已知比例, en: known share of the attribute}
--- */
-- How the definition is read
-- * A person is a natural person whose account was operated through the value (weak_links: the bank's own machines,
--   placeholder numbers and private addresses are not there). Guardians: persons are counted by household, that is by
--   control group and, where the register knows an address that at most max_household parties share, by that address.
-- * Whom the lead is about: an agent who holds accounts is the subject (his or her group). Otherwise, and for devices,
--   whose owner nobody reports: the person, firm or unknown party that most of those persons paid in the window, ties by
--   money, then by key; at least two of them must have paid it. Where nobody fits, the group whose account was operated
--   most often: one lead for the device rather than one for each of its users.
-- * A network address alone says "same building". It counts only for the persons who paid one and the same payee on a
--   day on which they used it (batch debits and the counter apart, so that a village's power bills are none), and gives
--   medium severity.
-- * Known share: of these persons' outgoing entries that no teller made and that are no cash, those that state the
--   attribute. Below min_known_share the value is no evidence either way: not enough data. An empty agent field means
--   "came in person", so agents have no such share.
-- * Trigger: a day on which one of the persons used the value; for an address, a day of such a payment. Several values about one subject make one hit.
-- Prunes (exact): only values that a person used on an evaluated day are evaluated; windows with fewer parties than the
-- minimum cannot reach it by households; sweep line as prefix sums, in which uses that left the window before the evaluated
-- days are left out and those that began before them count from their first day.
WITH touched AS (
  SELECT DISTINCT kind, value_key
  FROM weak_links
  WHERE party_kind = 'person' AND day BETWEEN $from_day AND $to_day
),
shared AS (
  SELECT w.kind, w.value_key
  FROM weak_links AS w
  JOIN touched AS t ON t.kind = w.kind AND t.value_key = w.value_key
  WHERE w.party_kind = 'person' AND w.day BETWEEN $from_day - $window_days + 1 AND $to_day
  GROUP BY w.kind, w.value_key
  HAVING count(DISTINCT w.party_key) >= LEAST($min_device_persons, $min_agent_persons, $min_ip_persons)
),
shared_uses AS (
  SELECT w.kind, w.value_key, w.party_key, w.group_key, w.day, w.entries, w.record_id
  FROM weak_links AS w
  JOIN shared AS s ON s.kind = w.kind AND s.value_key = w.value_key
  WHERE w.party_kind = 'person' AND w.day BETWEEN $from_day - $window_days + 1 AND $to_day
),
stays AS (
  SELECT kind, value_key, GREATEST(day, $from_day) AS enters, CASE WHEN day >= $from_day THEN 1 ELSE 0 END AS is_use,
    LEAST(day + $window_days, COALESCE(LEAD(day) OVER (PARTITION BY kind, value_key, party_key ORDER BY day),
      day + $window_days)) AS leaves
  FROM (
    SELECT kind, value_key, party_key, max(day) AS day
    FROM shared_uses
    GROUP BY kind, value_key, party_key, GREATEST(day, $from_day)
  ) AS last_ones
),
steps AS (
  SELECT kind, value_key, day, CAST(sum(step) AS BIGINT) AS step, max(is_use) AS is_use FROM (
    SELECT kind, value_key, enters AS day, 1 AS step, is_use FROM stays
    UNION ALL
    SELECT kind, value_key, leaves AS day, -1 AS step, 0 AS is_use FROM stays WHERE leaves <= $to_day
  ) AS ends
  GROUP BY 1, 2, 3
),
counted AS (
  SELECT kind, value_key, day, is_use,
    sum(step) OVER (PARTITION BY kind, value_key ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS parties
  FROM steps
),
evenings AS (
  SELECT kind, value_key, day AS end_day FROM counted
  WHERE is_use = 1 AND day BETWEEN $from_day AND $to_day
    AND ((kind = 'device' AND parties BETWEEN $min_device_persons AND $max_device_persons)
      OR (kind = 'ip' AND parties BETWEEN $min_ip_persons AND $max_ip_persons)
      OR (kind = 'agent' AND parties >= $min_agent_persons))
),
-- A household of a group: the smallest shared address of its members, else the group itself.
homes AS (
  SELECT group_key, min(value_key) AS home
  FROM shared_contacts
  WHERE kind = 'address' AND sharers <= $max_household
  GROUP BY group_key
),
holders AS (
  SELECT e.party_key, min(e.group_key) AS group_key
  FROM entities AS e JOIN (SELECT DISTINCT value_key FROM evenings WHERE kind = 'agent') AS a ON a.value_key = e.party_key
  GROUP BY e.party_key
),
agents AS (
  SELECT h.party_key, h.group_key, COALESCE(o.home, h.group_key) AS household
  FROM holders AS h LEFT JOIN homes AS o ON o.group_key = h.group_key
),
persons AS (
  SELECT v.kind, v.value_key, v.end_day, u.party_key, u.group_key, COALESCE(o.home, u.group_key) AS household,
    CAST(sum(u.entries) AS BIGINT) AS entries
  FROM evenings AS v
  JOIN shared_uses AS u ON u.kind = v.kind AND u.value_key = v.value_key
    AND u.day BETWEEN v.end_day - $window_days + 1 AND v.end_day
  LEFT JOIN homes AS o ON o.group_key = u.group_key
  LEFT JOIN agents AS a ON v.kind = 'agent' AND a.party_key = v.value_key
  WHERE a.party_key IS NULL OR (a.group_key <> u.group_key AND a.household <> COALESCE(o.home, u.group_key))
  GROUP BY 1, 2, 3, 4, 5, 6
),
crowds AS (
  SELECT kind, value_key, end_day FROM persons GROUP BY 1, 2, 3
  HAVING count(DISTINCT household) >= CASE kind
    WHEN 'device' THEN $min_device_persons WHEN 'agent' THEN $min_agent_persons ELSE $min_ip_persons END
),
members AS (
  SELECT p.* FROM persons AS p
  JOIN crowds AS c ON c.kind = p.kind AND c.value_key = p.value_key AND c.end_day = p.end_day
),
machine_channels AS (
  SELECT DISTINCT said.channel
  FROM (SELECT DISTINCT channel FROM transfers WHERE day BETWEEN $from_day - $window_days + 1 AND $to_day) AS said
  JOIN reference_lexicon ON reference_lexicon.class IN ('counter_channel', 'batch_channel')
    AND contains(said.channel, reference_lexicon.term)
    AND $to_day BETWEEN reference_lexicon.valid_from_day AND reference_lexicon.valid_to_day
),
payments AS (
  SELECT m.kind, m.value_key, m.end_day, m.party_key, m.household, t.to_group, t.day, COALESCE(t.amount_cny, 0) AS amount,
    t.out_record, t.in_record
  FROM members AS m
  JOIN transfers AS t ON t.from_party = m.party_key AND t.day BETWEEN m.end_day - $window_days + 1 AND m.end_day
  LEFT JOIN machine_channels AS c ON c.channel = t.channel
  WHERE t.to_kind IN ('person', 'firm', 'unknown') AND t.to_group <> 0 AND t.from_group <> t.to_group
    AND t.day BETWEEN $from_day - $window_days + 1 AND $to_day
    AND (m.kind <> 'ip' OR (c.channel IS NULL AND EXISTS (
      SELECT 1 FROM shared_uses AS u
      WHERE u.kind = 'ip' AND u.value_key = m.value_key AND u.party_key = m.party_key AND u.day = t.day)))
),
payees AS (
  SELECT kind, value_key, end_day, to_group, count(DISTINCT household) AS payers, max(day) AS last_day,
    ROW_NUMBER() OVER (
      PARTITION BY kind, value_key, end_day ORDER BY count(DISTINCT household) DESC, sum(amount) DESC, to_group) AS place
  FROM payments
  GROUP BY 1, 2, 3, 4
),
users AS (
  SELECT kind, value_key, end_day, group_key,
    ROW_NUMBER() OVER (PARTITION BY kind, value_key, end_day ORDER BY sum(entries) DESC, group_key) AS place
  FROM members
  GROUP BY 1, 2, 3, 4
),
subjects AS (
  SELECT c.kind, c.value_key, c.end_day,
    COALESCE(a.group_key, CASE WHEN y.payers >= 2 THEN y.to_group END, u.group_key) AS subject_id,
    COALESCE(y.payers, 0) AS payers
  FROM crowds AS c
  JOIN users AS u ON u.kind = c.kind AND u.value_key = c.value_key AND u.end_day = c.end_day AND u.place = 1
  LEFT JOIN agents AS a ON c.kind = 'agent' AND a.party_key = c.value_key
  LEFT JOIN payees AS y ON y.kind = c.kind AND y.value_key = c.value_key AND y.end_day = c.end_day AND y.place = 1
  WHERE c.kind <> 'ip' OR (y.payers >= $min_ip_persons AND y.last_day = c.end_day)
),
-- For a network address only those who paid the subject count.
chosen AS (
  SELECT s.subject_id, m.*
  FROM subjects AS s
  JOIN members AS m ON m.kind = s.kind AND m.value_key = s.value_key AND m.end_day = s.end_day
  WHERE m.kind <> 'ip' OR EXISTS (
    SELECT 1 FROM payments AS p
    WHERE p.kind = m.kind AND p.value_key = m.value_key AND p.end_day = m.end_day AND p.party_key = m.party_key
      AND p.to_group = s.subject_id)
),
stated AS (
  SELECT m.kind, m.value_key, m.end_day, count(*) AS electronic,
    sum(CASE WHEN m.kind = 'device' THEN CASE WHEN t.mac IS NOT NULL THEN 1 ELSE 0 END
        WHEN t.ip IS NOT NULL THEN 1 ELSE 0 END) AS known
  FROM chosen AS m
  JOIN entities AS e ON e.party_key = m.party_key
  JOIN transactions AS t ON t.account_key = e.account_key
    AND t.booked_day BETWEEN m.end_day - $window_days + 1 AND m.end_day
  WHERE m.kind <> 'agent' AND t.direction = 'out' AND t.teller IS NULL AND NOT COALESCE(t.is_cash, FALSE)
    AND t.booked_day BETWEEN $from_day - $window_days + 1 AND $to_day
  GROUP BY 1, 2, 3
),
found AS (
  SELECT m.subject_id, m.kind, m.value_key, m.end_day, count(DISTINCT m.household) AS people,
    CAST(sum(m.entries) AS BIGINT) AS entries,
    CAST(max(s.known) AS DOUBLE) / NULLIF(max(s.electronic), 0) AS known_share
  FROM chosen AS m
  LEFT JOIN stated AS s ON s.kind = m.kind AND s.value_key = m.value_key AND s.end_day = m.end_day
  GROUP BY 1, 2, 3, 4
),
judged AS (
  SELECT *, CASE WHEN kind = 'agent' OR COALESCE(known_share, 0) >= $min_known_share THEN 1 ELSE 0 END AS is_safe
  FROM found
),
best AS (
  SELECT subject_id, end_day, max(is_safe) AS is_safe
  FROM judged GROUP BY 1, 2
),
-- Where anything is safe evidence, the unsafe values stay out of the figures.
used AS (
  SELECT j.* FROM judged AS j
  JOIN best AS b ON b.subject_id = j.subject_id AND b.end_day = j.end_day AND b.is_safe = j.is_safe
),
paid AS (
  SELECT subject_id, end_day, CAST(sum(amount) AS BIGINT) AS amount_in FROM (
    SELECT DISTINCT u.subject_id, u.end_day, COALESCE(p.out_record, p.in_record) AS record_id, p.amount
    FROM used AS u
    JOIN payments AS p ON p.kind = u.kind AND p.value_key = u.value_key AND p.end_day = u.end_day
      AND p.to_group = u.subject_id
  ) AS once
  GROUP BY 1, 2
),
hits AS (
  SELECT 'group' AS subject_kind, u.subject_id, u.end_day - $window_days + 1 AS window_from, u.end_day AS window_to,
    CASE WHEN max(u.is_safe) = 0 THEN 'not_enough_data'
      WHEN max(CASE WHEN u.kind <> 'ip' THEN 1 ELSE 0 END) = 1 THEN 'high' ELSE 'medium' END AS severity,
    max(CASE WHEN u.kind = 'device' THEN u.people END) AS device_persons,
    max(CASE WHEN u.kind = 'agent' THEN u.people END) AS agent_persons,
    -- Where a device or an agent speaks, the address only repeats it.
    CASE WHEN max(CASE WHEN u.kind <> 'ip' THEN 1 ELSE 0 END) = 0 THEN max(u.people) END AS ip_persons,
    CAST(sum(u.entries) AS BIGINT) AS entry_count, COALESCE(max(p.amount_in), 0) AS amount_in,
    min(u.known_share) AS known_share
  FROM used AS u
  LEFT JOIN paid AS p ON p.subject_id = u.subject_id AND p.end_day = u.end_day
  GROUP BY u.subject_id, u.end_day
),
proof AS (
  SELECT u.subject_id, u.end_day, w.record_id, CASE u.kind WHEN 'agent' THEN 'agent_entry' WHEN 'ip' THEN 'same_address'
    ELSE 'same_device' END AS role
  FROM used AS u
  JOIN chosen AS m ON m.subject_id = u.subject_id AND m.kind = u.kind AND m.value_key = u.value_key
    AND m.end_day = u.end_day
  JOIN shared_uses AS w ON w.kind = m.kind AND w.value_key = m.value_key AND w.party_key = m.party_key
    AND w.day BETWEEN m.end_day - $window_days + 1 AND m.end_day
  UNION
  SELECT u.subject_id, u.end_day, l.record_id, 'payment' AS role
  FROM used AS u
  JOIN payments AS p ON p.kind = u.kind AND p.value_key = u.value_key AND p.end_day = u.end_day
    AND p.to_group = u.subject_id
  JOIN (
    SELECT DISTINCT out_record AS transfer_id, out_record AS record_id FROM payments WHERE out_record IS NOT NULL
    UNION
    SELECT DISTINCT COALESCE(out_record, in_record) AS transfer_id, in_record AS record_id
    FROM payments WHERE in_record IS NOT NULL
  ) AS l ON l.transfer_id = COALESCE(p.out_record, p.in_record)
)
SELECT h.subject_kind, h.subject_id, h.window_from, h.window_to, h.severity,
  CASE WHEN p.record_id IS NULL THEN 'none' ELSE 'transactions' END AS record_kind,
  COALESCE(p.record_id, 0) AS record_id, COALESCE(p.role, 'none') AS role,
  h.device_persons, h.agent_persons, h.ip_persons, h.entry_count, h.amount_in, h.known_share
FROM hits AS h
LEFT JOIN proof AS p ON p.subject_id = h.subject_id AND p.end_day = h.window_to AND h.severity <> 'not_enough_data'
