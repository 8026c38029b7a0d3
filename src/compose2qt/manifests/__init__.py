"""Any tree of Kubernetes YAML as located objects and a graph of their references."""
