import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

import { bin } from "./docs.ts";

/** Revisions that are opened by `initialize`. */
export const LEGACY_REVISIONS = [
  "2024-10-07",
  "2024-11-05",
  "2025-03-26",
  "2025-06-18",
  "2025-11-25",
] as const;

/** The revision that has no handshake. */
export const MODERN_REVISION = "2026-07-28";

/** A JSON-RPC answer. */
export interface Answer {
  readonly id: number;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

/** How a server is started. */
export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly uid?: number;
  /** Another copy of the command. */
  readonly bin?: string;
}

/**
 * A host that speaks JSON-RPC by hand. Every line the server writes to stdout must be JSON-RPC;
 * {@link RawHost.stop} fails when one was not.
 */
export class RawHost {
  readonly child: ChildProcess;
  /** Exit code or signal, once the process is gone. */
  readonly gone: Promise<number | string>;
  readonly notifications: { method: string; params?: Record<string, unknown> }[] = [];
  stderr = "";
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  readonly #badLines: string[] = [];
  #lastId = 0;
  #revision = "";

  constructor(args: readonly string[], options: StartOptions = {}) {
    this.child = spawn(process.execPath, [options.bin ?? bin, ...args], {
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...process.env, ...options.env },
      ...(options.uid !== undefined && { uid: options.uid, gid: options.uid }),
    });
    this.gone = new Promise((resolve) => {
      this.child.on("exit", (code, signal) => resolve(code ?? signal ?? "unknown"));
    });
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => (this.stderr += text));
    // A server that was told to go may do so while we write.
    this.child.stdin?.on("error", () => undefined);
    createInterface({ input: this.#stdout() }).on("line", (line) => this.#take(line));
  }

  /** Opens the connection in a protocol revision. */
  async open(revision: string): Promise<Record<string, unknown>> {
    this.#revision = revision;
    if (revision === MODERN_REVISION) {
      const { result } = await this.request("server/discover", {});
      return result ?? {};
    }
    const { result } = await this.request("initialize", {
      protocolVersion: revision,
      capabilities: {},
      clientInfo: { name: "raw-host", version: "1.0.0" },
    });
    this.notify("notifications/initialized");
    return result ?? {};
  }

  request(method: string, params: Record<string, unknown> = {}): Promise<Answer> {
    this.#lastId += 1;
    const id = this.#lastId;
    const answered = new Promise<Answer>((resolve, reject) => {
      this.#waiting.set(id, resolve);
      this.gone.then(
        (how) => reject(new Error(`server gone (${how}) before ${method}: ${this.stderr}`)),
        reject,
      );
    });
    this.send({ jsonrpc: "2.0", id, method, params: this.#enveloped(params) });
    return answered;
  }

  notify(method: string, params: Record<string, unknown> = {}): void {
    this.send({ jsonrpc: "2.0", method, params });
  }

  send(message: unknown): void {
    this.child.stdin?.write(`${typeof message === "string" ? message : JSON.stringify(message)}\n`);
  }

  /** Text and data of a tool call. */
  async call(name: string, args: Record<string, unknown>): Promise<ToolResult> {
    const answer = await this.request("tools/call", { name, arguments: args });
    if (answer.result === undefined) throw new Error(JSON.stringify(answer.error));
    const { content, structuredContent, isError } = answer.result as unknown as RawToolResult;
    return {
      text: content[0]?.text ?? "",
      data: structuredContent,
      isError: isError === true,
    };
  }

  /** Ends the server as a host does. */
  async stop(): Promise<void> {
    this.child.stdin?.end();
    await this.gone;
    if (this.#badLines.length > 0) {
      throw new Error(`not JSON-RPC on stdout: ${this.#badLines.join("\n")}`);
    }
  }

  #stdout(): NodeJS.ReadableStream {
    if (this.child.stdout === null) throw new Error("no stdout");
    return this.child.stdout;
  }

  #take(line: string): void {
    let message: { jsonrpc?: string; id?: number; method?: string; params?: object };
    try {
      message = JSON.parse(line) as typeof message;
    } catch {
      this.#badLines.push(line);
      return;
    }
    if (message.jsonrpc !== "2.0") this.#badLines.push(line);
    if (message.method !== undefined) {
      this.notifications.push(message as { method: string });
      return;
    }
    this.#waiting.get(message.id ?? -1)?.(message as Answer);
  }

  #enveloped(params: Record<string, unknown>): Record<string, unknown> {
    if (this.#revision !== MODERN_REVISION) return params;
    const prefix = "io.modelcontextprotocol/";
    return {
      ...params,
      _meta: {
        ...(params["_meta"] as object | undefined),
        [`${prefix}protocolVersion`]: MODERN_REVISION,
        [`${prefix}clientCapabilities`]: {},
        [`${prefix}clientInfo`]: { name: "raw-host", version: "1.0.0" },
      },
    };
  }
}

interface RawToolResult {
  readonly content: readonly { readonly type: string; readonly text: string }[];
  readonly structuredContent?: Record<string, unknown>;
  readonly isError?: boolean;
}

/** What a tool call gave. */
export interface ToolResult {
  readonly text: string;
  readonly data: Record<string, unknown> | undefined;
  readonly isError: boolean;
}

/** A field of an answer's data; throws where the answer has none. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- says what the caller expects
export function field<T>(answer: ToolResult, name: string): T {
  if (answer.data === undefined) throw new Error(`no data: ${answer.text}`);
  return answer.data[name] as T;
}

/** Resolves once `isSo`; rejects when that takes longer than `ms`. */
export async function until(isSo: () => boolean | Promise<boolean>, ms = 10_000): Promise<void> {
  const end = Date.now() + ms;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`not so within ${ms} ms: ${isSo.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Rejects when a promise takes longer than `ms`; a bound, never a wait. */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`took longer than ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
