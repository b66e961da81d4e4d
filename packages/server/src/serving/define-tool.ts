import type { ToolAnnotations } from "@modelcontextprotocol/server";
import type { z } from "zod";

import type { ArgumentsSchema } from "./arguments.ts";

/** What a tool knows of the call it serves. */
export interface CallContext {
  /** Aborted when the caller cancels, disconnects, or the deadline passes. */
  readonly signal: AbortSignal;
  /** Tells the caller how far a slow call is; nothing happens when the caller did not ask. */
  reportProgress(message: string, done?: number, total?: number): void;
}

/** What a tool answers: text for the model and, where the tool has an output schema, the same facts as data. */
export interface ToolAnswer<Output> {
  readonly text: string;
  readonly data: Output;
}

/** A tool. Its author writes what it does; checking, deadlines, errors and transport come with it. */
export interface ToolDefinition<
  Input extends ArgumentsSchema = ArgumentsSchema,
  Output extends z.ZodType | undefined = z.ZodType | undefined,
> {
  /** Verb and noun in snake case; hosts add the server's name themselves. */
  readonly name: string;
  readonly title: string;
  /** Its first sentence says when to use the tool. */
  readonly description: string;
  readonly input: Input;
  /** With it, answers carry `structuredContent`. */
  readonly output?: Output;
  readonly annotations: ToolAnnotations;
  run(
    args: z.output<Input>,
    context: CallContext,
  ): Promise<Output extends z.ZodType ? ToolAnswer<z.output<Output>> : string>;
}

/**
 * Defines a tool. What `run` throws becomes the caller's answer: a `ToolError` by its code, message
 * and hint, anything else as `INTERNAL` without detail.
 */
export function defineTool<
  Input extends ArgumentsSchema,
  Output extends z.ZodType | undefined = undefined,
>(definition: ToolDefinition<Input, Output>): ToolDefinition<Input, Output> {
  return definition;
}
