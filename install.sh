#!/bin/sh
# Installs guidepost from a release: finds the archive for this system, checks it against the release's checksums, and puts the program
# into a folder.
#
#   install.sh [--version X.Y.Z] [--to DIR] [--from ADDRESS]
#
#   --version  the release; without it the newest
#   --to       where to put the program; without it ~/.local/bin
#   --from     where releases lie; without it GitHub's
#
# It changes nothing else, needs no root, and leaves nothing behind if a step fails. Exit status: 0 installed; 1 it could not be; 2 it was
# called in a wrong way.
set -eu

releases=https://github.com/example/guidepost/releases
version=latest
to=${HOME:-/root}/.local/bin

say() { printf 'install: %s\n' "$*" >&2; }
fail() {
  say "error: $*"
  exit 1
}

while [ $# -gt 0 ]; do
  case $1 in
    --version | --to | --from)
      [ $# -gt 1 ] || { say "error: $1 needs a value"; exit 2; }
      case $1 in
        --version) version=${2#v} ;;
        --to) to=$2 ;;
        --from) releases=${2%/} ;;
      esac
      shift 2
      ;;
    -h | --help)
      sed -n '2,/^set/s/^# \{0,1\}//p' "$0"
      exit 0
      ;;
    *)
      say "error: unknown option $1; --help lists them"
      exit 2
      ;;
  esac
done

case $(uname -s) in
  Linux) system=unknown-linux-musl ;;
  Darwin) system=apple-darwin ;;
  *) fail "there is no program for $(uname -s); build it: cargo install --locked --git ${releases%/releases}" ;;
esac
case $(uname -m) in
  x86_64 | amd64) machine=x86_64 ;;
  aarch64 | arm64) machine=aarch64 ;;
  *) fail "there is no program for $(uname -m); build it: cargo install --locked --git ${releases%/releases}" ;;
esac
archive=guidepost-$machine-$system.tar.gz

if command -v curl >/dev/null; then
  fetch() { curl --fail --silent --show-error --location --output "$2" "$1"; }
elif command -v wget >/dev/null; then
  fetch() { wget --quiet --output-document "$2" "$1"; }
else
  fail "neither curl nor wget is here"
fi
if command -v sha256sum >/dev/null; then
  sum() { sha256sum "$1" | cut -d' ' -f1; }
elif command -v shasum >/dev/null; then
  sum() { shasum -a 256 "$1" | cut -d' ' -f1; }
else
  fail "neither sha256sum nor shasum is here, so nothing that is fetched could be checked"
fi

if [ "$version" = latest ]; then base=$releases/latest/download; else base=$releases/download/v$version; fi
folder=$(mktemp -d)
trap 'rm -rf "$folder" "$to/.guidepost.$$"' EXIT
trap 'exit 1' INT TERM

fetch "$base/SHA256SUMS" "$folder/SHA256SUMS" || fail "there are no checksums at $base/SHA256SUMS"
wanted=$(awk -v name="$archive" '$2 == name || $2 == "*" name { print $1 }' "$folder/SHA256SUMS")
[ -n "$wanted" ] || fail "the release has no $archive"
fetch "$base/$archive" "$folder/$archive" || fail "$base/$archive cannot be fetched"
found=$(sum "$folder/$archive")
[ "$found" = "$wanted" ] || fail "$archive is not what the release's checksums say: its SHA-256 is $found, and should be $wanted"

tar -xzf "$folder/$archive" -C "$folder" guidepost || fail "$archive has no program"
"$folder/guidepost" --version >/dev/null || fail "the program does not run on this system"
mkdir -p "$to"
[ ! -d "$to/guidepost" ] || fail "$to/guidepost is a folder"
# By rename, so that a guidepost that runs goes on, and half a program is never there.
cp "$folder/guidepost" "$to/.guidepost.$$"
chmod 755 "$to/.guidepost.$$"
mv -f "$to/.guidepost.$$" "$to/guidepost"
say "$("$to/guidepost" --version) is in $to"
case :$PATH: in
  *:"$to":*) ;;
  *) say "$to is not on your PATH: export PATH=\"$to:\$PATH\"" ;;
esac
