"""The steps from an empty list of clubs to the tables of this version, oldest first, in `versions`."""
