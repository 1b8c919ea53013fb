"""The steps from an empty database to the tables of this version, oldest first, in `versions`."""
