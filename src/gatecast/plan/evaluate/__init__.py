"""The value of plans: decisions replayed against the attendance that came, and the costs of a plan after its games."""
