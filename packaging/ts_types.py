"""Types of TypeScript from the schemas of an OpenAPI document."""
import json

HEAD = "// Made by scripts/make-bindings from openapi/control. Do not edit.\n"


def union(parts):
    """Returns the types with | between them, each once."""
    return " | ".join(dict.fromkeys(parts))


def type_of(schema, indent="  "):
    """Returns the type of a value."""
    if "$ref" in schema:
        return schema["$ref"].rsplit("/", 1)[1]
    if "oneOf" in schema:
        return union(type_of(part, indent) for part in schema["oneOf"])
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return union(json.dumps(value) for value in schema["enum"])
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    return union(one(kind, schema, indent) for kind in kinds) or "unknown"


def one(kind, schema, indent):
    """Returns the type of a value of one kind of JSON."""
    if kind == "array":
        inner = type_of(schema["items"], indent) if "items" in schema else "unknown"
        return f"Array<{inner}>"
    if kind == "object" and "properties" in schema:
        return "{\n" + "".join(members(schema, indent + "  ")) + indent + "}"
    if kind == "object":
        values = schema.get("additionalProperties")
        return f"Record<string, {type_of(values, indent) if isinstance(values, dict) else 'unknown'}>"
    return {"integer": "number", "number": "number", "string": "string", "boolean": "boolean", "null": "null"}[kind]


def members(schema, indent):
    """Returns the lines of an object."""
    for member, inner in schema["properties"].items():
        if inner.get("description"):
            yield f"{indent}/** {inner['description']} */\n"
        mark = "" if member in schema.get("required", []) else "?"
        yield f"{indent}{member}{mark}: {type_of(inner, indent)};\n"


def declared(name, schema):
    """Returns the declaration of a type."""
    about = schema.get("description")
    doc = f"/** {about} */\n" if about else ""
    if "properties" in schema:
        return f"{doc}export interface {name} {{\n{''.join(members(schema, '  '))}}}\n"
    return f"{doc}export type {name} = {type_of(schema, '')};\n"


def text(types):
    """Returns the file."""
    return HEAD + "".join("\n" + declared(name, schema) for name, schema in types.items())
