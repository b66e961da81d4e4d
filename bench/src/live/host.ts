/** A server that may die, and a client of it. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

import type { ServerCommand } from "../process.ts";
import type { ShownHit } from "./check.ts";
import { clock } from "./clock.ts";

/** An answer with the moments of question and answer, of {@link clock}. */
export interface Timed<T> {
  readonly asked: number;
  readonly answered: number;
  readonly value: T;
}

/** The server ended while it was asked. */
export class ServerGoneError extends Error {
  override readonly name = "ServerGoneError";
}

/** A server over a folder with an index of its own place. */
export class Host {
  readonly child: ChildProcess;
  /** Resolves when the process is gone. */
  readonly gone: Promise<void>;
  isGone = false;
  readonly #waiting = new Map<
    number,
    { take: (answer: Timed<Message>) => void; fail: (error: Error) => void; asked: number }
  >();
  #lastId = 0;

  /** `shell` runs before the server in its shell, where that is to deny it something. */
  constructor({ node, bin }: ServerCommand, folder: string, indexDir: string, shell?: string) {
    const line = [node, bin, "serve", folder, "--index-dir", indexDir];
    const [program = "", ...args] =
      shell === undefined
        ? line
        : ["unshare", "-Urm", "sh", "-c", `${shell}; exec "$0" "$@"`, ...line];
    this.child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
    this.gone = new Promise((resolve) => this.child.on("exit", () => resolve()));
    this.child.on("exit", () => {
      this.isGone = true;
      for (const { fail } of this.#waiting.values())
        fail(new ServerGoneError("the server is gone"));
      this.#waiting.clear();
    });
    // One that is killed may leave us writing.
    this.child.stdin?.on("error", () => undefined);
    if (this.child.stdout === null) throw new Error("no stdout");
    createInterface({ input: this.child.stdout }).on("line", (text) => {
      const answered = clock();
      const value = JSON.parse(text) as Message;
      const waiting = this.#waiting.get(value.id ?? -1);
      waiting?.take({ asked: waiting.asked, answered, value });
      this.#waiting.delete(value.id ?? -1);
    });
  }

  /** Opens the connection. */
  async open(): Promise<void> {
    const clientInfo = { name: "live", version: "1.0.0" };
    const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo };
    await this.#request("initialize", params);
    this.child.stdin?.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
  }

  /** Searches; a failure of the server is thrown. */
  async search(query: string): Promise<Timed<readonly ShownHit[]>> {
    const { value, ...times } = await this.#call("search_docs", { query: query.slice(0, 4000) });
    const { structuredContent, isError, content } = value;
    if (isError === true) throw new Error(`search_docs: ${content[0]?.text ?? ""}`);
    return { ...times, value: (structuredContent as { hits: readonly ShownHit[] }).hits };
  }

  /** Reads; `undefined` where there is no such text. */
  async read(reference: string): Promise<Timed<string | undefined>> {
    const { value, ...times } = await this.#call("get_doc", { path: reference });
    const { isError, content } = value;
    const text = content[0]?.text ?? "";
    if (isError !== true) return { ...times, value: withoutFrame(text) };
    if (!text.startsWith("NOT_FOUND")) throw new Error(`get_doc: ${text}`);
    return { ...times, value: undefined };
  }

  /** Ends the server as a host does. */
  async close(): Promise<void> {
    this.child.stdin?.end();
    await this.gone;
  }

  async #call(name: string, args: object): Promise<Timed<ToolResult>> {
    const { value, ...times } = await this.#request("tools/call", { name, arguments: args });
    if (value.error !== undefined) throw new Error(`${name}: ${JSON.stringify(value.error)}`);
    return { ...times, value: value.result as ToolResult };
  }

  #request(method: string, params: object): Promise<Timed<Message>> {
    if (this.isGone) return Promise.reject(new ServerGoneError("the server is gone"));
    this.#lastId += 1;
    const id = this.#lastId;
    const answered = new Promise<Timed<Message>>((take, fail) =>
      this.#waiting.set(id, { take, fail, asked: clock() }),
    );
    this.child.stdin?.write(`${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`);
    return answered;
  }
}

interface Message {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: unknown;
}

interface ToolResult {
  readonly content: readonly { readonly text?: string }[];
  readonly structuredContent?: unknown;
  readonly isError?: boolean;
}

/** What was read, without the line that says what it is and those that say where it was cut. */
function withoutFrame(text: string): string {
  const [, , ...lines] = text.split("\n");
  while (lines.at(-1)?.startsWith("[cut: ") === true) lines.pop();
  return lines.join("\n");
}
