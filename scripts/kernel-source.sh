#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Fetches the kernel's page-table code from Debian's linux-source packages.
#
#   kernel-source.sh OUTDIR [VERSION...]      VERSION: 7.3 and 6.12 unless said
#
# Result: OUTDIR/linux-VERSION/ with the few directories the adapters compile, and the package
# and its version in the file `package` therein. A version that has gone from the archive is
# replaced by the newest of its major version. Nothing is installed: apt runs on lists, state and
# cache of its own under OUTDIR, with the mirror and the keyring this host already trusts.
# Exit code 2 and one line if nothing could be fetched.
set -eu

[ $# -ge 1 ] || { sed -n '5s/^# *//p' "$0" >&2; exit 2; }
mkdir -p "$1"
out=$(cd "$1" && pwd)
shift

paths='
drivers/iommu/generic_pt
drivers/iommu/iommu-pages.h
drivers/iommu/iommu-pages.c
drivers/iommu/io-pgtable.c
drivers/iommu/io-pgtable-arm.c
drivers/iommu/io-pgtable-arm.h
drivers/iommu/io-pgtable-arm-v7s.c
drivers/iommu/io-pgtable-dart.c
drivers/iommu/amd
include/linux/generic_pt
include/linux/io-pgtable.h
include/linux/iova_bitmap.h
include/linux/iommu.h
arch/arm64/kvm/hyp/pgtable.c
arch/arm64/include/asm/kvm_pgtable.h
arch/arm64/include/asm/pgtable-hwdef.h
arch/arm64/include/asm/stage2_pgtable.h
Makefile
'

absent() {
	echo "No kernel sources: $1. KERNEL=DIR takes them from a tree you have." >&2
	exit 2
}

apt=$out/apt
aptget() {
	apt-get -q -o Dir::Etc::SourceList="$apt/sources.list" -o Dir::Etc::SourceParts=/dev/null \
		-o Dir::State="$apt/state" -o Dir::State::status="$apt/status" \
		-o Dir::Cache="$apt/cache" -o APT::Sandbox::User=root \
		-o Acquire::Languages=none "$@"
}

# Lists of its own for the suites that carry the packages.
prepare() {
	command -v apt-get >/dev/null || absent 'no apt here'
	# shellcheck disable=SC2016 # apt fills it in
	mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' |
		grep '/debian/$' | head -n 1)
	[ -n "$mirror" ] || absent "no Debian mirror in this host's apt configuration"
	keyring=/usr/share/keyrings/debian-archive-keyring.gpg
	[ -r "$keyring" ] || absent "no $keyring (package debian-archive-keyring)"
	mkdir -p "$apt/state/lists/partial" "$apt/cache/archives/partial"
	: >"$apt/status"
	for suite in trixie trixie-backports; do
		echo "deb [signed-by=$keyring] $mirror $suite main"
	done >"$apt/sources.list"
	aptget update -o APT::Update::Error-Mode=any >"$apt/log" 2>&1 ||
		absent "cannot fetch package lists from this host's mirror, see $apt/log"
}

# linux-source-VERSION, or the newest of the same major version if that has gone.
package_for() {
	name=linux-source-$1
	names=$(apt-cache -o Dir::State="$apt/state" -o Dir::Cache="$apt/cache" \
		-o Dir::Etc::SourceList="$apt/sources.list" -o Dir::Etc::SourceParts=/dev/null \
		-o Dir::State::status="$apt/status" pkgnames linux-source-)
	if ! echo "$names" | grep -qx "$name"; then
		name=$(echo "$names" | grep -x "linux-source-${1%%.*}\.[0-9]*" | sort -V | tail -n 1)
	fi
	echo "$name"
}

# Downloads and unpacks what is needed of one package.
fetch() {
	package=$(package_for "$1")
	[ -n "$package" ] || absent "no linux-source-${1%%.*}.* on this host's mirror"
	version=${package#linux-source-}
	[ "$version" = "$1" ] || echo "linux-source-$1 has gone: using $package"
	echo "Fetching $package from this host's Debian mirror, about 150 MB"
	new=$out/linux-$version.new
	rm -rf "$out/unpack" "$new"
	mkdir -p "$out/unpack" "$new"
	(cd "$out/unpack" && aptget download "$package") >>"$apt/log" 2>&1 ||
		absent "cannot download $package, see $apt/log"
	deb=$(echo "$out/unpack"/*.deb)
	dpkg-deb --fsys-tarfile "$deb" |
		tar -x -C "$out/unpack" --wildcards './usr/src/linux-source-*.tar.xz'
	set --
	for path in $paths; do
		set -- "$@" "*/$path"
	done
	# Not every version has every path.
	tar -xJf "$out/unpack/usr/src/linux-source-$version.tar.xz" -C "$new" \
		--strip-components=1 --no-wildcards-match-slash --wildcards "$@" 2>/dev/null || true
	[ -f "$new/Makefile" ] || absent "$package holds no kernel source"
	echo "$package $(dpkg-deb -f "$deb" Version)" >"$new/package"
	touch "$new/Makefile" # objects are older
	rm -rf "$out/unpack" "$out/linux-$version"
	mv "$new" "$out/linux-$version"
}

[ $# -gt 0 ] || set -- 7.3 6.12
prepared=
for want; do
	dir=$out/linux-$want
	if [ ! -e "$dir/Makefile" ]; then
		[ -n "$prepared" ] || prepare
		prepared=yes
		fetch "$want"
		[ "$version" = "$want" ] || ln -sfn "linux-$version" "$dir"
	fi
	echo "linux-$want: $(cat "$dir/package")"
done
