// Compiled, and not run: what the types must allow, and what they must refuse.

import test from "./node-test.js";
import { Client, MismatchError, run, type NewFault, type RecordedRequest } from "lookalike-glance";

test("the types", async (t) => {
  const cloud = await run(t, { seed: "demo", dialect: "rackspace" });
  const rule: NewFault = { match: { path: "/v2/images/*/file" }, times: 1, fault: { store: { fails: "full", after_bytes: 10 } } };
  const id: string = await cloud.fault(rule);
  await cloud.removeFault(id);
  const requests: RecordedRequest[] = await cloud.requests({ method: "PUT", limit: 3 });
  const status: number | null | undefined = requests[0]?.status;
  await cloud.pace({ saving: { seconds: 1.5 }, outcome: { failure: "disk" } });
  await new Client("http://127.0.0.1:9292", { token: "x" }).verify({ exactly: 0 }).catch((error: unknown) => {
    if (error instanceof MismatchError) return error.count;
    throw error;
  });
  // @ts-expect-error a fault has an effect
  await cloud.fault({ times: 1 });
  // @ts-expect-error a store fails in one of three ways
  await cloud.fault({ fault: { store: "slow" } });
  // @ts-expect-error there is no such dialect
  await run(t, { dialect: "azure" });
  return status;
});
