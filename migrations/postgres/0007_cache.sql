-- The image cache: which node has a copy of which image. The copies themselves are files of that
-- node; a row without its file, or a file without its row, is nothing and is tidied away.
CREATE TABLE cached_images (
    node          TEXT COLLATE "C" NOT NULL,
    image_id      TEXT COLLATE "C" NOT NULL REFERENCES images (id),
    number        BIGINT      NOT NULL,
    size          BIGINT      NOT NULL,
    hits          BIGINT      NOT NULL,
    checksum      TEXT COLLATE "C",
    last_accessed TIMESTAMPTZ NOT NULL,
    last_modified TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (node, image_id)
) /* WITHOUT ROWID */;
CREATE INDEX cached_images_by_image  ON cached_images (image_id, last_modified, node);
CREATE INDEX cached_images_by_access ON cached_images (node, last_accessed, number);

-- What a node is to copy: at once, or when its prefetcher next comes round. Nobody checks that there
-- is such an image.
CREATE TABLE cache_queue (
    node      TEXT COLLATE "C" NOT NULL,
    image_id  TEXT COLLATE "C" NOT NULL,
    at_once   BOOLEAN     NOT NULL,
    queued_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (node, image_id)
) /* WITHOUT ROWID */;
CREATE INDEX cache_queue_by_image ON cache_queue (image_id);
