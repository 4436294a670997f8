#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Lower layers never include higher ones, and only src/record knows libbpf.
set -u
cd "$TRAMMEL_SOURCE" || exit 1
bad=0
complain() {
	echo "$*"
	bad=1
}

# What each layer may include besides itself.
declare -A may=(
	[util]=""
	[tables]="util"
	[facts]="util tables"
	[trace]="util tables facts"
	[rules]="util tables"
	[formats]="util tables rules"
	[eval]="util tables rules"
	[policy]="util tables facts trace rules formats"
	[check]="util tables facts trace rules formats eval policy"
	[bundle]="util tables facts trace"
	[engine]="util tables facts trace"
	[record]="util tables facts trace rules formats eval policy check engine event"
	[cli]="util tables facts trace rules formats eval policy check bundle engine record"
	[event]=""
)
# The layer each public header belongs to.
declare -A public=(
	[err]=util [abi]=tables [facts]=facts [redact]=facts [bundle]=bundle [trace]=trace [image_files]=trace [rules]=rules
	[apparmor]=rules [apparmor_text]=formats [run_options]=rules [run_text]=formats [policy_run]=policy
	[seccomp]=formats [cbpf]=eval [apparmor_policy]=eval
	[policy]=policy [policy_apparmor]=policy [tune]=policy [check]=check [check_apparmor]=check [dead]=check [diff]=check [diff_apparmor]=check [lint]=check [engine]=engine
	[record]=record [rehearse]=record
	[features]=record [event]=event
)

layer_of() { # a file of ours, or what stands between the quotes of an include
	local path=${1#src/} name
	case $path in
	include/trammel/* | trammel/*)
		name=$(basename "$path" .h)
		echo "${public[$name]:-unknown}"
		;;
	*/*) echo "${path%%/*}" ;;
	esac
}

while IFS=: read -r file line text; do
	from=$(layer_of "$file")
	included=$(sed -n 's/^[ \t]*#[ \t]*include[ \t]*"\([^"]*\)".*/\1/p' <<<"$text")
	# A header the build makes has no folder.
	[[ $included == */* ]] || continue
	to=$(layer_of "$included")
	[[ -n ${may[$from]+known} ]] || complain "$file: layer '$from' is not in this test's table"
	[[ -n ${may[$to]+known} ]] || complain "$file:$line: layer of '$included' is not in this test's table"
	[[ $from == "$to" || " ${may[$from]-} " == *" $to "* ]] ||
		complain "$file:$line: $from includes $included, of the layer $to"
done < <(grep -rnE '^[ \t]*#[ \t]*include[ \t]*"' src include --include='*.[ch]')

while IFS= read -r hit; do
	complain "$hit: libbpf outside src/record"
done < <(grep -rnE 'include[ \t]*[<"](bpf/|linux/bpf|.*\.skel\.h)' src include --include='*.[ch]' |
	grep -v '^src/record/' | cut -d: -f1,2)

exit $bad
