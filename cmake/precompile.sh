#!/bin/sh
# SPDX-License-Identifier: MIT
# precompile.sh <launcher...> ccache <compiler> <argument...>: what CMake starts instead of the launcher alone, in targets
# that have precompiled headers. Those headers are compiled without ccache: GCC notes in its file the checksums that the
# headers have when it ends, so if one was edited meanwhile, what ccache kept would include that header twice in every
# build to come. The file differs each time, so ccache is told what it stands for by a checksum of what the headers say
# (CCACHE_PCH_EXTSUM).
set -eu
case " $* " in
  *' -x c++-header '*) ;;
  *) exec "$@" ;;
esac
while [ "${1##*/}" != ccache ]; do shift; done
shift
"$@"
count=$#
before=
for argument in "$@"; do
  case "$before $argument" in
    '-o '*) output=$argument && set -- "$@" "$argument.text" ;;
    *' -c') set -- "$@" -E ;;
    *' -M'* | '-M'*) ;;
    # With it the compiler would name the file that it has just made instead of what the headers say.
    *' -fpch-preprocess') ;;
    *) set -- "$@" "$argument" ;;
  esac
  before=$argument
done
shift "$count"
"$@"
if grep -q 'GCC pch_preprocess' "$output.text"; then
  echo "$0: no text of the headers" >&2
  exit 1
fi
project=$(cd "$(dirname "$0")/.." && pwd)
sed "s|$project/||g" "$output.text" | sha256sum >"$output.sum"
rm "$output.text"
