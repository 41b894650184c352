-- The region that an image or a task is in: '' is the first of the cloud, and the only one of a cloud without regions.
ALTER TABLE images ADD COLUMN region TEXT NOT NULL DEFAULT '';
ALTER TABLE tasks  ADD COLUMN region TEXT NOT NULL DEFAULT '';
