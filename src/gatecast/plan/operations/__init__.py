"""What a club can decide and what it costs: the operations model and its TOML file."""
