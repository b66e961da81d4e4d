/** A setting that cannot be meant; its message is one line that says where, what and what is valid. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}
