"""What the services need from outside, as protocols; `adapters/` has the real ones."""
