// The errors of the client.

/** A refusal of the control API. */
export class ControlError extends Error {
  constructor(message, status) {
    super(`lookalike: ${message} (status ${status})`);
    this.name = "ControlError";
    this.status = status;
  }
}

/** Returns a request as one line. */
export function line(request) {
  const query = request.query ? `?${request.query}` : "";
  const fault = request.fault ? ` (fault ${request.fault})` : "";
  return `${request.method} ${request.path}${query} → ${request.status ?? "no response"}${fault}`;
}

/** Other requests arrived than were expected. */
export class MismatchError extends ControlError {
  constructor(message, document) {
    super(message, 417);
    this.name = "MismatchError";
    this.count = document?.count;
    this.closest = document?.closest ?? [];
    const lines = this.closest.map(({ request, differs }) => [line(request), differs.join("; ")].filter(Boolean).join(": "));
    this.message = [`lookalike: ${message}`, ...lines].join("\n  ");
  }
}
