// What the test of the types takes from node:test, whose own types are a package of their own.
import type { TestContext } from "lookalike-glance";

export default function test(name: string, body: (t: TestContext) => unknown): void;
