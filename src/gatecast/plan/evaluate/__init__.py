"""The value of plans: decisions replayed against the attendance that came, and the bill of a homestand."""
