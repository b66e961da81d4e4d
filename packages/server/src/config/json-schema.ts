import { z } from "zod";

import { settingsSchema } from "./schema.ts";

const ID = "https://raw.githubusercontent.com/lectern-dev/lectern/main/packages/server/schema/";

/** The JSON Schema (2020-12) of a configuration file, as `schema/lectern.config.schema.json` holds it. */
export function configJsonSchema(): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(settingsSchema(), {
    io: "input",
    target: "draft-2020-12",
  });
  return { $schema, $id: `${ID}lectern.config.schema.json`, ...rest };
}
