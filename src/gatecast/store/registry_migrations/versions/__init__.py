"""One module a step. A step is never edited once published: it spells its names out and imports none of gatecast's."""
