#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Checks the rules of HACKING.md that a program can check: check.sh RULE. Prints each place that breaks the rule; no
# output means success. Needs only bash, find, grep and awk, and no git, so that it runs wherever the library builds.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."

# Everything that people have written: not what is built, downloaded or generated.
files() {  # find expression
  find . \( -name .git -o -name node_modules -o -name dist -o -path ./build -o -name .cache -o -path ./fuzz/corpus \) \
    -prune -o -type f \( "$@" \) -print | sed 's|^\./||' | sort
}

sources() { files -name '*.cpp' -o -name '*.hpp' -o -name '*.ts' -o -name '*.tsx' -o -name '*.mjs' -o -name '*.sh' \
  -o -name '*.cmake' -o -name CMakeLists.txt -o -path ./dev -o -path ./.ci/run; }

texts() { files -not \( -name package-lock.json -o -name '*.png' -o -name '*.ico' -o -name '*.sqlite*' \); }

# Prints the lines of the named files that match. It is not an error if grep finds nothing.
offences() {  # extended expression, files on stdin
  xargs -r grep -nHIE -- "$1" || true
}

# The identifiers in a text.
names() { grep -oE '[A-Za-z_][A-Za-z_0-9]*' | sort -u; }

first_line() {
  local file
  sources | while read -r file; do
    head -n 2 "$file" | grep -q 'SPDX-License-Identifier: MIT' || echo "$file: no SPDX line at the top"
  done
}

length() {
  sources | xargs -r wc -l | awk '$2 != "total" && $1 > 600 { print $2 ": " $1 " lines" }'
}

# Relies on the layout of clang-format: a function goes from a line at the margin, or two spaces from it inside a class,
# to the closing brace in the same column. Tests are exempt, because their tables are long.
function_length() {
  files -name '*.cpp' -o -name '*.hpp' | grep -v '^tests/' | xargs -r awk '
    function check(from) { if (from && FNR - from >= 60) print FILENAME ":" from ": " FNR - from + 1 " lines" }
    FNR == 1 { outer = 0; inner = 0 }
    /^[^ \t}#\/].*[^;]$/ && !/^(namespace|class|struct|union|enum|extern|template)/ && !outer { outer = FNR }
    /^[^ ].*;$/ { outer = 0 }
    /^}/ { check(outer); outer = 0 }
    /^  [^ \t}#\/].*\{$/ && !outer && !/^  (class|struct|union|enum)/ { inner = FNR }
    /^  }/ { check(inner); inner = 0 }'
}

leftovers() {
  texts | grep -v '^tests/tidy/' | offences '\b(TODO|FIXME|XXX|HACK)\b'
}

switched_off() {
  files -path './tests/*' | grep -v '^tests/tidy/' |
    offences 'DISABLED_|GTEST_SKIP|\.(skip|todo|only)\(|\b(skip|todo|only): *true|\bxit\('
}

# Paths on a developer's machine and hosts of a registry mean nothing to anybody else.
machine() {
  local home='(^|[^A-Za-z0-9_.-])/(home|root|Users|mnt|tmp)/'
  local checkout
  checkout=$(pwd | sed 's/[].[^$*+?(){}|]/\\&/g')
  texts | grep -v '^tests/tidy/' | offences "$home|$checkout"
  files -name package-lock.json -o -name .npmrc | offences '"resolved":|registry *=|_auth'
}

# Prints the layers whose headers the files of layer $1 may include (see ARCHITECTURE.md). The folders server/ and
# client/ of a layer count as layers of their own.
may_include() {
  case $1 in
    base) echo 'base' ;;
    codec) echo 'base codec' ;;
    engine) echo 'base codec engine' ;;
    engine/server | engine/client) echo "base codec engine $1" ;;
    core) echo 'base codec core' ;;
    core/server | core/client) echo "base codec engine engine/${1#*/} core $1" ;;
    net) echo 'base net' ;;
    net/client) echo 'base net net/client' ;;
    server) echo 'base codec engine engine/server core core/server cluster net server' ;;
    cluster) echo 'base codec engine engine/server core core/server cluster' ;;
    redis) echo 'base codec engine engine/server core core/server cluster net server redis' ;;
    admin) echo 'base codec engine engine/server core core/server cluster net server admin' ;;
    client) echo 'base codec engine engine/client core core/client net net/client client' ;;
    *) echo 'none' ;;
  esac
}

