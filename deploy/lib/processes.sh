# shellcheck shell=bash
# processes: background processes of a folder, known by pid and start time. Sourced by deploy/demo.
#
# A pid alone may belong to somebody else by now; with the start time it cannot. What these
# functions did not start, they never touch. $run holds a file for each process, $logs its log.

# The moment at which process $1 started, in the kernel's ticks; nothing if there is none.
process_start() {
	# The name in parentheses may hold spaces: fields count from behind the last parenthesis.
	sed -n 's/.*) //p' "/proc/$1/stat" 2>/dev/null | awk '$1 != "Z" { print $20 }'
}

# Prints the pid of $1 if it runs and is the one that was started here.
process_pid() {
	local pid started
	[ -f "$run/$1" ] || return 1
	read -r pid started <"$run/$1"
	[ -n "$pid" ] && [ -n "$started" ] && [ "$(process_start "$pid")" = "$started" ] &&
		echo "$pid"
}

# process_begin NAME COMMAND...: starts it, unless it runs.
process_begin() {
	local name=$1 pid
	shift
	process_pid "$name" >/dev/null && return 0
	setsid "$@" >>"$logs/$name.log" 2>&1 </dev/null 9>&- &
	pid=$!
	echo "$pid $(process_start "$pid")" >"$run/$name"
}

# process_end NAME SECONDS: SIGTERM; after SECONDS, said aloud, SIGKILL.
process_end() {
	local name=$1 seconds=$2 pid tenths=0
	if pid=$(process_pid "$name"); then
		kill -TERM "$pid" 2>/dev/null || true
		while process_pid "$name" >/dev/null; do
			if [ "$tenths" -ge $((seconds * 10)) ]; then
				say "$name did not end within $seconds s and is killed"
				kill -KILL "$pid" 2>/dev/null || true
			fi
			sleep 0.1
			tenths=$((tenths + 1))
		done
	fi
	rm -f "$run/$name"
}

# True if somebody listens on TCP port $1, on whichever address.
port_is_taken() {
	local hex
	hex=$(printf '%04X' "$1")
	cat /proc/net/tcp /proc/net/tcp6 2>/dev/null |
		awk -v port=":$hex" '$4 == "0A" && substr($2, length($2) - 4) == port { taken = 1 }
			END { exit !taken }'
}

# The first free port from $1 on.
port_from() {
	local port=$1
	while port_is_taken "$port"; do
		port=$((port + 1))
	done
	echo "$port"
}
