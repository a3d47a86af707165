"""Student Performance Monitor: academic events in, standings and alerts out."""
