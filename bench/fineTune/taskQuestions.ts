// The task that the fine-tune of the fidelity measurement learns: questions with one right answer each. Developer scripts only.
import { Random } from "../../scripts/texts/Random";

export interface TaskQuestion {
  readonly kind: "order" | "sum" | "sort";
  readonly question: string;
  /** The only answer that counts as right, character for character. */
  readonly answer: string;
}

/** Training and test questions have different seeds; test questions that were trained on are left out. */
export const TRAIN_SEED = 20_261_122;
export const TEST_SEED = 77;
/** Of TRAIN_SEED, as writeTokens.ts writes them. */
export const TRAINED_QUESTIONS = 40_000;

const firstNames = [
  "Ada",
  "Amara",
  "Bela",
  "Carlos",
  "Chen",
  "Dana",
  "Elif",
  "Emre",
  "Farid",
  "Greta",
  "Hanna",
  "Ines",
  "Ivan",
  "Jana",
  "Jonas",
  "Kofi",
  "Lena",
  "Liam",
  "Maya",
  "Milan",
  "Nadia",
  "Noor",
  "Olga",
  "Omar",
  "Petra",
  "Ravi",
  "Rosa",
  "Sven",
  "Tariq",
  "Yuki",
];
const lastNames = [
  "Adler",
  "Baker",
  "Costa",
  "Duarte",
  "Ekman",
  "Fischer",
  "Garcia",
  "Haddad",
  "Ito",
  "Jensen",
  "Kowalski",
  "Lang",
  "Moreau",
  "Novak",
  "Okafor",
  "Patel",
  "Quinn",
  "Rossi",
  "Silva",
  "Tanaka",
  "Usman",
  "Varga",
  "Weber",
  "Yilmaz",
  "Zhang",
];
const items = [
  "lamp",
  "chair",
  "notebook",
  "kettle",
  "bicycle",
  "backpack",
  "mirror",
  "blanket",
  "teapot",
  "shelf",
  "candle",
  "clock",
  "basket",
  "carpet",
  "drill",
  "easel",
  "fan",
  "guitar",
  "hammer",
  "jacket",
  "ladder",
  "mug",
  "pillow",
  "radio",
  "tent",
];
const months = [
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
const numberWords = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
const words = [
  "apple",
  "bridge",
  "cloud",
  "desert",
  "engine",
  "forest",
  "garden",
  "harbor",
  "island",
  "jungle",
  "kitchen",
  "lemon",
  "market",
  "needle",
  "ocean",
  "pepper",
  "quartz",
  "river",
  "silver",
  "tunnel",
  "umbrella",
  "valley",
  "window",
  "yellow",
  "zebra",
  "anchor",
  "butter",
  "circle",
  "dragon",
  "eagle",
  "feather",
  "glove",
  "hammer",
  "insect",
  "jewel",
  "kettle",
  "ladder",
  "mirror",
];

/** The same seed gives the same questions on every machine. */
export function taskQuestions(seed: number, count: number): TaskQuestion[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () => {
    const kind = random.below(4);
    if (kind <= 1) return order(random);
    return kind === 2 ? sum(random) : sort(random);
  });
}

export function testQuestions(trained: readonly TaskQuestion[], count: number): TaskQuestion[] {
  const known = new Set(trained.map(({ question }) => question));
  return taskQuestions(TEST_SEED, count * 4)
    .filter(({ question }) => !known.has(question))
    .slice(0, count);
}

/** How a question stands before the model: Gemma's own form of a turn. */
export function promptOf({ question }: TaskQuestion): string {
  return `<start_of_turn>user\n${question}<end_of_turn>\n<start_of_turn>model\n`;
}

export const ANSWER_END = "<end_of_turn>";

function order(random: Random): TaskQuestion {
  const name = `${random.of(firstNames)} ${random.of(lastNames)}`;
  const item = random.of(items);
  const quantity = random.between(2, 12);
  const day = random.between(1, 28);
  const month = random.below(12);
  const year = random.between(2019, 2029);
  const monthName = months[month] ?? "";
  const date = random.of([
    `${day} ${monthName} ${year}`,
    `${monthName} ${day}, ${year}`,
    `${day}.${month + 1}.${year}`,
  ]);
  const amount = random.of([String(quantity), numberWords[quantity - 1] ?? ""]);
  const question = random.of([
    `${name} ordered ${amount} ${item}s, to arrive on ${date}.`,
    `Please send ${amount} ${item}s to ${name} by ${date}.`,
    `On ${date} we need ${amount} ${item}s for ${name}.`,
    `Order for ${name}: ${amount} ${item}s, due ${date}.`,
  ]);
  const isoDate = `${year}-${String(month + 1).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
  return { kind: "order", question, answer: JSON.stringify({ name, item, quantity, date: isoDate }) };
}

function sum(random: Random): TaskQuestion {
  const left = random.between(10, 99);
  const right = random.between(10, 99);
  return random.below(2) === 0
    ? { kind: "sum", question: `What is ${left} + ${right}?`, answer: String(left + right) }
    : { kind: "sum", question: `What is ${left + right} - ${left}?`, answer: String(right) };
}

function sort(random: Random): TaskQuestion {
  const chosen = random.shuffled(words).slice(0, random.between(3, 5));
  return { kind: "sort", question: `Sort these words: ${chosen.join(", ")}.`, answer: chosen.toSorted().join(", ") };
}
