-- Distinct cells that fail, are repaired, are not plain or are not their own cleaned text.
CREATE OR REPLACE TEMP TABLE odd_cells (
    place INTEGER, cell VARCHAR, _faults0 BIGINT, is_tidied BOOLEAN, is_plain BOOLEAN, is_same BOOLEAN
)
