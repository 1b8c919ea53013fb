"""Orders of one item through a homestand, one after the other, each with what was seen so far: problem and policies."""
