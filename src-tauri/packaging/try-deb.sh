#!/usr/bin/env bash
# Tries a .deb in a clean Debian 12: installs it with its dependencies, starts the app on a virtual display and the
# unit's command line as a user, takes it away again, and says what was seen. Needs root and debootstrap.
#
#   src-tauri/packaging/try-deb.sh target/bundle/headroom_0.1.0_amd64.deb [FOLDER FOR THE ROOT AND THE PICTURE]
set -euo pipefail
deb=$(realpath "$1")
work=${2:-$(mktemp -d)}
base=$work/base
root=$work/root
mkdir -p "$work"

say() { printf '%-34s %s\n' "$1" "$2"; }
fail() { echo "FAILED: $*" >&2; exit 1; }
inside() { chroot "$root" "$@"; }
as_ada() { chroot "$root" su -l ada -c "$*"; }

[ -e "$base/etc/debian_version" ] || debootstrap --variant=minbase bookworm "$base" > "$work/debootstrap.log"
rm -rf --one-file-system "$root"
cp -a "$base" "$root"
cp /etc/resolv.conf "$root/etc/"
mounted=()
leave() { for place in "${mounted[@]}"; do umount -l "$place" || true; done; }
trap leave EXIT
for what in proc devpts:dev/pts tmpfs:dev/shm; do
  place=$root/${what#*:}
  mount -t "${what%%:*}" "${what%%:*}" "$place"
  mounted=("$place" "${mounted[@]}")
done

# What the trial itself needs, before the picture of the clean system is taken.
apt() { inside env DEBIAN_FRONTEND=noninteractive apt-get -qq --yes --no-install-recommends "$@" >> "$work/apt.log" 2>&1; }
apt update
apt install xvfb xauth dbus dbus-x11 systemd x11-utils imagemagick man-db procps fonts-dejavu-core
inside useradd --create-home --shell /bin/bash ada
files() { (cd "$root" && find . -xdev -path ./proc -prune -o -path ./dev -prune -o -path ./tmp -prune -o -type f -print | sort); }
packages() { inside dpkg-query --show --showformat='${Package}\n' | sort; }
files > "$work/files-before"
packages > "$work/packages-before"

cp "$deb" "$root/tmp/headroom.deb"
apt install /tmp/headroom.deb
packages > "$work/packages-installed"
say "installed, with dependencies" "$(comm -13 "$work/packages-before" "$work/packages-installed" | wc -l) packages"

# The command line.
libraries=$(inside ldd /usr/bin/headroom | awk '{print $1}' | tr '\n' ' ')
! grep -qE 'gtk|webkit|X11|wayland' <<< "$libraries" || fail "headroom wants a graphical library: $libraries"
say "headroom links" "$libraries"
size=$(stat -c %s "$root/usr/bin/headroom")
[ "$size" -le $((25 * 1024 * 1024)) ] || fail "headroom has $size bytes"
say "headroom's size" "$(awk "BEGIN { printf \"%.1f\", $size / 1048576 }") MiB"
median=$(for _ in $(seq 21); do
  start=$(date +%s%N); inside /usr/bin/headroom --version > /dev/null; echo $((($(date +%s%N) - start) / 1000))
done | sort -n | sed -n 11p)
[ "$median" -le 50000 ] || fail "headroom --version takes $median µs"
say "headroom --version, median of 21" "$median µs, with chroot"
inside man -P cat headroom | grep -q 'how much of each AI coding quota' || fail "no manual page"
inside bash -c 'source /usr/share/bash-completion/completions/headroom && complete -p headroom' > /dev/null
say "manual pages, completions" "ok"

# The unit, and what it starts.
# A key it does not know is a word on stderr and no failure.
mkdir -p "$root/run/user/0"
said=$(inside env XDG_RUNTIME_DIR=/run/user/0 HOME=/root systemd-analyze --user verify /usr/lib/systemd/user/headroom.service 2>&1) ||
  fail "the unit is not accepted: $said"
[ -z "$said" ] || fail "the unit: $said"
command=$(sed -n 's/^ExecStart=//p' "$root/usr/lib/systemd/user/headroom.service")
as_ada "HEADROOM_KEY_STORAGE=file HEADROOM_LOG_FORMAT=json $command" > "$work/serve.log" 2>&1 &
for _ in $(seq 100); do [ -e "$root/home/ada/.local/share/headroom/control.json" ] && break; sleep 0.2; done
as_ada "headroom doctor" > "$work/doctor.log" || true
grep -q 'The database is sound' "$work/doctor.log" || fail "the unit's command line starts no engine"
inside pkill -TERM -u ada -x headroom
wait || true
say "unit verified, '$command'" "runs and ends"

# The app.
as_ada "xvfb-run -a -s '-screen 0 1280x800x24' dbus-run-session sh -c '
  HEADROOM_KEY_STORAGE=file headroom-desktop --demo > app.log 2>&1 & app=\$!
  for i in \$(seq 150); do xwininfo -root -tree 2>/dev/null | grep -q \"\\\"Headroom\\\"\" && break; sleep 0.2; done
  for i in \$(seq 150); do headroom quota > quota.log 2>&1; grep -q \"58 %\" quota.log && break; sleep 0.2; done
  xwininfo -root -tree > windows.log; import -window root shot.png; kill \$app; wait \$app'" || true
cp "$root/home/ada/shot.png" "$work/app.png" 2> /dev/null || true
grep -q '"Headroom"' "$root/home/ada/windows.log" || { cat "$root/home/ada/app.log"; fail "no window"; }
say "the app's window under Xvfb" "$(grep -o '"Headroom".*' "$root/home/ada/windows.log" | head -1)"

# What it shows: the demo reads its own service, as it would read the real one.
grep -q '58 %' "$root/home/ada/quota.log" || { cat "$root/home/ada/quota.log"; fail "nothing is read"; }
say "quota is read" "$(sed -n 2p "$root/home/ada/quota.log")"

# Away again.
kept=$(find "$root/home/ada/.local/share/headroom" -type f | wc -l)
apt purge headroom
# What came with it goes too, also where a package that was there before would like to have it: those are not ours to keep.
apt -o APT::AutoRemove::RecommendsImportant=false -o APT::AutoRemove::SuggestsImportant=false autoremove --purge
files > "$work/files-after"
# The cache of icons belongs to nobody: GTK's trigger makes it, and no package takes it away.
left=$(comm -13 "$work/files-before" "$work/files-after" | grep -vE '^\./(home/ada|var/(lib/(dpkg|apt)|cache|log)|etc/ld.so.cache|usr/share/icons/hicolor/icon-theme.cache|run)' || true)
[ -z "$left" ] || fail "removal leaves: $left"
[ "$kept" -gt 0 ] && [ "$kept" = "$(find "$root/home/ada/.local/share/headroom" -type f | wc -l)" ] || fail "the user's data is gone"
say "removal leaves" "$kept files of the user's data, nothing else"
