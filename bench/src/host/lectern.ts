/** The tasks by the tools of the real server. */
import type { LabelledQuery } from "../corpus.ts";
import type { StdioClient, ToolAnswer } from "../stdio-client.ts";
import { isRelevant, WEEK, type Way } from "./tasks.ts";
import { type TaskRun, Transcript } from "./transcript.ts";

interface Hits {
  readonly hits: readonly { readonly path: string; readonly section: string }[];
}

/** Pages looked at before a task is given up; the same for every way. */
export const MOST_READS = 3;

/** Asks with default arguments, as the tools' descriptions say. */
export class LecternWay implements Way<TaskRun> {
  readonly #client: StdioClient;
  readonly #mostChanges: number;

  /** `mostChanges`: the largest `limit` that `list_recent` takes. */
  constructor(client: StdioClient, mostChanges: number) {
    this.#client = client;
    this.#mostChanges = mostChanges;
  }

  /** `search_docs`, then `get_doc` of hit after hit until one is of a page that answers. */
  async lookUp(query: LabelledQuery): Promise<TaskRun> {
    return this.#searchAndRead(query, query.query);
  }

  /** The alert's name and "mitigation", then the section that comes first. */
  async runbook(alert: LabelledQuery): Promise<TaskRun> {
    return this.#searchAndRead(alert, `${alert.query} mitigation`);
  }

  /** One call for as many as it gives; the newest of the expected must be among them. */
  async changes(expected: readonly string[]): Promise<TaskRun> {
    const transcript = new Transcript();
    const limit = Math.min(this.#mostChanges, Math.max(1, expected.length));
    const { data } = await this.#call(transcript, "list_recent", { days: WEEK, limit });
    const { changes } = data as { changes: readonly { path: string }[] };
    const listed = new Set(changes.map(({ path }) => path));
    return transcript.end(expected.slice(-limit).every((page) => listed.has(page)));
  }

  async #searchAndRead(asked: LabelledQuery, query: string): Promise<TaskRun> {
    const transcript = new Transcript();
    const { data } = await this.#call(transcript, "search_docs", { query });
    const seen = new Set<string>();
    for (const { path, section } of (data as Hits).hits) {
      if (seen.has(path)) continue;
      if (seen.size === MOST_READS) break;
      seen.add(path);
      await this.#call(transcript, "get_doc", { path: `${path}#${section}` });
      if (isRelevant(asked, path)) return transcript.end(true);
    }
    return transcript.end(false);
  }

  #call(transcript: Transcript, name: string, args: object): Promise<ToolAnswer> {
    return transcript.call(
      JSON.stringify({ name, arguments: args }),
      () => this.#client.call(name, args),
      ({ text, data }) => (data === undefined ? [text] : [text, JSON.stringify(data)]),
    );
  }
}
