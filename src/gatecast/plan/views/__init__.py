"""A plan seen from one side: deadlines, deliveries, constraints, and differences between two plans."""
