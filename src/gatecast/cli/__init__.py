"""The command line: one file a verb, thin over functions that anyone can import."""
