import type { BindingCancelToken, BindingEngine } from "../generated/index.js";
import type * as Binding from "../generated/index.js";

import { loadBinding } from "./binding.ts";
import type {
  CallOptions,
  Engine,
  OpenOptions,
  ReadAnswer,
  ReadRequest,
  SearchAnswer,
  SearchRequest,
  Stats,
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

function bindingOptions(options: OpenOptions): Binding.BindingOpenOptions {
  const { roots, indexDir, include, exclude, maxFileBytes } = options;
  return {
    roots: roots.map((root) => ({ ...root })),
    ...(indexDir !== undefined && { indexDir }),
    ...(include !== undefined && { include: [...include] }),
    ...(exclude !== undefined && { exclude: [...exclude] }),
    ...(maxFileBytes !== undefined && { maxFileBytes }),
  };
}

class NativeEngine implements Engine {
  readonly #binding: typeof Binding;
  readonly #engine: BindingEngine;

  constructor(binding: typeof Binding, engine: BindingEngine) {
    this.#binding = binding;
    this.#engine = engine;
  }

  sync(
    options: CallOptions & { readonly onProgress?: (progress: SyncProgress) => void } = {},
  ): Promise<SyncReport> {
    const { signal, onProgress } = options;
    const tell =
      onProgress &&
      ((progress: Binding.BindingSyncProgress): void => {
        onProgress(progress as SyncProgress);
      });
    return this.#call(signal, (token) => this.#engine.sync(token, tell));
  }

  search(request: SearchRequest, options: CallOptions = {}): Promise<SearchAnswer> {
    const { query, limit, path, detail } = request;
    const record: Binding.BindingSearchRequest = {
      query,
      limit: checkedLimit(limit),
      ...(path !== undefined && { path }),
      full: detail === "full",
    };
    return this.#call(options.signal, (token) => this.#engine.search(record, token));
  }

  read(request: ReadRequest, options: CallOptions = {}): Promise<ReadAnswer> {
    return this.#call(options.signal, (token) => this.#engine.read({ ...request }, token));
  }

  async stats(): Promise<Stats> {
    return unwrap(await this.#engine.stats());
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
function checkedLimit(limit: number): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= 20) return limit;
  throw new LecternError({
    code: "INVALID_ARGUMENT",
    errorClass: "caller",
    message: `limit must be an integer from 1 to 20 (got ${String(limit)})`,
  });
}

function cancelled(signal: AbortSignal): LecternError {
  return new LecternError({
    code: "CANCELLED",
    errorClass: "caller",
    message: "the call was cancelled",
    cause: signal.reason,
  });
}
