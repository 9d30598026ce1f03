#!/bin/sh
# Completes the app folder that Maven has filled with libraries: FOLDER TIMESTAMP on|off
set -eu
folder=$1 timestamp=$2 training=$3
root=$(cd "$(dirname "$0")/../../.." && pwd)

mkdir -p "$folder/bin" "$folder/conf"
cp "$root/bin/jadegate" "$folder/bin/"
cp "$root"/server/src/dist/conf/* "$folder/conf/"
cp "$root/LICENSE" "$root/README.md" "$root/README.zh-CN.md" "$root/CHANGELOG.md" "$folder/"

# The start-up cache knows its jars by their times, and the archive gives every file this one.
touch -d "$timestamp" "$folder"/lib/*.jar

# Without a cache starts take longer and everything else is the same, so this is no reason to fail.
[ "$training" = off ] || "$folder/bin/jadegate" --train || :
touch "$folder/.built"
