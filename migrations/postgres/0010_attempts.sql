-- Each attempt to write the data of an image has a name of its own, its claim: a server that was taken for
-- dead cannot touch what the next attempt writes. Rows of earlier versions have no claim.
ALTER TABLE uploads ADD COLUMN claim TEXT COLLATE "C" NOT NULL DEFAULT '';

-- The name of the staged data, if it is not the image's id.
ALTER TABLE images ADD COLUMN staged_name TEXT COLLATE "C";
