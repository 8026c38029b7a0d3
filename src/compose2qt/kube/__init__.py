"""What Kubernetes is: its validation rules, field stages, and how a kubelet computes env and argv."""
