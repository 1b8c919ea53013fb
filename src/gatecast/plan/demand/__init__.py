"""Attendance as a plan sees it: forecasts read and checked, people through the gate, show rates."""
