"""HTTP around the services: bodies in, answers and problems out."""
