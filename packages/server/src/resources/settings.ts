import type { ShownSetting } from "../config/shown-settings.ts";
import type { KnowledgeBase } from "../knowledge-base.ts";
import type { ResourceDefinition } from "../serving/define-resource.ts";
import { version } from "../version.ts";

/** Where the settings are. */
export const SETTINGS_URI = "config://app/settings";

/**
 * The settings in force and the state of the index.
 *
 * @param pullProblem Why clones could not be pulled, without machine paths.
 */
export function settingsResource(
  documents: KnowledgeBase,
  settings: Readonly<Record<string, ShownSetting>>,
  pullProblem?: () => string | undefined,
): ResourceDefinition {
  return {
    name: "settings",
    uri: SETTINGS_URI,
    title: "Settings of this server",
    description: "Version, roots, what is indexed, and the state of the index, as JSON",
    mimeType: "application/json",
    async read() {
      const index = await documents.state();
      const problem = pullProblem?.();
      const state = {
        version,
        settings,
        index,
        ...(problem !== undefined && { pull: { problem } }),
      };
      const text = `${JSON.stringify(state, undefined, 2)}\n`;
      return { mimeType: "application/json", text };
    },
  };
}
