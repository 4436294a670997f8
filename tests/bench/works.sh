# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# The workloads, each in a container that watch.sh watches. Needs live.sh and watch.sh.
#
#   work_begin NAME       starts it
#   work NAME MUCH        has it done; prints the units of work done, and a second's where the client tells
#   work_end
#
# and by name:
#   WORK_MUCH    what takes about half a second
#   WORK_TURNS   how often that is done in a round; of what is to be new to the recording, once
#   WORK_FEWER   the part of it that is enough under strace
#   WORK_CALLS   the least of syscalls that a unit takes: what a tool must have seen
#   WORK_HOLDS   what is true of a trace of it, UNITS being those done

# shellcheck disable=SC2034 # for rounds.sh
{
	WORKS=(redis nginx forks trees compile files)
	declare -A WORK_MUCH=([redis]=24000 [nginx]=1 [forks]=600 [trees]=10 [compile]=1 [files]=50000)
	declare -A WORK_TURNS=([redis]=3 [nginx]=2 [forks]=2 [trees]=1 [compile]=1 [files]=1)
	declare -A WORK_FEWER=([redis]=10 [nginx]=1 [forks]=10 [trees]=10 [compile]=1 [files]=10)
	declare -A WORK_CALLS=([redis]=2 [nginx]=4 [forks]=20 [trees]=4 [compile]=1000 [files]=3)
	declare -A WORK_HOLDS=(
		[redis]="{'epoll_wait', 'read', 'write'} <= calls()"
		[nginx]="files('/srv/www/index.html', 'open')"
		[forks]="'/bin/true' in ' '.join(execs())"
		[trees]="len([f for f in files(act='open') if f['path'].startswith('/trees/') and f['path'].endswith('.h')]) > 0.9 * UNITS"
		[compile]="len([f for f in files(act='open') if f['path'].startswith('/programs/')]) == UNITS"
		[files]="len([f for f in files(act='open') if f['path'].startswith('/files/') and f['path'][-1] != '/' and 'r' in f['perms']]) == UNITS"
	)
}

CLIENT=''

# Its client is in another container, with the same network; and on the same CPU, where the two take turns: what
# a request takes depends on how many have come meanwhile, and between two CPUs that is left to chance.
begin_server() {
	local image=$1
	shift
	live_container --network none --no-healthcheck --log-driver none --cpuset-cpus "$WATCHED_CPU" "$@"
	watched "$CONTAINER"
	live_container --network "container:$WATCHED" --no-healthcheck --log-driver none --cpuset-cpus "$WATCHED_CPU" \
		"$image" sleep 1000000
	CLIENT=$CONTAINER
}

answers() {
	local answer
	answer=$(work "$1" "$2" 2>/dev/null) && [ "${answer%% *}" -gt 0 ]
}

work_begin() {
	case $1 in
	redis)
		begin_server trammel-lab/redis trammel-lab/redis redis-server --dir /var/lib/redis --save ''
		wait_until answers redis 2000
		;;
	nginx)
		# Its log is a file: whoever read a pipe would be at work beside it.
		begin_server trammel-lab/bench trammel-lab/nginx sh -c 'exec nginx -g "daemon off;" >/tmp/access.log'
		wait_until answers nginx 1
		;;
	*) begin_worker "$1" ;;
	esac
}

begin_worker() {
	# shellcheck disable=SC2153 # live.sh's
	local box=$WORK/box
	rm -rf "$box"
	mkdir "$box"
	mkfifo "$box/go" "$box/done" || fail "no pipes"
	live_container --network none --log-driver none --cpuset-cpus "$WATCHED_CPU" -v "$box:/box" \
		-v "$TRAMMEL_SOURCE/tests/workloads/programs:/programs:ro" trammel-lab/bench
	watched "$CONTAINER"
	exec 5<>"$box/go" 6<>"$box/done"
	case $1 in
	trees | files)
		worker "make_$1" >/dev/null || fail "the worker made nothing"
		sync -f "$WORK" # or the disk is busy with it for long
		;;
	esac
}

worker() {
	local word units
	echo "$*" >&5
	read -r -t 120 word units <&6 && [ "$word" = units ] && echo "$units"
}

work() {
	case $1 in
	redis)
		docker exec "$CLIENT" redis-benchmark --csv -t set,get -n $(($2 / 2)) | tr -d '"' |
			awk -F, -v units="$2" '$2 + 0 > 0 { s += 1 / $2; n++ } END { if (n) printf "%d %.1f\n", units, n / s }'
		;;
	nginx)
		docker exec "$CLIENT" wrk -t1 -c16 -d"$2" http://127.0.0.1:8080/ |
			awk '/requests in/ { units = $1 } /^Requests.sec:/ { print units, $2 } /Non-2xx|Socket errors/ { exit 1 }'
		;;
	*) worker "$1" "$2" ;;
	esac
}

work_end() {
	live_remove_containers
	rm -f "$WORK/.containers"
	exec 5>&- 6>&-
}
