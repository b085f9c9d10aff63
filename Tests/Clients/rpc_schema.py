"""Compiles the published YAML of Ethereum's JSON-RPC into JSON Schema."""

import json

import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

BASE = "urn:ethereum-rpc"


def component(name):
    return {"$ref": f"#/components/schemas/{name}"}


# Methods whose answers are described among the schemas, though no file describes the method.
DESCRIBED = {
    "txpool_status": component("TxpoolStatus"),
    "txpool_content": component("TxpoolContent"),
    "txpool_contentFrom": component("TxpoolContentFromResult"),
    "debug_traceTransaction": component("OpcodeTransactionTrace"),
    "debug_traceBlockByNumber": {
        "type": "array",
        "items": component("OpcodeBlockTransactionTrace"),
    },
    "debug_traceBlockByHash": {
        "type": "array",
        "items": component("OpcodeBlockTransactionTrace"),
    },
    "debug_getRawBlock": component("bytes"),
    "debug_getRawHeader": component("bytes"),
    "debug_getRawTransaction": component("bytes"),
    "debug_getRawReceipts": {"type": "array", "items": component("bytes")},
}

FILTERED = ("eth_getFilterChanges", "eth_getFilterLogs", "eth_getLogs")


class RpcSchema:
    """Answers whether a result has the shape that its method's description demands."""

    def __init__(self, folder):
        components = {}
        for path in sorted((folder / "src" / "schemas").glob("*.yaml")):
            components.update(load(path))
        self.methods = {}
        for path in sorted((folder / "src" / "eth").glob("*.yaml")):
            for method in load(path):
                if "result" in method:
                    self.methods[method["name"]] = method["result"]["schema"]
        self.methods.update(DESCRIBED)
        root = {"components": {"schemas": components}, "methods": self.methods}
        resource = Resource(contents=root, specification=DRAFT202012)
        self.registry = Registry().with_resource(BASE, resource)

    def problems(self, method, result):
        """What is wrong with a result, in words; empty where nothing is."""
        # An empty list is valid under both branches of their exclusive choice.
        if method in FILTERED and result == []:
            return []
        schema = {"$ref": f"{BASE}#/methods/{method}"}
        validator = Draft202012Validator(schema, registry=self.registry)
        return [describe(error) for error in validator.iter_errors(result)]


def load(path):
    with open(path, encoding="utf-8") as file:
        return yaml.safe_load(file)


def describe(error):
    """The deepest reasons; of a choice, those of every branch."""
    place = "/".join(str(part) for part in error.absolute_path)
    reasons = [describe(inner) for inner in error.context]
    text = f"/{place}: {error.message[:300]}"
    return f"{text} [{' | '.join(reasons)}]" if reasons else text


class Fixture:
    """One .io file: requests with their answers on the chain of the fixtures."""

    def __init__(self, path):
        self.name = f"{path.parent.name}/{path.stem}"
        self.method = path.parent.name
        self.exchanges = []
        request = None
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith(">> "):
                request = json.loads(line[3:])
            elif line.startswith("<< "):
                self.exchanges.append((request, json.loads(line[3:])))


def fixtures(folder):
    return [Fixture(path) for path in sorted((folder / "tests").glob("*/*.io"))]
