// Made by scripts/make-bindings from openapi/control. Do not edit.

/** The way in by Identity v2.0 with the API key of the dialect's user, for clients with rackspaceauth; absent in clouds that have none */
export interface ApiKeyAccess {
  /** The URL of Identity v2.0 */
  auth_url: string;
  /** The arguments of `openstack.connect(**cloud)` */
  cloud: Record<string, unknown>;
  /** The same as a clouds.yaml */
  clouds_yaml: string;
  /** The same as lines for a shell; for pyrax, too */
  openrc: string;
}

export interface Clock {
  now: string;
  /** Whether the clock is frozen */
  frozen: boolean;
  /** The offset from the system clock, in seconds; negative: behind */
  offset_s: number;
}

export interface ClockChange {
  /** From 1970 to 9998 */
  now?: string;
  frozen?: boolean;
}

export interface ClosestRequest {
  /** The differences from the expectation; empty if the request matches, and there were too many */
  differs: Array<string>;
  request: RecordedRequest;
}

export interface CloudAccess {
  /** The base URL of the cloud */
  url: string;
  /** The URL of Keystone */
  auth_url: string;
  /** The URL of the Images API */
  image_url: string;
  /** The URL of this API */
  control_url: string;
  /** The arguments of `openstack.connect(**cloud)`, as the admin of the start */
  cloud: Record<string, unknown>;
  /** The same as a clouds.yaml */
  clouds_yaml: string;
  /** The same as lines for a shell */
  openrc: string;
  /** The way in by Identity v2.0 with the API key of the dialect's user, for clients with rackspaceauth; absent in clouds that have none */
  identity_v2?: ApiKeyAccess;
}

/** The way into a cloud: its URLs, what clients are configured with, and its users */
export interface CloudInfo {
  /** The base URL of the cloud */
  url: string;
  /** The URL of Keystone */
  auth_url: string;
  /** The URL of the Images API */
  image_url: string;
  /** The URL of this API */
  control_url: string;
  /** The arguments of `openstack.connect(**cloud)`, as the admin of the start */
  cloud: Record<string, unknown>;
  /** The same as a clouds.yaml */
  clouds_yaml: string;
  /** The same as lines for a shell */
  openrc: string;
  /** The way in by Identity v2.0 with the API key of the dialect's user, for clients with rackspaceauth; absent in clouds that have none */
  identity_v2?: ApiKeyAccess;
  users: Array<CloudUser>;
}

/** A user that can log in, with the roles on one project: a user with roles on several is there several times */
export interface CloudUser {
  name: string;
  /** The password, if it is that of the initial users or of a seed */
  password: string | null;
  /** The name of the domain */
  domain: string;
  /** The name of the project; null if the user has no role on any */
  project: string | null;
  /** The name of the domain of the project */
  project_domain: string | null;
  /** The roles on the project, without those that they imply */
  roles: Array<string>;
  /** The roles on the system; absent if there are none */
  system_roles?: Array<string>;
}

export interface Counts {
  domains: number;
  projects: number;
  roles: number;
  users: number;
  limits: number;
  images: number;
  metadefs: number;
  tasks: number;
}

/** Default: at_least 1 */
export interface Expectation {
  match?: RequestMatch;
  at_least?: number;
  at_most?: number;
  /** Not together with at_least or at_most */
  exactly?: number;
}

export interface Fault {
  id: string;
  match?: FaultMatch;
  after?: number;
  times?: number;
  fault: FaultEffect;
  /** The number of requests that matched */
  seen: number;
  /** The number of these requests that the fault was applied to */
  matched: number;
  /** Whether `times` is reached: the fault is no longer applied */
  spent: boolean;
}

/** Exactly one of status, delay_ms, reset, truncate_after, corrupt_at, bytes_per_s, stall, import, store, database */
export interface FaultEffect {
  status?: number;
  /** With status: the error message */
  message?: string;
  /** With status: the response body, as text or as any other JSON */
  body?: unknown;
  /** With status: response headers */
  headers?: Record<string, string>;
  /** With status: the value of Retry-After, in seconds */
  retry_after?: number;
  /** With status, or reset before_headers: the request is carried out nevertheless */
  carry_out?: boolean;
  delay_ms?: number | {
    min: number;
    max: number;
  };
  reset?: "before_headers" | "after_headers" | number;
  /** Bytes */
  truncate_after?: number;
  /** The offset of the byte that is inverted */
  corrupt_at?: number;
  bytes_per_s?: number;
  stall?: "forever" | {
    after_bytes?: number;
    ms?: number;
  };
  /** Which body to change; default: the request body of a PUT, else the response body */
  of?: "request" | "answer";
  import?: string | {
    at?: "begin" | "fetch" | "convert" | "store" | "end";
    message?: string;
    /** Instead of a message: the code of a VHD that cannot be imported, for the message that goes with it */
    vhd?: 111 | 396 | 413 | 523 | 609 | 614 | 721;
  };
  store?: "full" | "away" | "denied" | {
    fails: "full" | "away" | "denied";
    on?: "read" | "write";
    /** One of the stores there are, or staging */
    name?: string;
    after_bytes?: number;
  };
  database?: "away" | "broken" | {
    fails: "away" | "broken";
    on?: "read" | "write";
  };
}

