-- The bytes of images, where the database is a store. A blob is one attempt to write an image. It has
-- a size once it is whole; who reads finds only those that are whole and not doomed. The doomed are
-- removed chunk by chunk, in many transactions. A space sets several stores in one database apart.

CREATE TABLE blobs (
    claim    TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    space    TEXT COLLATE "C" NOT NULL,
    image_id TEXT COLLATE "C" NOT NULL,
    size     BIGINT,
    doomed   BOOLEAN NOT NULL
);
CREATE UNIQUE INDEX blobs_whole  ON blobs (space, image_id) WHERE size IS NOT NULL AND NOT doomed;
CREATE INDEX        blobs_begun  ON blobs (space, image_id) WHERE size IS NULL AND NOT doomed;
CREATE INDEX        blobs_doomed ON blobs (claim) WHERE doomed;

CREATE TABLE blob_chunks (
    claim  TEXT COLLATE "C" NOT NULL REFERENCES blobs (claim),
    number BIGINT NOT NULL,
    bytes  BYTEA  NOT NULL,
    PRIMARY KEY (claim, number)
);
ALTER TABLE blob_chunks ALTER COLUMN bytes SET STORAGE EXTERNAL;
