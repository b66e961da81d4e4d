import type { BindingCancelToken, BindingEngine } from "../generated/index.js";
import type * as Binding from "../generated/index.js";

import { loadBinding } from "./binding.ts";
import type {
  BrowseAnswer,
  BrowseRequest,
  Completions,
  FolderEntry,
  FoundPage,
  PageList,
  PageTime,
  VerifyReport,
} from "./catalog.ts";
import type {
  CallOptions,
  Engine,
  Lead,
  OpenOptions,
  ReadAnswer,
  ReadRequest,
  SearchAnswer,
  SearchRequest,
  Stats,
  SyncOptions,
  SyncProgress,
  SyncReport,
} from "./contract.ts";
import { LecternError, unwrap } from "./error.ts";

/**
 * Opens roots and index. Reads no page: call {@link Engine.sync} to fill the index.
 *
 * @throws {@link LecternError} `INVALID_ARGUMENT` for roots that cannot be used or bad globs, `IO`
 * when the index folder or the addon cannot be used.
 */
export async function openEngine(options: OpenOptions): Promise<Engine> {
  const binding = await loadBinding();
  const engine = new binding.BindingEngine(bindingOptions(options));
  unwrap(await engine.open());
  return new NativeEngine(binding, engine);
}

/**
 * Folder in which {@link openEngine} keeps the index of these settings, whether it is there or not.
 * Touches nothing there.
 *
 * @throws {@link LecternError} `INVALID_ARGUMENT` for roots that cannot be used, `IO` when the addon
 * cannot be loaded.
 */
export async function locateIndex(options: OpenOptions): Promise<string> {
  const binding = await loadBinding();
  return unwrap(await new binding.BindingEngine(bindingOptions(options)).locate()).folder;
}

/**
 * What the process that leads over the index of these settings said of itself in
 * {@link Engine.lead}; `undefined` where none leads. Touches nothing there.
 *
 * @throws {@link LecternError} as {@link locateIndex}.
 */
export async function readLeader(options: OpenOptions): Promise<string | undefined> {
  const binding = await loadBinding();
  return unwrap(await new binding.BindingEngine(bindingOptions(options)).locate()).leader;
}

function bindingOptions(options: OpenOptions): Binding.BindingOpenOptions {
  const { roots, indexDir, include, exclude, maxFileBytes, synonymsFile, linkTexts } = options;
  return {
    roots: roots.map((root) => ({ ...root })),
    ...(indexDir !== undefined && { indexDir }),
    ...(include !== undefined && { include: [...include] }),
    ...(exclude !== undefined && { exclude: [...exclude] }),
    ...(maxFileBytes !== undefined && { maxFileBytes }),
    ...(synonymsFile !== undefined && { synonymsFile }),
    ...(linkTexts === "none" && { hasLinkTexts: false }),
    ...(typeof linkTexts === "object" && { ignoreLinksFrom: [...linkTexts.without] }),
  };
}

class NativeEngine implements Engine {
  readonly #binding: typeof Binding;
  readonly #engine: BindingEngine;

  constructor(binding: typeof Binding, engine: BindingEngine) {
    this.#binding = binding;
    this.#engine = engine;
  }

  sync(options: SyncOptions = {}): Promise<SyncReport> {
    const { signal, onProgress, paths = [], rereads = false } = options;
    const tell =
      onProgress &&
      ((progress: Binding.BindingSyncProgress): void => {
        onProgress(progress as SyncProgress);
      });
    const scope = { paths: [...paths], rereads };
    return this.#call(signal, (token) => this.#engine.sync(scope, token, tell));
  }