/** Conditions that a request must meet; a missing condition is always met */
export interface FaultMatch {
  method?: string;
  /** A pattern of the path without its query: * within a segment, ** across segments */
  path?: string;
  /** Id or name */
  project?: string;
  /** Id or name */
  user?: string;
  /** The name of the region that the request is to; default: any */
  region?: string;
  /** Patterns of header values, by header name */
  header?: Record<string, string>;
  /** Only the n-th matching request, counted from 1 */
  nth?: number;
  probability?: number;
}

export interface Loaded {
  /** New namespaces */
  made: Array<string>;
  /** Existing namespaces that were changed */
  merged: Array<string>;
  /** Existing namespaces that were not changed */
  skipped: Array<string>;
}

export interface Mismatch {
  error: MismatchError;
  count: number;
  closest: Array<ClosestRequest>;
}

export interface MismatchError {
  code: 417;
  message: string;
}

export interface NewFault {
  match?: FaultMatch;
  /** The number of matching requests to let pass first */
  after?: number;
  /** The maximum number of requests to apply the fault to; default: all */
  times?: number;
  fault: FaultEffect;
}

export interface NewSandbox {
  name?: string;
  /** The cloud that the sandbox answers like; by default that of the server */
  dialect?: "glance" | "rackspace" | "pcd";
  /** The sandbox is deleted when it was not used for so many seconds */
  expires_after_s?: number;
  /** The seed to start with instead of the server's seeds: a document, a text of several lines with YAML, or the name of a built-in seed */
  seed?: Record<string, unknown> | string;
}

export interface Notification {
  /** A UUID */
  message_id: string;
  /** The setting default_publisher_id */
  publisher_id: string;
  /** Such as image.create */
  event_type: string;
  priority: "INFO" | "ERROR";
  /** An object; of an upload that failed, a text */
  payload: unknown;
  /** UTC, such as 2026-01-31 12:00:00.000000 */
  timestamp: string;
}

export interface PaceRule {
  /** A pattern of ids or names; default: all images */
  image?: string;
  /** The name of the region that the image is in; default: any */
  region?: string;
  saving?: PaceStay;
  pending?: PaceStay;
  importing?: PaceStay;
  /** Another name of importing */
  processing?: PaceStay;
  outcome?: "success" | {
    failure: string;
  };
}

export interface PaceRules {
  /** The first rule that matches an image is used */
  rules: Array<PaceRule>;
}

export interface PaceShown {
  rules: Array<PaceRule>;
  resting: Array<RestingWork>;
}

export type PaceStay = {
  polls: number;
} | {
  seconds: number;
};

export interface PendingDeletions {
  deletions: Array<{
    id: string;
    name: string | null;
    owner: string | null;
    deleted_at: string;
    /** The time from which the data may be removed */
    scrub_at: string;
  }>;
}

export interface Planted {
  made: Counts;
  kept: Counts;
}

export type Policy = Record<string, string>;

export interface PolicyAnswer {
  /** The name of the rule; `/policy` shows its check */
  rule: string;
  /** Whether it let the request pass; one that was asked about several objects may be there with both */
  allowed: boolean;
}

export interface PurgeBounds {
  /** Rows of what was deleted less than so many days ago stay; 30 by default, 180 for the table of images */
  age_in_days?: number;
  /** The greatest number of rows to remove from each table, 100 by default; -1: all */
  max_rows?: number;
}

export interface PurgedRows {
  purged: {
    images: number;
    image_members: number;
    tasks: number;
  };
}

/** A request and its response. Secrets are replaced by ***. */
export interface RecordedRequest {
  /** A number from 1, in the order of the responses */
  id: number;
  /** The time of arrival, by the clock of the cloud */
  at: string;
  method: string;
  path: string;
  /** Without the question mark */
  query: string;
  /** The region that the request was to; absent in a cloud with one region */
  region?: string;
  /** The interface of the catalogue whose prefix, such as `/glance-admin`, stood before the path; absent if there was none */
  interface?: "public" | "internal" | "admin";
  /** null if the client left before a response was sent */
  status: number | null;
  /** The policy rules that were asked about the request, and what they said; absent if none was */
  policy?: Array<PolicyAnswer>;
  /** Milliseconds until the end of the response; while its body is being sent: until its head */
  duration_ms: number;
  /** The id of the user */
  user: string | null;
  /** The id of the project */
  project: string | null;
  /** The id of the fault that was applied */
  fault?: string;
  /** The exchange did not end normally: the client left, or a fault broke the connection */
  aborted?: true;
  request_headers: Record<string, string>;
  /** The number of bytes of the request body that arrived */
  request_bytes: number;
  /** JSON, or text if it is not JSON; never image data, and nothing over 64 KiB */
  request_body?: unknown;
  response_headers: Record<string, string>;
  /** The number of bytes of the response body that were sent; null while it is being sent */
  response_bytes: number | null;
}

