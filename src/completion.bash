# SPDX-License-Identifier: Apache-2.0
# bash completion for intarsia: commands, options, files, and the functions that the file named before has.
_intarsia() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} command='' word
  local -a places=()
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in
      -*) ;;
      *) if [ -z "$command" ]; then command=$word; else places+=("$word"); fi ;;
    esac
  done
  local files=1
  local options='--help --color'
  case $command in
    explain) options+=' --target --latex --expression --dot' ;;
    asm) options+=' --target --all --source --mca --cpu --require --forbid' ;;
    diff) options+=' --target --against --mca --cpu'; files=2 ;;
    report) options+=' --target --cpu --output' ;;
  esac
  COMPREPLY=()
  case $previous in
    --color) mapfile -t COMPREPLY < <(compgen -W 'always never auto' -- "$current"); return ;;
    --target|--against) mapfile -t COMPREPLY < <(compgen -W 'SSE2 SSSE3 SSE4 AVX2 AVX3 AVX3_DL AVX3_ZEN4 NEON' -- "$current"); return ;;
    -o|--output) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    --cpu|--require|--forbid) return ;;
  esac
  if [[ $current == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
  elif [ -z "$command" ]; then
    mapfile -t COMPREPLY < <(compgen -W 'list explain asm diff report' -- "$current")
  elif [ ${#places[@]} -lt $files ]; then
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
  elif [ ${#places[@]} -eq $files ] && [ "$command" != list ]; then
    # names are separated by two spaces from what follows them
    mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" list "${places[0]}" 2>/dev/null | sed -n 's/^\([^ ][^ ]*\)  .*/\1/p')" -- "$current")
  fi
}
complete -o filenames -F _intarsia intarsia
