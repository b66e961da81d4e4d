import type { z } from "zod";

import { nearest } from "./nearest.ts";
import { settingsSchema } from "./schema.ts";

type Issue = z.core.$ZodIssue;

/** Longest value that a message repeats, in characters. */
const SHOWN_LENGTH = 60;

/** What is wrong with `given`, on one line: key path, problem, what was got, what is valid. */
export function problemOf(error: z.ZodError, given: unknown): string {
  const issues = error.issues.map(mostTelling);
  const [first] = issues;
  if (first === undefined) return "cannot be used";
  const more = issues.length > 1 ? `; and ${issues.length - 1} more` : "";
  const at = keyPath(first.path);
  return `${at === "" ? "" : `${at}: `}${sentence(first, valueAt(given, first.path))}${more}`;
}

/** A key path as it is written in JavaScript: `roots[1].path`. */
function keyPath(path: readonly PropertyKey[]): string {
  return path
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`))
    .join("")
    .replace(/^\./u, "");
}

/** Of a value that may have several forms, the problem within the form it seems to have. */
function mostTelling(issue: Issue): Issue {
  if (issue.code !== "invalid_union") return issue;
  const inner = issue.errors
    .flat()
    .find(({ code, path }) => !(code === "invalid_type" && path.length === 0));
  return inner === undefined ? issue : { ...inner, path: [...issue.path, ...inner.path] };
}

function sentence(issue: Issue, value: unknown): string {
  if (issue.code !== "unrecognized_keys") return `${issue.message} (${got(value)})`;
  const [key = ""] = issue.keys;
  const known = issue.path.length === 0 ? Object.keys(settingsSchema().shape) : ["name", "path"];
  const near = nearest(key, known);
  const meant = near === undefined ? "" : `did you mean ${JSON.stringify(near)}? `;
  return `unknown key ${JSON.stringify(key)}; ${meant}valid keys are ${known.join(", ")}`;
}

function valueAt(given: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null
        ? (value as Record<PropertyKey, unknown>)[key]
        : undefined,
    given,
  );
}

/** What was given, shortened. */
function got(value: unknown): string {
  if (value === undefined) return "it is missing";
  const json = JSON.stringify(value) ?? typeof value;
  return `got ${json.length > SHOWN_LENGTH ? `${json.slice(0, SHOWN_LENGTH - 3)}...` : json}`;
}
