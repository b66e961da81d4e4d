/**
 * Logarithm and exponential by the four operations alone. `Math.log`, `Math.exp` and `Math.pow` may
 * differ in their last bit between processors and versions of an engine, and one bit would change a
 * whole corpus; addition, multiplication and division are the same everywhere (IEEE 754).
 */
const LN2 = 0.693_147_180_559_945_3;

/** Natural logarithm of a positive number, to about 1e-12. */
export function ln(value: number): number {
  let mantissa = value;
  let exponent = 0;
  for (; mantissa > 1.5; mantissa /= 2) exponent += 1;
  for (; mantissa < 0.75; mantissa *= 2) exponent -= 1;
  // ln m = 2 artanh((m - 1) / (m + 1)), and that quotient is at most a fifth.
  const quotient = (mantissa - 1) / (mantissa + 1);
  const square = quotient * quotient;
  let sum = 0;
  for (let odd = 15; odd >= 1; odd -= 2) sum = sum * square + 1 / odd;
  return 2 * quotient * sum + exponent * LN2;
}

/** e to the power of a number between -700 and 700, to about 1e-14 of it. */
export function exp(power: number): number {
  const doublings = Math.round(power / LN2);
  const rest = power - doublings * LN2;
  let sum = 1;
  for (let term = 14; term >= 1; term -= 1) sum = 1 + (sum * rest) / term;
  for (let step = 0; step < doublings; step += 1) sum *= 2;
  for (let step = 0; step > doublings; step -= 1) sum /= 2;
  return sum;
}
