/** How a server is reached: by starting it, or by its address. */
export type ServerEntry =
  | {
      readonly kind: "stdio";
      readonly command: string;
      readonly args: readonly string[];
      /** Roots that are not there now. */
      readonly missing: readonly string[];
    }
  | { readonly kind: "http"; readonly url: string; readonly headers: readonly SecretHeader[] };

/** A header of which a part is not to be written down where the host can refer to it. */
export interface SecretHeader {
  readonly name: string;
  /** What stands before the secret, `Bearer ` for instance; may be empty. */
  readonly prefix: string;
  readonly secret: string;
  /** Environment variable that is to hold the secret. */
  readonly variable: string;
}

/** What to put where, for one host. */
export interface HostConfig {
  /** Files that may hold it, with what each is for. */
  readonly files: readonly { readonly path: string; readonly purpose: string }[];
  readonly format: "json" | "toml";
  /** The part of the file that is about this server; a whole file when there is none yet. */
  readonly text: string;
  /** A command line that does the same. */
  readonly command?: string;
  /** A link that asks the host to do the same. */
  readonly link?: string;
  /** What else to know, a sentence each. */
  readonly notes: readonly string[];
}

/** A host and how it is told of servers. */
export interface Host {
  readonly name: string;
  readonly title: string;
  /**
   * @throws {@link ConfigError} where the host takes no such server.
   */
  readonly configure: (name: string, entry: ServerEntry) => HostConfig;
}

/** Headers as a host writes them, the secret replaced by the host's reference to it. */
export function headerFields(
  headers: readonly SecretHeader[],
  reference: (header: SecretHeader) => string,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    headers.map((header) => [header.name, `${header.prefix}${reference(header)}`]),
  );
}

/** An optional field of headers: left out when there are none. */
export function optionalHeaders(
  headers: readonly SecretHeader[],
  reference: (header: SecretHeader) => string,
): { headers?: Readonly<Record<string, string>> } {
  return headers.length === 0 ? {} : { headers: headerFields(headers, reference) };
}

/** Headers of a server at an address; of one to start, none. */
export function headersOf(entry: ServerEntry): readonly SecretHeader[] {
  return entry.kind === "http" ? entry.headers : [];
}

/** Notes that name the variables in which a host looks for secrets. */
export function variableNotes(headers: readonly SecretHeader[], where: string): string[] {
  return headers.map(
    ({ name, variable, prefix }) =>
      `Set ${variable} in ${where} to the secret of the header ${name}` +
      `${prefix === "" ? "" : `, without ${JSON.stringify(prefix.trim())}`}.`,
  );
}

/** JSON as it stands in a file. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
