"""The OpenAPI documents of the control API, as the scripts read them that make the types of the bindings."""
import json
import pathlib

ROOT = pathlib.Path(__file__).resolve().parent.parent


def load():
    """Returns the paths and the schemas of all documents, and the document that each of both is in."""
    paths, schemas, homes = {}, {}, {}
    for file in sorted((ROOT / "openapi" / "control").glob("*.json")):
        document = json.loads(file.read_text())
        paths |= document["paths"]
        schemas |= document["schemas"]
        homes |= dict.fromkeys([*document["paths"], *document["schemas"]], file.stem)
    return paths, schemas, homes
