// Grammars that llama.cpp takes, of all that GBNF has.

/** Some in llama.cpp's own manner: of its grammars folder, and of its JSON schema converter. */
export const goodGrammars: readonly [name: string, text: string][] = [
  ["a word", 'root ::= "yes" | "no"'],
  ["windows lines", 'root ::= a b\r\na ::= "a"\r\nb ::= "b"\r\n'],
  ["comments and blank lines", '# two rules\n\nroot ::= item+ # many\n\nitem ::= "- " [^\\n]+ "\\n"\n'],
  ["lines in ( ) and after |", 'root ::= (\n  "a"\n  # between\n  | "b" ) | "c" |\n  "d"'],
  ["a line after ::=", 'root ::=\n  "a"'],
  ["characters", 'root ::= [a-z] [^\\n\\]"-] [-a] [a-] [\\x41\\u00e9\\U0001F600-\\U0001F64F] [ぁ-ゟ] . "😀"'],
  ["escapes", 'root ::= "\\t\\r\\n\\\\\\"\\[\\]\\-"'],
  ["repetitions", 'root ::= "a"* "b"+ "c"? "d"{3} "e"{2,} "f"{0,5} ("g" "h"){1,2}? [0-9]{1,16}'],
  ["a rule that may be empty", 'root ::= a? b\na ::= | "a" a\nb ::= '],
  ["a list", 'root ::= "[" (item ("," item)*)? "]"\nitem ::= [0-9]+ | root'],
  ["right recursion", 'root ::= "a" root | "b"'],
  ["the same name twice", 'root ::= "a"\nroot ::= "b"'],
  ["an empty answer", 'root ::= ""'],
  [
    "as a converter writes JSON",
    'space ::= | " " | "\\n" [ \\t]{0,20}\nboolean ::= ("true" | "false") space\nchar ::= [^"\\\\\\x7F\\x00-\\x1F] | [\\\\] (["\\\\bfnrt] | "u" [0-9a-fA-F]{4})\nstring ::= "\\"" char* "\\"" space\nroot ::= "{" space "\\"name\\"" space ":" space string "}" space',
  ],
];
