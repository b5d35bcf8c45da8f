INSERT INTO checked_masks
SELECT _row, $word, _faults0 FROM checked_judged WHERE _skip IS NULL AND _faults0 <> 0
