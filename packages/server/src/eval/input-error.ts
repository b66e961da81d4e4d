/** Something given to be measured that cannot be meant; each line of its message says one thing. */
export class InputError extends Error {
  override readonly name = "InputError";
}
