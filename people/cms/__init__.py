"""The people room in the CMS: people, functions, org units, import, logs."""
