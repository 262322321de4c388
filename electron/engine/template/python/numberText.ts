// Numbers with a given precision, rounded exactly and half to even, as Python does it. Engine process.
import { checkLength } from "./limits";

/** A double has no more digits behind its point. */
const MOST_FRACTION_DIGITS = 1100;

/** value × 10^power, rounded half to even. The value is finite, the power at most some thousands. */
export function scaled(value: number, power: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, Math.abs(value));
  const bits = view.getBigUint64(0);
  const exponentBits = Number(bits >> 52n);
  const fraction = bits & ((1n << 52n) - 1n);
  const mantissa = exponentBits === 0 ? fraction : fraction | (1n << 52n);
  const exponent = Math.max(exponentBits, 1) - 1075;
  const numerator = mantissa * (exponent > 0 ? 1n << BigInt(exponent) : 1n) * (power > 0 ? 10n ** BigInt(power) : 1n);
  const denominator = (exponent < 0 ? 1n << BigInt(-exponent) : 1n) * (power < 0 ? 10n ** BigInt(-power) : 1n);
  const rounded = divideHalfToEven(numerator, denominator);
  return value < 0 ? -rounded : rounded;
}

export function divideHalfToEven(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  const twice = (numerator % denominator) * 2n;
  return twice > denominator || (twice === denominator && quotient % 2n === 1n) ? quotient + 1n : quotient;
}

/** Without a sign; `alternate` keeps the point and its zeros. "plain" is "g" with at least one digit behind the point. */
export function floatWith(
  style: "f" | "e" | "g" | "plain",
  value: number,
  precision: number,
  alternate: boolean,
): string {
  checkLength(precision);
  const size = Math.abs(value);
  if (Number.isNaN(size)) return "nan";
  if (!Number.isFinite(size)) return "inf";
  if (style === "f") return withPoint(fixed(size, precision), alternate);
  if (style === "e") return exponential(size, precision, alternate);
  const digits = Math.max(precision, 1);
  const exponent = decimalExponent(size, digits - 1);
  if (exponent < -4 || exponent >= (style === "plain" ? digits - 1 : digits))
    return alternate ? exponential(size, digits - 1, true) : withoutZeros(exponential(size, digits - 1, false));
  const text = fixed(size, digits - 1 - exponent);
  if (alternate) return withPoint(text, true);
  const short = withoutZeros(text);
  return style === "plain" && !short.includes(".") ? `${short}.0` : short;
}

function fixed(size: number, precision: number): string {
  const exact = Math.min(precision, MOST_FRACTION_DIGITS);
  const digits = scaled(size, exact)
    .toString()
    .padStart(exact + 1, "0");
  const whole = digits.slice(0, digits.length - exact);
  return precision === 0 ? whole : `${whole}.${digits.slice(digits.length - exact).padEnd(precision, "0")}`;
}

/** Of the number rounded to so many digits behind its first. */
function decimalExponent(size: number, fractionDigits: number): number {
  if (size === 0) return 0;
  const guess = Number(size.toExponential().split("e")[1]);
  const rounded = scaled(size, Math.min(fractionDigits, MOST_FRACTION_DIGITS) - guess);
  return rounded >= 10n ** BigInt(Math.min(fractionDigits, MOST_FRACTION_DIGITS) + 1) ? guess + 1 : guess;
}

function exponential(size: number, precision: number, alternate: boolean): string {
  const exact = Math.min(precision, MOST_FRACTION_DIGITS);
  const exponent = decimalExponent(size, exact);
  const digits = scaled(size, exact - exponent)
    .toString()
    .padStart(exact + 1, "0");
  const fraction = digits.slice(1).padEnd(precision, "0");
  const mantissa = fraction === "" ? withPoint(digits, alternate) : `${digits.slice(0, 1)}.${fraction}`;
  return `${mantissa}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

function withPoint(text: string, alternate: boolean): string {
  return alternate && !text.includes(".") ? `${text}.` : text;
}

function withoutZeros(text: string): string {
  const [mantissa = "", exponent] = text.split("e");
  const short = mantissa.includes(".") ? mantissa.replace(/\.?0+$/, "") : mantissa;
  return exponent === undefined ? short : `${short}e${exponent}`;
}
