#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# readme.sh SERVER CLIENT README: runs README's two programs on the port that they use. Waits until the client has
# printed an acknowledgement and its own message, which the server sends to everybody.
set -euo pipefail
server=$1
client=$2
port=$(sed -nE 's/.*io\.listen\(([0-9]+)\).*/\1/p' "$3" | head -n 1)
[[ -n $port ]] || { echo "README's server names no port"; exit 1; }
if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
  echo "port $port, which README uses, is taken"
  exit 1
fi

output=$(mktemp)
# The client starts first, and waits for its server.
"$client" >"$output" &
processes=($!)
"$server" &
processes+=($!)
trap 'kill "${processes[@]}" 2>/dev/null || true; rm -f "$output"' EXIT

until grep -q '^1 + 2 = 3$' "$output" && grep -q 'hello from C++$' "$output"; do
  for process in "${processes[@]}"; do
    kill -0 "$process" 2>/dev/null || { echo 'one of them has ended'; cat "$output"; exit 1; }
  done
  sleep 0.05
done
cat "$output"
