#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# readme.sh PROGRAM README: starts README's server on the port that it names and opens an Engine.IO session.
set -euo pipefail
program=$1
port=$(sed -nE 's/.*io\.listen\(([0-9]+)\).*/\1/p' "$2" | head -n 1)
[[ -n $port ]] || { echo "README's server names no port"; exit 1; }

connect() { exec 3<>"/dev/tcp/127.0.0.1/$port"; } 2>/dev/null
if (connect); then echo "port $port, which README uses, is taken"; exit 1; fi

"$program" &
server=$!
trap 'kill "$server" 2>/dev/null || true' EXIT
until (connect); do
  kill -0 "$server" 2>/dev/null || { echo 'it ended at once'; exit 1; }
  sleep 0.05
done

connect
printf 'GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
answer=$(cat <&3)
printf '%s\n' "$answer"
[[ $answer == 'HTTP/1.1 200'* && $answer == *'0{"sid":"'* ]]
