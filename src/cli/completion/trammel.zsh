#compdef trammel
# SPDX-License-Identifier: Apache-2.0
# Completion for zsh: asks the program itself, which has the tables that --help prints.

_trammel() {
	local line word about
	local -a words_now plain plain_about open open_about
	words_now=("${(@Q)words[1,CURRENT-1]}" "${(Q)PREFIX}")
	for line in "${(@f)$("${words_now[1]}" complete -- "${(@)words_now[2,-1]}" 2>/dev/null)}"; do
		word=${line%%$'\t'*}
		about=$word
		[[ $line == *$'\t'* ]] && about="$word -- ${line#*$'\t'}"
		case $line in
		'' | :none) ;;
		:files)
			[[ $PREFIX == --*=* ]] && compset -P '*='
			_files
			;;
		:dirs)
			[[ $PREFIX == --*=* ]] && compset -P '*='
			_files -/
			;;
		:commands) _command_names -e || _files ;;
		*[=:])
			open+=("$word")
			open_about+=("$about")
			;;
		*[=:]$'\t'*)
			open+=("$word")
			open_about+=("$about")
			;;
		*)
			plain+=("$word")
			plain_about+=("$about")
			;;
		esac
	done
	(($#plain)) && compadd -l -d plain_about -a plain
	(($#open)) && compadd -l -S '' -d open_about -a open
	return 0
}

_trammel "$@"
