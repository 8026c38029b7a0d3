"""The audit rules: a folder for each area, a file for each rule."""
