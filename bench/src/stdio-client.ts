/** A client that costs as little as possible, so that what is measured is the server. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** The two forms of a tool's answer. */
export interface ToolAnswer {
  readonly text: string;
  /** Structured content, when there is any. */
  readonly data: unknown;
}

/** A server process and a way to ask it. */
export class StdioClient {
  readonly child: ChildProcess;
  readonly #waiting = new Map<number, (result: unknown) => void>();
  #lastId = 0;

  constructor(command: string, args: readonly string[]) {
    this.child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
    if (this.child.stdout === null) throw new Error("no stdout");
    createInterface({ input: this.child.stdout }).on("line", (line) => {
      const { id, result, error } = JSON.parse(line) as {
        id: number;
        result?: unknown;
        error?: unknown;
      };
      if (error !== undefined) throw new Error(JSON.stringify(error));
      this.#waiting.get(id)?.(result);
      this.#waiting.delete(id);
    });
  }

  /** Sends a request; gives its result. */
  request(method: string, params: object): Promise<unknown> {
    this.#lastId += 1;
    const id = this.#lastId;
    const answered = new Promise((resolve) => this.#waiting.set(id, resolve));
    this.child.stdin?.write(`${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`);
    return answered;
  }

  /** Opens the connection. */
  async initialize(): Promise<void> {
    const clientInfo = { name: "bench", version: "1.0.0" };
    const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo };
    await this.request("initialize", params);
    this.child.stdin?.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
  }

  /** One search; gives the text of the answer. */
  async search(query: string): Promise<string> {
    const { text } = await this.call("search_docs", { query: query.slice(0, 4000) });
    return text;
  }

  /** One tool call; an answer that tells of a failure is thrown. */
  async call(name: string, args: object): Promise<ToolAnswer> {
    const params = { name, arguments: args };
    const { content, structuredContent, isError } = (await this.request("tools/call", params)) as {
      content: { text?: string }[];
      structuredContent?: unknown;
      isError?: boolean;
    };
    const text = content.map((part) => part.text ?? "").join("\n");
    if (isError === true) throw new Error(`${name}: ${text}`);
    return { text, data: structuredContent };
  }

  /** Ends the server and waits for it. */
  async close(): Promise<void> {
    const gone = new Promise((resolve) => this.child.on("exit", resolve));
    this.child.stdin?.end();
    await gone;
  }
}
