# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# For tests in containers: the image of ci/Containerfile, made without a registry, and podman with storage of its own.
# To be sourced behind tap.bash; all but has_podman() after make_folder(), with $here, the folder of this file, and $netrepro.
# shellcheck disable=SC2034,SC2154

# The machine of a test may lack CAP_SYS_RESOURCE, and no limit can be raised then: lower ones are asked for. runc, as crun
# refuses a host with cgroups of both versions.
readonly LIMITS=(--ulimit nofile=10000:10000 --ulimit nproc=10000:10000)

# has_podman: whether a container can be run here at all, otherwise why not in $why
has_podman() {
	if ((EUID != 0)); then
		why='only root has podman as these tests use it'
	elif ! command -v podman >/dev/null || ! command -v runc >/dev/null; then
		why='podman or runc is not installed'
	else
		return 0
	fi
	return 1
}

# podman_command: what to put in front of the words of podman, into $podman: nothing of the host's own storage. The mark of
# the test is in the environment of all of it.
podman_command() {
	podman=(env "$mark" podman --root "$folder/storage" --runroot "$folder/runroot" --tmpdir "$folder/tmp" --runtime
		"$(command -v runc)" --cgroup-manager cgroupfs --events-backend none --storage-driver overlay --log-level error)
}

podman_() {
	local podman
	podman_command
	"${podman[@]}" "$@"
}

# make_base ROOT COMMAND…: the root file system of an image, of files of this host: the commands and their libraries. It is
# no more than what an image of a registry has as well; compilers and the like are not in it.
make_base() {
	local root=$1 name path
	shift
	mkdir -p "$root"/{usr/{bin,sbin,lib,lib64,share},proc,sys,dev,run,tmp,etc,root,var/lib/apt/lists}
	chmod 1777 "$root/tmp"
	for name in bin sbin lib lib64; do
		ln -s "usr/$name" "$root/$name"
	done
	for name; do
		path=$(command -v "$name") || die "no $name"
		cp -L "$path" "$root/usr/bin/"
		for path in $(ldd "$path" 2>/dev/null | grep -o '/[^ ]*'); do
			mkdir -p "$root${path%/*}"
			cp -Ln "$path" "$root$path"
		done
	done
	# What a terminal is, and UTF-8.
	for path in /lib/terminfo /usr/lib/locale/C.utf8; do
		[[ ! -e $path ]] || (cd / && cp -r --parents ".$(realpath "$path")" "$root")
	done
	printf 'root:x:0:0:root:/root:/bin/sh\nstudent:x:1000:1000::/tmp:/bin/sh\n' >"$root/etc/passwd"
	printf 'root:x:0:\nstudent:x:1000:\n' >"$root/etc/group"
	ldconfig -r "$root"
}

# build_image: the image `netrepro` of ci/Containerfile, on top of such a base. While it is built, the host's /usr is seen in
# it, as nothing can be installed without a registry: what ci/setup looks for is found there.
build_image() {
	make_base "$folder/base" sh bash ls cat rm mkdir env id grep sed tr sleep stty tput ps ldconfig tmux ss ip sysctl mount \
		unshare setpriv timeout "$netrepro" || return
	rm "$folder/base/usr/bin/netrepro"
	tar -C "$folder/base" -cf "$folder/base.tar" . && podman_ import --quiet "$folder/base.tar" base >/dev/null &&
		podman_ build --quiet --network none "${LIMITS[@]}" --volume /usr:/usr:ro --volume /etc/alternatives:/etc/alternatives:ro \
			--env "MAKEFLAGS=-j$(nproc) CFLAGS=-O0" --build-arg BASE=localhost/base -f "$here/../../ci/Containerfile" -t netrepro "$here/../.."
}

# contain FLAG… -- ARGUMENT…: run netrepro in a new container, which is gone afterwards
contain() {
	local flags=()
	while [[ $1 != -- ]]; do
		flags+=("$1")
		shift
	done
	shift
	podman_ run --rm --network none "${LIMITS[@]}" "${flags[@]}" localhost/netrepro "$@"
}

# remove_image: what these functions have left, but for files in $folder
remove_image() {
	[[ ! -d $folder/storage ]] || podman_ rmi --all --force >/dev/null 2>&1
}
