import type { ShownSetting } from "../config/shown-settings.ts";
import type { KnowledgeBase } from "../knowledge-base.ts";
import type { ResourceDefinition } from "../serving/define-resource.ts";
import { version } from "../version.ts";

/** The settings in force and the state of the index. */
export function settingsResource(
  documents: KnowledgeBase,
  settings: Readonly<Record<string, ShownSetting>>,
): ResourceDefinition {
  return {
    name: "settings",
    uri: "config://app/settings",
    title: "Settings of this server",
    description: "Version, roots, what is indexed, and the state of the index, as JSON",
    mimeType: "application/json",
    async read() {
      const index = await documents.state();
      const text = `${JSON.stringify({ version, settings, index }, undefined, 2)}\n`;
      return { mimeType: "application/json", text };
    },
  };
}
