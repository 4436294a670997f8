# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Completion for bash: asks the program itself, which has the tables that --help prints.

_trammel() {
	local line=${COMP_LINE:0:COMP_POINT} words=() word last='' i
	local cur strip='' prefix='' value candidate
	COMPREPLY=()
	# bash has cut words at = and :, the program takes them whole.
	for ((i = 0; i <= COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		if ((i > 0)) && [[ $line != [[:blank:]]* ]]; then
			((i < COMP_CWORD)) || word=$line
			words[-1]+=$word
		else
			line=${line#"${line%%[![:blank:]]*}"}
			((i < COMP_CWORD)) || word=$line
			words+=("$word")
		fi
		line=${line#"$word"}
		last=$word
	done
	cur=${words[-1]}
	# What stands before the piece that bash will replace.
	[[ $last == [=:] ]] && last=
	strip=${cur%"$last"}
	# Of the characters that it cuts at, it replaces this one, too.
	strip=${strip%@}
	[[ $cur == --*=* ]] && prefix=${cur%%=*}=
	value=${cur#"$prefix"}
	while IFS= read -r candidate; do
		case $candidate in
		:files)
			compopt -o filenames 2>/dev/null
			while IFS= read -r word; do
				COMPREPLY+=("$prefix$word")
			done < <(compgen -f -- "$value")
			;;
		:dirs)
			compopt -o filenames 2>/dev/null
			while IFS= read -r word; do
				COMPREPLY+=("$prefix$word")
			done < <(compgen -d -- "$value")
			;;
		:commands)
			while IFS= read -r word; do
				COMPREPLY+=("$word")
			done < <(compgen -c -f -- "$cur")
			;;
		:none) ;;
		*)
			candidate=${candidate%%$'\t'*}
			COMPREPLY+=("$candidate")
			[[ $candidate == *[=:] ]] && compopt -o nospace 2>/dev/null
			;;
		esac
	done < <("${words[0]}" complete -- "${words[@]:1}" 2>/dev/null)
	for i in "${!COMPREPLY[@]}"; do
		COMPREPLY[i]=${COMPREPLY[i]#"$strip"}
	done
} && complete -F _trammel trammel
