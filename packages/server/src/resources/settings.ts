import type { KnowledgeBase } from "../knowledge-base.ts";
import type { ResourceDefinition } from "../serving/define-resource.ts";
import { version } from "../version.ts";

/** Settings as anyone who is served may see them: no secret and no path of the machine. */
export type PublicSettings = Readonly<Record<string, unknown>>;

/** The settings in force and the state of the index. */
export function settingsResource(
  documents: KnowledgeBase,
  settings: PublicSettings,
): ResourceDefinition {
  return {
    name: "settings",
    uri: "config://app/settings",
    title: "Settings of this server",
    description: "Version, roots, what is indexed, and the state of the index, as JSON",
    mimeType: "application/json",
    async read() {
      const index = await documents.state();
      const text = `${JSON.stringify({ version, ...settings, index }, undefined, 2)}\n`;
      return { mimeType: "application/json", text };
    },
  };
}