layers() {
  local folder layer allowed
  for folder in src/*/ src/*/server/ src/*/client/; do
    layer=${folder#src/} layer=${layer%/}
    [[ $(may_include "$layer") != none ]] || echo "src/$layer: a layer that tests/tidy/check.sh does not know"
    allowed=$(may_include "$layer" | sed 's/ /|/g')
    files -path "./src/$layer/*" -not -path "./src/$layer/server/*" -not -path "./src/$layer/client/*" |
      offences '^ *# *include +"' | grep -vE "include +\"($allowed)/(json/|http/|ip/|msgpack/|openmetrics/|custom/|engineio/|proxy/|socketio/|websocket/|platform/)?[^/]+\"" || true
  done
  files -path './src/base/*' -o -path './src/net/*' | offences '^ *# *include +<socketio/'
  files -path './examples/*.?pp' | offences '^ *# *include +"(base|codec|engine|core|net|server|client|admin)/'
}

# Above the I/O line there is no socket, thread, mutex, clock or random source. Time and entropy are arguments.
io_line() {
  local headers='boost/(asio|beast/core)[/.]|thread|mutex|shared_mutex|condition_variable|future|random|iostream|fstream'
  headers+='|filesystem|sys/.*|netinet/.*|arpa/.*|netdb\.h|unistd\.h|poll\.h|pthread\.h|openssl/rand\.h'
  local calls='_clock::now\(|random_device|RAND_bytes|getrandom\(|gettimeofday\(|clock_gettime\(|\btime\((nullptr|NULL|0|&)|getenv\('
  calls+='|std::(rand|thread|jthread|mutex|async)\b'
  files -path './src/base/*' -o -path './src/codec/*' -o -path './src/engine/*' -o -path './src/core/*' |
    offences "^ *# *include +<($headers)|$calls"
}

# What only some systems have is in src/net/linux. All other code uses the standard library and libraries that support
# many systems. It calls nothing of the C library beyond the standard, and does not ask which system it is on.
platforms() {
  local libraries='boost/(asio|system|interprocess)/.*|openssl/.*|nlohmann/.*|simdjson\.h|zlib\.h|crypt\.h|hiredis\.h'
  files -path './src/*' -not -path './src/net/linux/*' -o -path './include/*' | offences '^ *# *include +<' |
    grep -vE "include +<([a-z_]+|socketio/[a-z_/]+\.hpp|$libraries)>" || true
  local words='(^|[^A-Za-z0-9_>])::[a-z_0-9]+ ?\(|\bpthread_|\bget[pt]id\(|\b(gm|local)time(_r)?\(|\bset?env\(|\bssize_t\b'
  words+='|\berrno\b|native_handle|boost/asio/(posix|windows)|__(linux|unix|APPLE)|_WIN32|^ *# *if'
  files -path './src/*' -not -path './src/net/linux/*' -o -path './include/*' | offences "$words"
}

# A user's program must compile in seconds, so public headers include only the standard library and nlohmann's JSON.
public_headers() {
  files -path './include/*' | grep -v '^include/socketio/asio\.hpp$' | offences '^ *# *include' |
    grep -vE '<(socketio/[a-z_/]+\.hpp|nlohmann/[a-z_]+\.hpp|[a-z_]+)>' || true
}

# The second column of docs/from-javascript.md names nothing that the public headers do not have.
from_javascript() {
  local page=docs/from-javascript.md
  comm -23 \
    <(awk -F '|' '/^\| / { print $3 }' $page | grep -oE '`[^`]+`' | sed 's/\bio\b//g' | names) \
    <(sed 's|//.*||' include/socketio/*.hpp | names) |
    sed "s|^|$page: not in include/socketio: |"
}

[[ $# == 1 && $(type -t "$1") == function ]] || { echo "usage: check.sh RULE" >&2; exit 2; }
broken=$("$1")
[[ -z $broken ]] && exit 0
printf '%s\n' "$broken"
exit 1
