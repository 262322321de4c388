// Which values a message in ICU MessageFormat asks for, as a type: t("{count, plural, one {# file} other {# files}}") wants { count: number }.

/** The values of a message by their names; a message without any has no keys. */
export type MessageValues<Message extends string> = {
  [Argument in Found<Message> & [string, unknown] as Argument[0]]: Argument[1];
};

/** How many choices (plural, select) the text stands in. */
type Depth = readonly 0[];

type Found<Message extends string> = InText<Message, [], never>;

/** Up to the next brace: an opening one begins an argument, a closing one ends the text of a choice. */
type InText<Rest extends string, Within extends Depth, Arguments> = Rest extends `${infer Before}{${infer After}`
  ? Before extends `${string}}${string}`
    ? AfterBrace<Rest, Within, Arguments>
    : InArgument<After, Within, Arguments>
  : Within extends readonly []
    ? Arguments
    : AfterBrace<Rest, Within, Arguments>;

type AfterBrace<Rest extends string, Within extends Depth, Arguments> = Rest extends `${string}}${infer After}`
  ? InChoices<After, Within, Arguments>
  : Arguments;

type InArgument<
  Rest extends string,
  Within extends Depth,
  Arguments,
> = Rest extends `${infer Name}, ${"plural" | "selectordinal"}, ${infer After}`
  ? Name extends `${string}}${string}`
    ? Simple<Rest, Within, Arguments>
    : InChoices<After, [...Within, 0], Arguments | [Name, number]>
  : Simple<Rest, Within, Arguments>;

type Simple<Rest extends string, Within extends Depth, Arguments> = Rest extends `${infer Name}, select, ${infer After}`
  ? Name extends `${string}}${string}`
    ? Plain<Rest, Within, Arguments>
    : InChoices<After, [...Within, 0], Arguments | [Name, string]>
  : Plain<Rest, Within, Arguments>;

type Plain<Rest extends string, Within extends Depth, Arguments> = Rest extends `${infer Name}}${infer After}`
  ? InText<After, Within, Arguments | [Name, string]>
  : Arguments;

/** Between the choices of a plural or select: the next one's text, or the end of all. */
type InChoices<Rest extends string, Within extends Depth, Arguments> = Rest extends `${infer Before}{${infer After}`
  ? Before extends `${string}}${string}`
    ? ChoicesEnd<Rest, Within, Arguments>
    : InText<After, Within, Arguments>
  : ChoicesEnd<Rest, Within, Arguments>;

type ChoicesEnd<Rest extends string, Within extends Depth, Arguments> = Rest extends `${string}}${infer After}`
  ? Within extends readonly [0, ...infer Outer extends Depth]
    ? InText<After, Outer, Arguments>
    : Arguments
  : Arguments;
