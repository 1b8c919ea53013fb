"""The decisions of a club and their costs: the operations model and its TOML file."""
