// What the generator makes the calibration text of. Shares no pattern with evaluationTemplates.ts. Scripts only.
import type { Templates } from "./generator";

const places = [
  "the harbour",
  "the old mill",
  "a hospital in the north",
  "the market hall",
  "the third floor",
  "a village near the border",
  "the workshop",
  "the reading room",
];
const people = [
  "Nadia",
  "the younger brother",
  "a retired pilot",
  "the night nurse",
  "Professor Hale",
  "our neighbour",
  "the apprentice",
  "Jun",
];

export const calibrationTemplates: Templates = {
  languages: [
    {
      patterns: [
        "In {place}, {person} counted {n} {things} and wrote the number on the back of {paper}.",
        "It took {person} {n} days to learn how {things} are repaired, and one more to say so.",
        "Although {person} had promised not to, the {things} were gone by {time}.",
        "“If you ask me,” said {person}, “{n} {things} are too many for {place}.”",
        "Whoever came to {place} before {time} was given {things}; whoever came later got advice.",
        "The reason, as {person} explained, was simple: {things} cost less when nobody needs them.",
      ],
      slots: {
        place: places,
        person: people,
        things: ["lanterns", "letters", "chairs", "maps", "spare keys", "jars of honey", "radios", "tickets"],
        paper: ["an invoice", "a postcard", "a train timetable", "the menu"],
        time: ["noon", "the end of the week", "sunrise", "half past four"],
      },
    },
    {
      patterns: [
        "In {ort} fand {wer} {n} {dinge}, die niemand vermisst hatte.",
        "Dass {wer} ausgerechnet {dinge} sammelte, erfuhr man erst {wann}.",
        "„Mit {n} {dinge} kommt man nicht weit“, meinte {wer}, „aber es ist ein Anfang.“",
        "Wer {wann} nach {ort} fährt, sollte {dinge} mitnehmen.",
      ],
      slots: {
        ort: ["Lübeck", "der Scheune", "einem Vorort", "der Werkstatt am Kanal"],
        wer: ["die Hausmeisterin", "Herr Yilmaz", "mein Großonkel", "eine Studentin"],
        dinge: ["Regenschirme", "Schlüssel", "Gläser", "Noten", "Fahrkarten"],
        wann: ["im November", "nach dem Konzert", "am dritten Tag", "kurz vor Mitternacht"],
      },
    },
    {
      patterns: [
        "À {lieu}, {qui} a réparé {n} {choses} avant {quand}.",
        "On disait que {qui} ne sortait qu'avec des {choses} dans les poches.",
        "Si {qui} revient {quand}, donnez-lui ces {choses}, et ne posez pas de questions.",
        "Il a fallu {n} ans pour que {qui} comprenne à quoi servaient les {choses}.",
      ],
      slots: {
        lieu: ["Nantes", "la gare", "l'atelier", "la frontière"],
        qui: ["la voisine", "un ancien marin", "le pharmacien", "ma cousine"],
        choses: ["montres", "lettres", "clefs", "bougies", "cartes"],
        quand: ["l'hiver", "la fin du mois", "demain soir", "la récolte"],
      },
    },
    {
      patterns: [
        "En {lugar}, {quien} guardaba {n} {cosas} por si acaso.",
        "Nadie supo por qué {quien} regaló sus {cosas} {cuando}.",
        "Cuando {quien} llegó a {lugar}, ya no quedaban {cosas}.",
        "—Con {n} {cosas} no se hace una fiesta —dijo {quien}.",
      ],
      slots: {
        lugar: ["Cuenca", "el puerto", "la biblioteca", "la montaña"],
        quien: ["la maestra", "un relojero", "mi vecino Tomás", "la abuela"],
        cosas: ["linternas", "sillas", "naranjas", "fotografías", "llaves"],
        cuando: ["en primavera", "al amanecer", "antes de la boda", "el domingo"],
      },
    },
    {
      patterns: [
        "{谁}在{地方}发现了{n}个{东西}，却没有告诉任何人。",
        "到了{时候}，{地方}的{东西}已经不够用了。",
        "“{n}个{东西}太多了，”{谁}说，“留一半给别人吧。”",
        "为了找到{东西}，{谁}走遍了{地方}。",
      ],
      slots: {
        谁: ["邮递员", "王老师", "那位医生", "我的邻居"],
        地方: ["旧车站", "图书馆", "山脚下", "市场"],
        东西: ["灯笼", "箱子", "钥匙", "风筝"],
        时候: ["傍晚", "第二年春天", "星期五", "下雪的时候"],
      },
    },
    {
      patterns: [
        "{人}は{場所}で{物}を{n}個見つけた。",
        "{時}、{場所}にはもう{物}が残っていなかった。",
        "「{物}が{n}個もあれば十分です」と{人}は言った。",
        "{人}が{物}を集めはじめたのは{時}のことだ。",
      ],
      slots: {
        人: ["郵便局員", "駅長", "姉", "隣の老人"],
        場所: ["古い倉庫", "港", "教室", "川のほとり"],
        物: ["鍵", "手紙", "傘", "時計"],
        時: ["翌朝", "冬の終わり", "昼過ぎ", "祭りの前日"],
      },
    },
    {
      patterns: [
        "{кто} хранил {где} {n} старых писем и ни одного не открыл.",
        "Когда {кто} вернулся {когда}, {где} уже горел свет.",
        "«{n} — это слишком много», — сказал {кто} и вышел.",
        "Никто не знал, зачем {кто} приходит {где} {когда}.",
      ],
      slots: {
        кто: ["сторож", "доктор", "мой дядя", "переводчик"],
        где: ["на чердаке", "в мастерской", "у реки", "в библиотеке"],
        когда: ["зимой", "под утро", "в пятницу", "после дождя"],
      },
    },
  ],
  sums: [
    (random) => {
      const [a, b] = [random.between(12, 99), random.between(12, 99)];
      return `${a} × ${b} = ${a} × ${Math.floor(b / 10) * 10} + ${a} × ${b % 10} = ${a * Math.floor(b / 10) * 10} + ${a * (b % 10)} = ${a * b}.`;
    },
    (random) => {
      const [price, percent] = [random.between(4, 90) * 10, random.between(1, 9) * 5];
      return `A coat costs ${price} and is reduced by ${percent} percent. The reduction is ${(price * percent) / 100}, so the new price is ${price - (price * percent) / 100}.`;
    },
    (random) => {
      const [x, factor, add] = [random.between(2, 19), random.between(2, 9), random.between(1, 40)];
      return `Solve ${factor}x + ${add} = ${factor * x + add}. Subtract ${add}: ${factor}x = ${factor * x}. Divide by ${factor}: x = ${x}.`;
    },
    (random) => {
      const [n, start, step] = [random.between(4, 9), random.between(1, 20), random.between(2, 9)];
      const terms = Array.from({ length: n }, (_, index) => start + index * step);
      return `Continue the sequence ${terms.join(", ")}: each term is ${step} more than the one before, so the next is ${start + n * step}.`;
    },
    (random) => {
      const [speed, hours] = [random.between(30, 120), random.between(2, 9)];
      return `At ${speed} km/h for ${hours} hours the distance is ${speed} · ${hours} = ${speed * hours} km.`;
    },
  ],
  records: [
    (random) =>
      `{"id": ${random.between(1000, 99999)}, "kind": "${random.of(["visit", "repair", "delivery", "lesson"])}", "place": "${random.of(places)}", "by": "${random.of(people)}", "minutes": ${random.between(5, 240)}, "done": ${random.of(["true", "false"])}}`,
    (random) =>
      `2026-${String(random.between(1, 12)).padStart(2, "0")}-${String(random.between(1, 28)).padStart(2, "0")},${random.of(["Lyon", "Kraków", "Osaka", "Lagos", "Quito", "Perth"])},${random.between(-8, 38)}.${random.below(10)},${random.between(0, 60)},${random.of(["clear", "rain", "snow", "fog", "wind"])}`,
    (random) =>
      `| ${random.of(["bolt M6", "washer", "hinge", "oak board", "brass screw"])} | ${random.between(1, 500)} | ${random.between(1, 90)}.${random.between(10, 99)} | ${random.of(["in stock", "ordered", "last one"])} |`,
    (random) =>
      `def ${random.of(["total", "largest", "scaled", "shifted"])}_${random.between(1, 99)}(values):\n    result = ${random.between(0, 9)}\n    for value in values:\n        if value ${random.of(["<", ">", "!="])} ${random.between(0, 50)}:\n            result ${random.of(["+=", "-=", "*="])} value\n    return result`,
    (random) =>
      `SELECT ${random.of(["name", "city", "COUNT(*)", "MAX(price)"])} FROM ${random.of(["orders", "members", "books"])} WHERE ${random.of(["price", "age", "pages"])} ${random.of([">", "<="])} ${random.between(1, 900)} ORDER BY ${random.of(["1", "name", "created_at DESC"])} LIMIT ${random.between(1, 50)};`,
  ],
};
