"""The recommended model as a Python script: values collected here, laid out by one template."""
