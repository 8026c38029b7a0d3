"""The command line: parse flags, call the API, choose a renderer, set the exit code."""
