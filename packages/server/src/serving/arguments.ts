/**
 * Arguments of tools: builders of their schemas and the one way in which bad ones are refused.
 */
import type { StandardSchemaWithJSON } from "@modelcontextprotocol/server";
import { z } from "zod";

import { ToolError } from "./tool-error.ts";

/** An object schema that admits no other arguments than its own. */
export type ArgumentsSchema = z.ZodObject<z.ZodRawShape>;

/** Longest text of an argument unless told otherwise, in bytes: the longest path of common systems. */
const DEFAULT_MAX_BYTES = 4096;
/** Problems that one refusal names; a caller with more has no use for the rest. */
const SHOWN_PROBLEMS = 5;

/** An integer within a range; where name, range and default say it all, without a description. */
export function integer(range: {
  readonly min: number;
  readonly max: number;
  readonly description?: string;
}): z.ZodNumber {
  const error = `must be an integer from ${range.min} to ${range.max}`;
  const schema = z
    .number({ error })
    .int({ error })
    .min(range.min, { error })
    .max(range.max, { error });
  return range.description === undefined ? schema : schema.describe(range.description);
}

/**
 * A text of at least one character that is not white space, and of at most `maxBytes` bytes of
 * UTF-8, since refusals quote what was given. Without a description where the name says it all.
 */
export function text(description?: string, maxBytes: number = DEFAULT_MAX_BYTES): z.ZodString {
  const schema = someText(maxBytes);
  return description === undefined ? schema : schema.describe(description);
}

/** One of some words. */
export function choice<const Words extends readonly [string, ...string[]]>(
  words: Words,
  description: string,
): z.ZodEnum<{ [Word in Words[number]]: Word }> {
  return z.enum(words, { error: `must be ${words.join(" or ")}` }).describe(description);
}

/** A list of texts. */
export function texts(range: {
  readonly min: number;
  readonly max: number;
}): z.ZodArray<z.ZodString> {
  const error = `must be a list of ${range.min} to ${range.max} texts`;
  return z
    .array(someText(DEFAULT_MAX_BYTES), { error })
    .min(range.min, { error })
    .max(range.max, { error });
}

/**
 * Checks the arguments of a call.
 *
 * @throws {@link ToolError} `INVALID_ARGUMENT` that names every bad argument with its valid range,
 * and for unknown ones the names there are.
 */
export function checkArguments<Schema extends ArgumentsSchema>(
  schema: Schema,
  given: unknown,
): z.output<Schema> {
  const names = Object.keys(schema.shape);
  const values = given ?? {};
  if (typeof values !== "object" || Array.isArray(values)) {
    throw new ToolError("INVALID_ARGUMENT", "arguments must be an object");
  }
  // Own keys only, so that a `__proto__` sent as JSON is an unknown argument like any other.
  const unknown = Object.keys(values).filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    const quoted = unknown.map((name) => JSON.stringify(name.slice(0, 60)));
    throw new ToolError(
      "INVALID_ARGUMENT",
      `unknown argument ${first(quoted, ", ")}; arguments are ${names.join(", ")}`,
    );
  }
  const parsed = schema.safeParse(values);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => {
    const name = issue.path.map(String).join(".");
    return `${name} ${issue.message} (${shown(valueAt(values, issue.path))})`;
  });
  throw new ToolError("INVALID_ARGUMENT", first(problems, "; "));
}

/**
 * The schema of arguments as the SDK wants it, advertising all and refusing nothing: the SDK would
 * refuse with texts of its own, so the checking is left to {@link checkArguments}.
 */
export function advertised(schema: ArgumentsSchema): StandardSchemaWithJSON {
  const standard = compact(schema)["~standard"];
  return { "~standard": { ...standard, validate: (value) => ({ value }) } };
}

/**
 * The schema without what every one of them would repeat to a model and does not say: the dialect,
 * which is the protocol's default, and of answers that they hold nothing else, which no caller can
 * use and a later version may not keep.
 */
export function compact(schema: z.ZodType): StandardSchemaWithJSON {
  const own = (schema as unknown as StandardSchemaWithJSON)["~standard"];
  const { jsonSchema } = own;
  return {
    "~standard": {
      version: 1,
      vendor: own.vendor,
      validate: (value) => own.validate(value),
      jsonSchema: {
        input: (options) => without(jsonSchema.input(options), ["$schema"]),
        output: (options) =>
          without(jsonSchema.output(options), ["$schema", "additionalProperties"]),
      },
    },
  };
}

/** The value without the members of these names, at any depth. */
function without<T>(value: T, names: readonly string[]): T {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item: unknown) => without(item, names)) as T;
  const kept = Object.entries(value).filter(([name]) => !names.includes(name));
  return Object.fromEntries(kept.map(([name, member]) => [name, without(member, names)])) as T;
}

function someText(maxBytes: number): z.ZodString {
  return (
    z
      .string({ error: "must be a text" })
      // Not a pattern, which would be told to every model with each text there is.
      .refine((given) => /\S/u.test(given), { error: "must not be empty", abort: true })
      .refine((given) => Buffer.byteLength(given, "utf8") <= maxBytes, {
        error: `must be at most ${maxBytes} bytes of UTF-8`,
      })
  );
}

function first(items: readonly string[], separator: string): string {
  const rest = items.length - SHOWN_PROBLEMS;
  const shownItems = items.slice(0, SHOWN_PROBLEMS).join(separator);
  return rest > 0 ? `${shownItems}${separator}and ${rest} more` : shownItems;
}

function valueAt(values: object, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null
        ? (value as Record<PropertyKey, unknown>)[key]
        : undefined,
    values,
  );
}

function shown(value: unknown): string {
  if (value === undefined) return "it is missing";
  const json = JSON.stringify(value) ?? typeof value;
  return `got ${json.length > 60 ? `${json.slice(0, 57)}...` : json}`;
}