export interface RequestMatch {
  method?: string;
  /** A pattern: * is any text without a slash, ** any text */
  path?: string;
  /** A status, or a class such as 4xx */
  status?: number | string;
  since?: string;
  user?: string;
  project?: string;
  region?: string;
  interface?: "public" | "internal" | "admin";
  body_contains?: string;
  /** JSON that the body must contain: objects may have more fields, lists more items in any order */
  body?: unknown;
}

/** The conditions of a search in the journal; a missing one is always met */
export interface RequestQuery {
  method?: string;
  /** A pattern: * is any text without a slash, ** any text */
  path?: string;
  /** A status, or a class such as 4xx */
  status?: string;
  /** The earliest time of arrival, by the clock of the cloud */
  since?: string;
  /** The id of the user */
  user?: string;
  /** The id of the project */
  project?: string;
  /** The name of the region */
  region?: string;
  /** The interface of the catalogue whose prefix stood before the path */
  interface?: "public" | "internal" | "admin";
  /** The maximum number of requests; the last ones are returned */
  limit?: number;
}

export interface ResetOptions {
  /** Delete all data, even if the server started with data */
  discard?: boolean;
}

export interface RestingWork {
  /** How the task ends, and what becomes of its image */
  ids: Array<string>;
  state: "saving" | "pending" | "importing";
  polls_left?: number;
  until?: string;
}

export interface Sandbox {
  /** The base URL of the cloud */
  url: string;
  /** The URL of Keystone */
  auth_url: string;
  /** The URL of the Images API */
  image_url: string;
  /** The URL of this API */
  control_url: string;
  /** The arguments of `openstack.connect(**cloud)`, as the admin of the start */
  cloud: Record<string, unknown>;
  /** The same as a clouds.yaml */
  clouds_yaml: string;
  /** The same as lines for a shell */
  openrc: string;
  /** The way in by Identity v2.0 with the API key of the dialect's user, for clients with rackspaceauth; absent in clouds that have none */
  identity_v2?: ApiKeyAccess;
  id: string;
  name: string | null;
  dialect: string;
  /** The system time, whatever the clock of the cloud shows */
  created_at: string;
  expires_after_s: number;
  /** The users; a list of sandboxes leaves them out */
  users?: Array<CloudUser>;
}

export interface ScrubbedImages {
  scrubbed: Array<string>;
}

/** See docs/control/seeds.md */
export interface Seed {
  /** The name of the region that the images and tasks are in; default: the first */
  region?: string;
  domains?: Array<Record<string, unknown>>;
  projects?: Array<Record<string, unknown>>;
  roles?: Array<Record<string, unknown>>;
  users?: Array<Record<string, unknown>>;
  role_assignments?: Array<Record<string, unknown>>;
  registered_limits?: Array<Record<string, unknown>>;
  limits?: Array<Record<string, unknown>>;
  images?: Array<Record<string, unknown>>;
  metadefs?: Array<Record<string, unknown>>;
  tasks?: Array<Record<string, unknown>>;
}

/** Settings by name: Glance's options, and those of lookalike */
export type Settings = Record<string, string | number | boolean | Array<unknown> | null>;

export interface Snapshot {
  name: string;
  /** The system time, whatever the clock of the cloud shows */
  created_at: string;
  bytes: boolean;
  /** The number of images */
  images: number;
  /** The size of the image data, in bytes */
  size: number;
}

export interface SnapshotOptions {
  /** Whether to save image data; false: only its hashes */
  bytes?: boolean;
}

export interface Status {
  /** The URL of the cloud */
  url: string;
  /** The version of the server */
  version: string;
  /** The cloud that is emulated */
  dialect: string;
  /** The names of its regions, the first first */
  regions: Array<string>;
  /** Seconds since the cloud was opened */
  uptime_s: number;
  database: "sqlite" | "postgres";
  /** Images of all projects, without deleted ones */
  images: number;
  /** Users of the embedded identity; null with an external Keystone */
  users: number | null;
  /** Uploads that run now */
  uploads: number;
  /** Fault rules */
  faults: number;
  /** Saved states */
  snapshots: number;
  /** Sandboxes; a sandbox itself has none */
  sandboxes?: number;
}

export interface UnreadInput {
  routes: Array<UnreadRoute>;
}

export interface UnreadName {
  /** The name; within a document, the names on the way to it, with dots between */
  name: string;
  /** The number of requests that had it */
  count: number;
}

export interface UnreadRoute {
  method: string;
  /** The path, with parameters in braces */
  route: string;
  /** Members of the document */
  fields: Array<UnreadName>;
  /** Parameters of the query */
  query: Array<UnreadName>;
  /** Headers, in lower case */
  headers: Array<UnreadName>;
}
