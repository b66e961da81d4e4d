import type { z } from "zod";

import type { ArgumentsSchema } from "./arguments.ts";
import type { Completer } from "./define-resource.ts";
import type { CallContext } from "./define-tool.ts";

/** A prompt: a task that a user picks, written out for the model. Arguments are texts. */
export interface PromptDefinition<Arguments extends ArgumentsSchema = ArgumentsSchema> {
  /** In snake case. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly arguments: Arguments;
  /** Completers by argument. */
  readonly complete?: Readonly<Record<string, Completer>>;
  /** The message to the model, as its user. */
  write(args: z.output<Arguments>, context: CallContext): Promise<string>;
}

/** Defines a prompt. What `write` throws becomes a protocol error, as prompts have no other. */
export function definePrompt<Arguments extends ArgumentsSchema>(
  definition: PromptDefinition<Arguments>,
): PromptDefinition<Arguments> {
  return definition;
}
