"""Least-cost decisions: shifts, orders, deliveries and vehicles under the forecast distribution."""
