"""What a job is asked to do: the schema of a spec, and its way from YAML to one frozen value."""
