import type {
  Clock, ClockChange, CloudInfo, CloudUser, Expectation, ClosestRequest, Fault, NewFault, NewSandbox, Notification, PaceRule, PaceShown, Planted,
  Policy, RecordedRequest, RequestQuery, ResetOptions, Sandbox, Seed, Settings, Snapshot, SnapshotOptions, Status, UnreadRoute,
} from "./types.js";

export type * from "./types.js";

/** A refusal of the control API. */
export class ControlError extends Error {
  readonly status: number;
}

/** Other requests arrived than were expected. */
export class MismatchError extends ControlError {
  /** The number of requests that match. */
  readonly count: number;
  readonly closest: ClosestRequest[];
}

/** A client of the control API of one cloud: that of a server, or that of a sandbox. */
export class Client {
  /** The token is that of LOOKALIKE_CONTROL_TOKEN, if none is given. */
  constructor(url: string, options?: { token?: string });
  /** The base URL of the cloud, which is that of the Images API. */
  readonly url: string;
  /** The URLs of the cloud, what clients are configured with, and its users. */
  info(): Promise<CloudInfo>;
  status(): Promise<Status>;
  /** Puts the cloud back to its initial state. */
  reset(options?: ResetOptions): Promise<void>;
  /** Injects a fault, and returns its id. */
  fault(rule: NewFault): Promise<string>;
  faults(): Promise<Fault[]>;
  removeFault(id: string): Promise<void>;
  removeFaults(): Promise<void>;
  /** Sets how long images and tasks stay in each state; without rules: returns those that there are. */
  pace(...rules: PaceRule[]): Promise<PaceShown>;
  removePace(): Promise<void>;
  clock(): Promise<Clock>;
  setClock(change: ClockChange): Promise<Clock>;
  /** Stops the clock, at a time if one is given. */
  freeze(at?: Date | string): Promise<Clock>;
  advance(seconds: number): Promise<Clock>;
  restoreClock(): Promise<void>;
  /** The requests in the journal that meet the conditions, oldest first. */
  requests(query?: RequestQuery): Promise<RecordedRequest[]>;
  forgetRequests(): Promise<void>;
  /** Opens the stream of notifications, which goes on behind the one with this id, until the server stops or the signal aborts. */
  notifications(options?: {
    lastEventId?: string;
    signal?: { readonly aborted: boolean };
  }): Promise<AsyncGenerator<{ id: string; notification: Notification }, void>>;
  /** Returns how many requests match; throws a {@link MismatchError} if that is not what was expected. */
  verify(expectation?: Expectation): Promise<number>;
  /** What clients sent and nothing read. */
  unread(): Promise<UnreadRoute[]>;
  addSandbox(sandbox?: NewSandbox): Promise<Sandbox>;
  sandboxes(): Promise<Sandbox[]>;
  removeSandbox(id: string): Promise<void>;
  inSandbox(sandbox: Pick<Sandbox, "url">): Client;
  /** Applies a seed: a document, the name of a built-in one, or a text of several lines with YAML. */
  plant(seed: Seed | string): Promise<Planted>;
  /** Saves the state of the cloud as a snapshot. */
  save(name: string, options?: SnapshotOptions): Promise<Snapshot>;
  /** Restores the state of a snapshot. */
  load(name: string): Promise<void>;
  snapshots(): Promise<Snapshot[]>;
  removeSnapshot(name: string): Promise<void>;
  /** Returns a snapshot as a tar archive. */
  exportSnapshot(name: string): Promise<Uint8Array>;
  importSnapshot(name: string, archive: Uint8Array): Promise<Snapshot>;
  config(): Promise<Settings>;
  configure(settings: Settings): Promise<Settings>;
  restoreConfig(): Promise<void>;
  /** Overrides policy rules; without rules: returns those in force. */
  policy(rules?: Policy): Promise<Policy>;
  restorePolicy(): Promise<void>;
}

/** What a user logs in with. */
export interface Credentials {
  username: string;
  password: string;
  project: string;
  domain: string;
}

/** The sandbox of one test: a client of its control API, and what the admin logs in with. */
export class Cloud extends Client implements Credentials {
  private constructor();
  /** The id of the sandbox. */
  readonly sandbox: string;
  /** The URL of Keystone, with /v3. */
  readonly authUrl: string;
  readonly region: string;
  readonly username: string;
  readonly password: string;
  readonly project: string;
  readonly domain: string;
  readonly users: CloudUser[];
  /** What another user logs in with: admin, demo, alt, demo_reader, demo_member, or one of a seed. */
  user(name: string): Credentials;
  /** The variables of OpenStack clients, for a process that a test starts; as the admin or as another user. */
  env(name?: string): Record<string, string>;
  /** Deletes the sandbox. */
  close(): Promise<void>;
}

export interface StartOptions {
  /** The path of the program; default: that of the package for this platform, or the first one in the PATH. */
  program?: string;
  /** Options of `lookalike serve`. */
  args?: string[];
}

export interface CloudOptions extends StartOptions {
  /** The name of the sandbox. */
  name?: string;
  /** The seed to start with: a document, the name of a built-in one, or a text of several lines with YAML. */
  seed?: Seed | string;
  /** The cloud that the sandbox answers like. */
  dialect?: NewSandbox["dialect"];
}

/** Makes a sandbox on the server at LOOKALIKE_URL, or else on one that is started once and ends with this process. */
export function cloud(options?: CloudOptions): Promise<Cloud>;

/** What a test runner gives to a test, as far as it is needed: that of node:test, or `{ after: onTestFinished }` of vitest. */
export interface TestContext {
  after(end: () => Promise<void>): void;
  readonly name?: string;
  readonly passed?: boolean;
  diagnostic?(message: string): void;
}

/** Makes a sandbox for a test, and deletes it after the test. */
export function run(test: TestContext, options?: CloudOptions): Promise<Cloud>;

/** A program that this process started. It ends with this process at the latest. */
export class Server {
  private constructor();
  readonly url: string;
  readonly control: Client;
  /** What the program has written. */
  log(): string;
  stop(): Promise<void>;
}

/** Starts the program on a free port, with data in memory, and waits until it answers. */
export function start(options?: StartOptions): Promise<Server>;

/** Returns the path of the program. */
export function findProgram(): string;
