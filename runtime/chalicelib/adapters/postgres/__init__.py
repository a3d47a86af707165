"""Everything that PostgreSQL stores: the write path, the reads, the schema."""
