// The scripts that teach a shell to complete `facet`: each asks `facet complete`, so that they need no change with new commands.

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/** What stands in the answer of `facet complete` where paths can follow. No name begins so. */
export const FILES_MARK = ":files";

export function completionScript(shell: Shell): string {
  return SCRIPTS[shell];
}

const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `# facet completion bash: put into ~/.bashrc: eval "$(facet completion bash)"
_facet() {
  local current="\${COMP_WORDS[COMP_CWORD]}" word
  COMPREPLY=()
  while IFS= read -r word; do
    if [[ $word == ${FILES_MARK} ]]; then
      while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$current")
      compopt -o filenames 2>/dev/null
    else
      COMPREPLY+=("$(printf '%q' "$word")")
    fi
  done < <(facet complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _facet facet
`,
  zsh: `#compdef facet
# facet completion zsh: put into ~/.zshrc, after compinit: eval "$(facet completion zsh)"
_facet() {
  local -a found names
  found=("\${(@f)$(facet complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  names=("\${(@)found:#${FILES_MARK}}")
  names=("\${(@)names:#}")
  # Names are found whatever their case is: -U takes what does not begin with the typed letters too.
  (( \${#names} )) && compadd -U -a names
  (( \${found[(I)${FILES_MARK}]} )) && _files
  return 0
}
compdef _facet facet
`,
  fish: `# facet completion fish: facet completion fish > ~/.config/fish/completions/facet.fish
function __facet_complete
    set -l words (commandline -opc) (commandline -ct)
    for word in (facet complete -- $words[2..-1] 2>/dev/null)
        if test "$word" = "${FILES_MARK}"
            __fish_complete_path (commandline -ct)
        else
            echo $word
        end
    end
end
complete -c facet -f -a "(__facet_complete)"
`,
};
