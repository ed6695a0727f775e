"""The course package: content as YAML and Markdown, in and out. The format is in docs/package-format.md.

The door for other rooms: `schema` to register types, `import_package` and `export_package` to use them.
"""
