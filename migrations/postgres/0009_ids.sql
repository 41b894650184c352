-- Ids that differ only in case are one id, as in Glance on MySQL: they would be one file where the file
-- system ignores case. Older versions took both; `namesake` numbers such images, so that they stay.

ALTER TABLE images ADD COLUMN namesake BIGINT NOT NULL DEFAULT 0;

UPDATE images SET namesake = ranked.place
FROM (SELECT id, row_number() OVER (PARTITION BY lower(id) ORDER BY created_at, id) - 1 AS place FROM images) AS ranked
WHERE ranked.id = images.id AND ranked.place > 0;

CREATE UNIQUE INDEX images_by_folded_id ON images ((lower(id)), namesake);
