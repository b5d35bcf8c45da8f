-- How disguised spellings are read: single characters packed into one row, longer spellings one a row.
SELECT *
FROM (VALUES
    ('character', '姿財収養費', '资财收养费'),
    ('spelling', 'licai', '理财'), ('spelling', '理cai', '理财'), ('spelling', 'touzi', '投资'), ('spelling', '返li', '返利')
) AS glyphs (kind, written, read)
