import { InvalidArgumentError, Option } from "commander";

/** An option that takes an integer within a range and has a default. */
export function integerOption(
  flags: string,
  description: string,
  range: { readonly min: number; readonly max: number; readonly value: number },
): Option {
  const { min, max, value } = range;
  return new Option(flags, `${description}, ${min} to ${max}`).default(value).argParser((text) => {
    const given = Number(text);
    if (/^\d+$/u.test(text) && given >= min && given <= max) return given;
    throw new InvalidArgumentError(`it must be an integer from ${min} to ${max}.`);
  });
}
