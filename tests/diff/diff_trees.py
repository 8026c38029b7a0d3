"""Trees for comparisons, from text."""

from __future__ import annotations

from compose2qt.manifests import Tree, parse_tree

DATABASE = """
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  replicas: 1
  serviceName: db
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      containers:
      - name: db
        image: postgres:16
        env: [{name: PGDATA, value: /data/pg}, {name: MODE, value: a}]
        envFrom: [{configMapRef: {name: settings}}, {secretRef: {name: keys}}]
        volumeMounts:
        - {name: store, mountPath: /data}
        - {name: files, mountPath: /etc/init.sql, subPath: init.sql}
        - {name: files, mountPath: /etc/live}
      volumes:
      - {name: store, persistentVolumeClaim: {claimName: store}}
      - {name: files, configMap: {name: files}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: store}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 5Gi}}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {LEVEL: info, FOLDER: /data/x}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: files}
data: {init.sql: "one", other.txt: "two"}
---
apiVersion: v1
kind: Service
metadata: {name: db}
spec:
  type: NodePort
  selector: {app: db}
  ports: [{port: 5432, nodePort: 30001}]
"""
EXAMPLE = "apiVersion: v1\nkind: Secret\nmetadata: {name: keys-example}\nstringData: {PASSWORD: REPLACE_ME}\n"
KUSTOMIZATION = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [all.yaml]\n"


def tree(text: str = DATABASE, kustomization: str = KUSTOMIZATION, example: str = EXAMPLE, **others: str) -> Tree:
    """A tree of one file with a kustomization, and an example of a Secret beside it."""
    known = {"all.yaml": text, "kustomization.yaml": kustomization, "secrets/keys-example.yaml": example}
    return parse_tree({name: content for name, content in {**known, **others}.items() if content})
