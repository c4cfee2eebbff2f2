"""backends speak: one file per language, each the only importer of its library."""
