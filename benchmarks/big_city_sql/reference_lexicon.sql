SELECT term, class, 0 AS valid_from_day, 99999 AS valid_to_day
FROM (VALUES ('结息', 'bank_entry'), ('利息税', 'bank_entry'), ('手续费', 'bank_entry'), ('年费', 'bank_entry'),
             ('短信费', 'bank_entry'), ('账户管理费', 'bank_entry'), ('财付通', 'clearing_name'), ('支付宝', 'clearing_name'),
             ('银联', 'clearing_name'), ('网联', 'clearing_name'), ('备付金', 'clearing_name'), ('公司', 'organisation_name'),
             ('店', 'organisation_name'), ('厂', 'organisation_name'), ('社', 'organisation_name'), ('局', 'organisation_name'),
             ('院', 'organisation_name'), ('中心', 'organisation_name'), ('银行', 'organisation_name'),
             ('支付', 'organisation_name')) AS terms(term, class)