  async scrub(options: CallOptions = {}): Promise<readonly string[]> {
    return (await this.#call(options.signal, (token) => this.#engine.scrub(token))).names;
  }

  async lead(account: string): Promise<Lead> {
    return unwrap(await this.#engine.lead(account)).lead as Lead;
  }

  async folders(paths: readonly string[], options: CallOptions = {}): Promise<readonly string[]> {
    const call = this.#call(options.signal, (token) => this.#engine.folders([...paths], token));
    return (await call).names;
  }

  compact(options: CallOptions = {}): Promise<Stats> {
    return this.#call(options.signal, (token) => this.#engine.compact(token));
  }

  search(request: SearchRequest, options: CallOptions = {}): Promise<SearchAnswer> {
    const { query, limit, paths, detail, exclude, hitsOfAPage } = request;
    const record: Binding.BindingSearchRequest = {
      query,
      limit: whole("limit", limit, 1, 20),
      ...(paths !== undefined && { paths: [...paths] }),
      full: detail === "full",
      ...(exclude !== undefined && { exclude: [...exclude] }),
      ...(hitsOfAPage !== undefined && { hitsOfAPage: whole("hitsOfAPage", hitsOfAPage, 1, 2) }),
    };
    return this.#call(options.signal, (token) => this.#engine.search(record, token));
  }

  read(request: ReadRequest, options: CallOptions = {}): Promise<ReadAnswer> {
    return this.#call(options.signal, (token) => this.#engine.read({ ...request }, token));
  }

  async stats(): Promise<Stats> {
    return unwrap(await this.#engine.stats());
  }

  async browse(request: BrowseRequest): Promise<BrowseAnswer> {
    const { path, depth, after, limit } = request;
    const answer = unwrap(
      await this.#engine.browse({
        path,
        depth: whole("depth", depth, 1, 10),
        limit: whole("limit", limit, 1, 500),
        ...(after !== undefined && { after }),
      }),
    );
    if (answer.page !== undefined) return { kind: "page", ...answer.page };
    const { folder } = answer;
    if (folder === undefined) throw new TypeError("the addon answered with neither kind");
    return { kind: "folder", ...folder, entries: folder.entries.map(folderEntry) };
  }

  async list(after: string | undefined, limit: number): Promise<PageList> {
    return unwrap(await this.#engine.list(after, whole("limit", limit, 1, 500)));
  }

  async find(name: string, under: readonly string[]): Promise<readonly FoundPage[]> {
    return unwrap(await this.#engine.find(name, [...under])).found;
  }

  async completePath(typed: string, limit: number): Promise<Completions> {
    return unwrap(await this.#engine.completePath(typed, whole("limit", limit, 1, 100)));
  }

  async completeName(typed: string, under: readonly string[], limit: number): Promise<Completions> {
    const shown = whole("limit", limit, 1, 100);
    return unwrap(await this.#engine.completeName(typed, [...under], shown));
  }

  async pageTimes(): Promise<readonly PageTime[]> {
    const { paths, modifiedMs } = unwrap(await this.#engine.pageTimes());
    return paths.map((path, index) => ({ path, mtimeMs: modifiedMs[index] ?? 0 }));
  }

  verify(options: CallOptions = {}): Promise<VerifyReport> {
    return this.#call(options.signal, (token) => this.#engine.verify(token));
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- part of an asynchronous contract
  async close(): Promise<void> {
    this.#engine.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /**
   * Runs a call under the caller's signal. The signal itself never crosses the boundary: Node-API
   * would replace its `onabort` and miss one that is already aborted.
   */
  async #call<T extends object>(
    signal: AbortSignal | undefined,
    start: (token: BindingCancelToken | undefined) => Promise<T | Binding.BindingFailure>,
  ): Promise<T> {
    if (signal === undefined) return unwrap(await start(undefined));
    if (signal.aborted) throw cancelled(signal);
    const token = new this.#binding.BindingCancelToken();
    const cancel = (): void => token.cancel();
    signal.addEventListener("abort", cancel, { once: true });
    try {
      return unwrap(await start(token));
    } catch (error) {
      throw signal.aborted && LecternError.isInstance(error) && error.code === "CANCELLED"
        ? cancelled(signal)
        : error;
    } finally {
      signal.removeEventListener("abort", cancel);
    }
  }
}

/** Node-API would turn 1.5 into 1 and -1 into 4294967295 without a word. */
function whole(name: string, value: number, min: number, max: number): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new LecternError({
    code: "INVALID_ARGUMENT",
    errorClass: "caller",
    message: `${name} must be an integer from ${min} to ${max} (got ${String(value)})`,
  });
}

function folderEntry(entry: Binding.BindingEntry): FolderEntry {
  const { path, pages, title = "", bytes = 0, modifiedMs = 0 } = entry;
  if (pages !== undefined) return { kind: "folder", path, pages };
  return { kind: "page", path, title, bytes, modifiedMs };
}

function cancelled(signal: AbortSignal): LecternError {
  return new LecternError({
    code: "CANCELLED",
    errorClass: "caller",
    message: "the call was cancelled",
    cause: signal.reason,
  });
}
