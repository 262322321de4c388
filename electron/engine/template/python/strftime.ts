// datetime.strftime in English, for a local time without a zone, as datetime.now() has none. Engine process.

const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];
const DAY_MS = 86_400_000;

/** What stands for others together. */
const COMPOSED: Readonly<Record<string, string>> = {
  c: "%a %b %e %H:%M:%S %Y",
  D: "%m/%d/%y",
  F: "%Y-%m-%d",
  r: "%I:%M:%S %p",
  R: "%H:%M",
  T: "%H:%M:%S",
  x: "%m/%d/%y",
  X: "%H:%M:%S",
};

export function strftime(date: Date, format: string): string {
  return format.replace(/%([-_0^#]?)([a-zA-Z%])/g, (whole, flag: string, directive: string) => {
    const composed = COMPOSED[directive];
    if (composed !== undefined) return strftime(date, composed);
    const number = numbers(date, directive);
    if (number !== undefined)
      return number.value
        .toString()
        .padStart(flag === "-" ? 0 : number.width, flag === "_" || (flag === "" && number.fill === " ") ? " " : "0");
    const text = words(date, directive);
    return text === undefined ? whole : flag === "^" ? text.toUpperCase() : text;
  });
}

function numbers(date: Date, directive: string): { value: number; width: number; fill?: " " } | undefined {
  const [hours, dayOfYear] = [date.getHours(), dayOf(date)];
  switch (directive) {
    case "C":
      return { value: Math.floor(date.getFullYear() / 100), width: 2 };
    case "d":
      return { value: date.getDate(), width: 2 };
    case "e":
      return { value: date.getDate(), width: 2, fill: " " };
    case "f":
      return { value: date.getMilliseconds() * 1000, width: 6 };
    case "G":
      return { value: isoWeek(date).year, width: 4 };
    case "g":
      return { value: isoWeek(date).year % 100, width: 2 };
    case "H":
      return { value: hours, width: 2 };
    case "I":
      return { value: hours % 12 || 12, width: 2 };
    case "j":
      return { value: dayOfYear + 1, width: 3 };
    case "k":
      return { value: hours, width: 2, fill: " " };
    case "l":
      return { value: hours % 12 || 12, width: 2, fill: " " };
    case "M":
      return { value: date.getMinutes(), width: 2 };
    case "m":
      return { value: date.getMonth() + 1, width: 2 };
    case "S":
      return { value: date.getSeconds(), width: 2 };
    case "s":
      return { value: Math.floor(date.getTime() / 1000), width: 1 };
    case "U":
      return { value: Math.floor((dayOfYear + 7 - date.getDay()) / 7), width: 2 };
    case "u":
      return { value: date.getDay() || 7, width: 1 };
    case "V":
      return { value: isoWeek(date).week, width: 2 };
    case "W":
      return { value: Math.floor((dayOfYear + 7 - ((date.getDay() + 6) % 7)) / 7), width: 2 };
    case "w":
      return { value: date.getDay(), width: 1 };
    case "Y":
      return { value: date.getFullYear(), width: 4 };
    case "y":
      return { value: date.getFullYear() % 100, width: 2 };
    default:
      return undefined;
  }
}

function words(date: Date, directive: string): string | undefined {
  const [day = "", month = ""] = [DAYS[date.getDay()], MONTHS[date.getMonth()]];
  const half = date.getHours() < 12 ? "AM" : "PM";
  return {
    A: day,
    a: day.slice(0, 3),
    B: month,
    b: month.slice(0, 3),
    h: month.slice(0, 3),
    p: half,
    P: half.toLowerCase(),
    n: "\n",
    t: "\t",
    "%": "%",
    Z: "",
    z: "",
  }[directive];
}

/** Of the year, from 0; no hour of summer time moves it. */
function dayOf(date: Date): number {
  return (Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) - Date.UTC(date.getFullYear(), 0, 1)) / DAY_MS;
}

/** ISO 8601: weeks begin on Monday, the first holds the first Thursday. */
function isoWeek(date: Date): { year: number; week: number } {
  const thursday = new Date(date.getFullYear(), date.getMonth(), date.getDate() + 4 - (date.getDay() || 7));
  return { year: thursday.getFullYear(), week: Math.floor(dayOf(thursday) / 7) + 1 };
}
